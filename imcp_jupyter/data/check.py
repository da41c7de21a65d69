"""What a frame must satisfy before an engine or a check may see it; each broken rule names its column."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput
from .cells import ObjectCells
from .datetimes import read_objects

_NESTED = (list, dict, set, frozenset, tuple, np.ndarray)
_KEPT = (str, bool, float, Decimal, dt.date, dt.time, bytes, bytearray, uuid.UUID)  # cells that a table file can hold
_WIDE = (2**63, 2**64)  # where signed and unsigned whole numbers of 64 bits end


def checked_frame(frame: pd.DataFrame, field: str = "data", min_rows: int = 1) -> pd.DataFrame:
    """`frame` with text column names and a plain index, or `InvalidInput` with the first broken rule (see `checked_cells`)."""
    return checked_cells(frame, field, min_rows)[0]


def checked_cells(frame: pd.DataFrame, field: str = "data", min_rows: int = 1) -> tuple[pd.DataFrame, ObjectCells]:
    """`frame` with text column names and a plain index, and its distinct objects; or `InvalidInput` with the first broken rule.

    Rules: at least one column and `min_rows` rows, unique column names, no infinity, no nested values, no column that mixes
    types (numbers with text) or time zones, no type that a table file cannot hold. Datetimes as objects become a datetime column.
    """
    if frame.shape[1] == 0:
        raise InvalidInput("the table has no columns", field=field)
    names = [str(name) for name in frame.columns]
    for name in names:
        if not _is_unicode(name):
            raise InvalidInput(f"the column name {ascii(name)[:60]} is not valid Unicode", field=field, hint="rename the column")
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
    stamped = {}
    for name in names:
        if _check_column(name, frame[name], cells) is dt.datetime:
            stamped[name] = read_objects(frame[name])
    if stamped:
        frame = frame.assign(**stamped)
        cells = ObjectCells(frame)
    return frame, cells


def _check_column(name: str, series: pd.Series, cells: ObjectCells) -> type | None:
    """The type of the objects in `series`, None where it holds none."""
    dtype = series.dtype
    for refused, words, hint in _TYPES:
        if refused(dtype):
            raise InvalidInput(f"column '{name}' {words.format(dtype=dtype)}", field=name, hint=hint.format(name=name))
    if pd.api.types.is_float_dtype(dtype):
        _refuse_infinities(name, int(np.isinf(series.to_numpy(dtype=float, na_value=np.nan)).sum()))
    if pd.api.types.is_object_dtype(dtype) and not isinstance(dtype, pd.ArrowDtype):
        return _check_objects(name, series, cells)
    return None


def _arrow(dtype: Any, *kinds: str) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith(kinds)


_TYPES: tuple[tuple[Callable[[Any], bool], str, str], ...] = (
    (pd.api.types.is_complex_dtype, "holds complex numbers", "split it into real and imaginary columns"),
    (
        lambda dtype: _arrow(dtype, "list", "large_list", "fixed_size_list", "struct", "map"),
        "holds nested values ({dtype})",
        "flatten it into plain columns or drop it",
    ),
    (lambda dtype: _arrow(dtype, "dictionary"), "has dtype '{dtype}', which pandas cannot group", "use df['{name}'].astype('category')"),
    (lambda dtype: isinstance(dtype, pd.SparseDtype), "is sparse ({dtype})", "convert it with df['{name}'].sparse.to_dense()"),
    (
        lambda dtype: isinstance(dtype, pd.PeriodDtype),
        "holds periods ({dtype}), which no file keeps",
        "use df['{name}'].dt.to_timestamp() or df['{name}'].astype(str)",
    ),
    (
        lambda dtype: isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize > 8,
        "has dtype '{dtype}', which no file keeps",
        "use df['{name}'].astype('float64')",
    ),
)


def _check_objects(name: str, series: pd.Series, cells: ObjectCells) -> type | None:
    if pd.api.types.infer_dtype(series, skipna=True) == "string":
        distinct = cells[name]
        assert distinct is not None
        _refuse_surrogates(name, distinct.values)
        return str
    present = series.dropna()
    types = present.map(type).unique()
    kinds = {_family(kind) for kind in types}
    if any(issubclass(kind, _NESTED) for kind in kinds):
        raise InvalidInput(
            f"column '{name}' holds nested values (lists or dicts)", field=name, hint="flatten it into plain columns or drop it"
        )
    if len(kinds) > 1:
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise InvalidInput(
            f"column '{name}' mixes types: {found}", field=name, hint=f"cast it to one type, for example df['{name}'].astype(str)"
        )
    if not kinds:
        return None
    (kind,) = kinds
    if kind is dt.timedelta:
        hint = f"convert with pandas.to_timedelta(df['{name}'])"
        raise InvalidInput(f"column '{name}' holds durations as objects", field=name, hint=hint)
    if not issubclass(kind, _KEPT):
        raise InvalidInput(
            f"column '{name}' holds values of type {kind.__name__}, which no table file can hold",
            field=name,
            hint=f"convert it to text or numbers, for example df['{name}'].astype(str)",
        )
    if kind is str:
        _refuse_surrogates(name, present.unique())
    if kind is float:
        _check_numbers(name, present, types)
    if kind is Decimal:
        _refuse_infinities(name, sum(value.is_infinite() for value in present))
    if kind is dt.datetime:
        _refuse_mixed_zones(name, present)
    return kind


def _check_numbers(name: str, present: pd.Series, types: Any) -> None:
    whole = all(issubclass(kind, (int, np.integer)) for kind in types)
    if whole:
        low, high = int(min(present)), int(max(present))
        if low < -_WIDE[0] or high >= (_WIDE[0] if low < 0 else _WIDE[1]):
            raise InvalidInput(
                f"column '{name}' holds whole numbers beyond 64 bits, such as {low if low < -_WIDE[0] else high}",
                field=name,
                hint=f"use df['{name}'].astype(float) for amounts, .astype(str) for ids",
            )
    if not whole:
        _refuse_infinities(name, sum(math.isinf(value) for value in present))


def _refuse_infinities(name: str, count: int) -> None:
    if count:
        raise InvalidInput(
            f"column '{name}' holds {count} infinite value{'s' if count > 1 else ''}",
            field=name,
            hint="replace infinities by missing values or by a finite limit",
        )


def _refuse_mixed_zones(name: str, present: pd.Series) -> None:
    zones = {str(value.tzinfo) if value.tzinfo is not None else "none" for value in present}
    if len(zones) > 1:
        raise InvalidInput(
            f"column '{name}' mixes time zones: {', '.join(sorted(zones)[:5])}",
            field=name,
            hint=f"bring it to one with pandas.to_datetime(df['{name}'], utc=True)",
        )


def _refuse_surrogates(name: str, values: Any) -> None:
    broken = next((value for value in values if not _is_unicode(value)), None)
    if broken is not None:
        message = f"column '{name}' holds text that is not valid Unicode: {ascii(broken)[:60]}"
        raise InvalidInput(message, field=name, hint="decode the source again with its right encoding")


def _is_unicode(text: str) -> bool:
    """Lone surrogates (halves of a character, from a broken decoding) cannot be written to any file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _family(kind: type) -> type:
    """Numbers of any width count as one type, and so do datetimes."""
    if issubclass(kind, (bool, np.bool_)):
        return bool
    if issubclass(kind, (int, float, np.number)):
        return complex if issubclass(kind, np.complexfloating) else float
    for family in (str, dt.datetime, dt.timedelta):
        if issubclass(kind, family):
            return family
    return kind
