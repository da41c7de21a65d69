"""Bring a table to the schema of another, so that their columns can be compared value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.datetimes import is_dates, is_duration, read_objects, read_text
from ..data.table import Column, Table
from ..models.dataset import ColumnSchema

Levels = npt.NDArray[Any]


@dataclass(frozen=True)
class Aligned:
    """The columns of a table under another table's schema.

    `unreadable` counts cells that could not be read as the wanted kind (they became missing),
    `incompatible` says why a column cannot be compared at all.
    """

    columns: dict[str, Column]
    unreadable: dict[str, int] = field(default_factory=dict)
    incompatible: dict[str, str] = field(default_factory=dict)


def align(table: Table, schema: Sequence[ColumnSchema]) -> Aligned:
    """The columns of `table` that `schema` names, read as the kinds that `schema` gives them."""
    aligned = Aligned({})
    for column in schema:
        series = table.frame[column.name]
        converted = _read_as(series, column)
        if converted is series:  # nothing to read anew: keep what the table already knows of its cells
            own = table[column.name]
            aligned.columns[column.name] = own if own.schema == column else Column(column, series, own.distinct)
            continue
        lost = int((converted.isna() & series.notna()).sum())
        present = int(series.notna().sum())
        if lost and lost == present:
            aligned.incompatible[column.name] = f"is '{series.dtype}' and no value can be read as {column.kind}"
            continue
        if lost:
            aligned.unreadable[column.name] = lost
        aligned.columns[column.name] = Column(column, converted)
    return aligned


def joint_codes(real: Column, others: Sequence[Column]) -> tuple[int, int, list[npt.NDArray[np.int32]]]:
    """Codes of one discrete column over several tables.

    Returns the number of levels that occur in `real` (they come first), the number of all levels,
    and the codes of `real` and of each of `others`: (n_rows,) int32, -1 where missing.
    """
    known: dict[Any, int] = {level: code for code, level in enumerate(real.categories)}
    n_real = len(known)
    codes = [real.codes]
    for other in others:
        levels = _comparable(other.categories, real.categories)
        mapping = np.full(len(levels) + 1, -1, dtype=np.int32)
        for position, level in enumerate(levels):
            mapping[position] = known.setdefault(level, len(known))
        codes.append(mapping[other.codes])
    return n_real, len(known), codes


def _read_as(series: pd.Series, column: ColumnSchema) -> pd.Series:
    if column.kind in ("continuous", "integer"):
        if pd.api.types.is_numeric_dtype(series.dtype) or is_duration(series.dtype):
            return series
        if pd.api.types.is_datetime64_any_dtype(series.dtype):
            return pd.Series(np.nan, index=series.index)
        return pd.to_numeric(series.astype(object), errors="coerce")
    if column.kind == "datetime":
        if pd.api.types.is_datetime64_any_dtype(series.dtype):
            return series
        if pd.api.types.is_numeric_dtype(series.dtype):
            return pd.Series(pd.NaT, index=series.index)
        if column.datetime_format is not None:
            return read_text(series.astype(object), column.datetime_format, utc=True)
        if is_dates(series.dropna()):
            return read_objects(series)
        return pd.to_datetime(series.astype(object), format="ISO8601", errors="coerce", utc=True)
    return series


def _comparable(levels: Levels, like: Levels) -> list[Any]:
    """`levels` in the type of `like`, where one holds text and the other numbers (a CSV read without types)."""
    if not len(levels) or not len(like) or isinstance(levels[0], str) == isinstance(like[0], str):
        return list(levels)
    if isinstance(like[0], str):
        return [_as_text(level) for level in levels]
    return [_as_number(level) for level in levels]


def _as_text(level: Any) -> str:
    return str(int(level)) if isinstance(level, (float, np.floating)) and float(level).is_integer() else str(level)


def _as_number(level: str) -> Any:
    low = level.strip().lower()
    if low in ("true", "false"):
        return low == "true"
    try:
        return float(low)
    except ValueError:
        return level
