"""What a frame must satisfy before an engine or a check may see it; each broken rule names its column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput
from .cells import ObjectCells

_NESTED = (list, dict, set, tuple, np.ndarray)


def checked_frame(frame: pd.DataFrame, field: str = "data", min_rows: int = 1) -> pd.DataFrame:
    """`frame` with text column names and a plain index, or `InvalidInput` with the first broken rule (see `checked_cells`)."""
    return checked_cells(frame, field, min_rows)[0]


def checked_cells(frame: pd.DataFrame, field: str = "data", min_rows: int = 1) -> tuple[pd.DataFrame, ObjectCells]:
    """`frame` with text column names and a plain index, and its distinct objects; or `InvalidInput` with the first broken rule.

    Rules: at least one column and `min_rows` rows, unique column names, no infinity, no nested values,
    no column that mixes types (numbers with text).
    """
    if frame.shape[1] == 0:
        raise InvalidInput("the table has no columns", field=field)
    names = [str(name) for name in frame.columns]
    twice = pd.Index(names)[pd.Index(names).duplicated()]
    if len(twice):
        raise InvalidInput(
            f"column name '{twice[0]}' occurs more than once", field=field, hint="rename one of them: column names must be unique"
        )
    if len(frame) < min_rows:
        rows = "no rows" if len(frame) == 0 else f"{len(frame)} row" + ("s" if len(frame) > 1 else "")
        raise InvalidInput(f"the table has {rows}; at least {min_rows} are needed", field=field)
    if names != list(frame.columns):
        frame = frame.set_axis(names, axis=1)
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.start != 0 or frame.index.step != 1:
        frame = frame.reset_index(drop=True)
    cells = ObjectCells(frame)
    for name in names:
        _check_column(name, frame[name], cells)
    return frame, cells


def _check_column(name: str, series: pd.Series, cells: ObjectCells) -> None:
    dtype = series.dtype
    if pd.api.types.is_float_dtype(dtype):
        infinite = int(np.isinf(series.to_numpy(dtype=float, na_value=np.nan)).sum())
        if infinite:
            raise InvalidInput(
                f"column '{name}' holds {infinite} infinite value{'s' if infinite > 1 else ''}",
                field=name,
                hint="replace infinities by missing values or by a finite limit",
            )
    if pd.api.types.is_complex_dtype(dtype):
        raise InvalidInput(f"column '{name}' holds complex numbers", field=name, hint="split it into real and imaginary columns")
    if pd.api.types.is_object_dtype(dtype):
        _check_objects(name, series, cells)


def _check_objects(name: str, series: pd.Series, cells: ObjectCells) -> None:
    if pd.api.types.infer_dtype(series, skipna=True) != "string":
        kinds = {_family(kind) for kind in series.dropna().map(type).unique()}
        if any(issubclass(kind, _NESTED) for kind in kinds):
            raise InvalidInput(
                f"column '{name}' holds nested values (lists or dicts)", field=name, hint="flatten it into plain columns or drop it"
            )
        if len(kinds) > 1:
            found = ", ".join(sorted(kind.__name__ for kind in kinds))
            raise InvalidInput(
                f"column '{name}' mixes types: {found}", field=name, hint=f"cast it to one type, for example df['{name}'].astype(str)"
            )
        if kinds != {str}:
            return
    distinct = cells[name]
    assert distinct is not None
    _refuse_surrogates(name, distinct.values)


def _refuse_surrogates(name: str, values: Iterable[Any]) -> None:
    """Lone surrogates (halves of a character, from a broken decoding) cannot be written to any file."""
    for value in values:
        try:
            value.encode()
        except UnicodeEncodeError:
            message = f"column '{name}' holds text that is not valid Unicode: {ascii(value)[:60]}"
            raise InvalidInput(message, field=name, hint="decode the source again with its right encoding") from None


def _family(kind: type) -> type:
    """Numbers of any width count as one type."""
    if issubclass(kind, (bool, np.bool_)):
        return bool
    if issubclass(kind, (int, float, np.number)):
        return float
    if issubclass(kind, str):
        return str
    return kind
