"""What a frame must satisfy before an engine or a check may see it; each broken rule names its column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import InvalidInput

_NESTED = (list, dict, set, tuple, np.ndarray)


def checked_frame(frame: pd.DataFrame, field: str = "data", min_rows: int = 1) -> pd.DataFrame:
    """`frame` with text column names and a plain index, or `InvalidInput` with the first broken rule.

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
    for name in names:
        _check_column(name, frame[name])
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.start != 0 or frame.index.step != 1:
        frame = frame.reset_index(drop=True)
    return frame


def _check_column(name: str, series: pd.Series) -> None:
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
        _check_objects(name, series)


def _check_objects(name: str, series: pd.Series) -> None:
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
    if kinds == {str}:
        _refuse_surrogates(name, series)


def _refuse_surrogates(name: str, series: pd.Series) -> None:
    """Lone surrogates (halves of a character, from a broken decoding) cannot be written to any file."""
    for value in series.dropna().unique():
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
