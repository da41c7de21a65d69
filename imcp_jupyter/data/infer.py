"""Guess what each column of a frame holds; a user's overrides win."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import ColumnKind, ColumnSchema, TableSchema
from .cells import ObjectCells
from .datetimes import is_dates, is_duration, read_text

_DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y")
_ID_NAME = re.compile(r"(^|[_\W])(id|uuid|guid|key)$", re.IGNORECASE)
_MIN_ROWS_FOR_ID = 20
_HEAD = 4_096  # rows that often tell what is asked of all
_EXACT = 1e-9  # a number this near to its rounding is the rounded one
_TEXT_WORDS = 4  # mean words per cell from which mostly-distinct strings count as free text
_KINDS = frozenset(ColumnKind.__args__)  # type: ignore[attr-defined]  # Literal's arguments


def infer_schema(frame: pd.DataFrame, overrides: Mapping[str, Any] | None = None, cells: ObjectCells | None = None) -> TableSchema:
    """The schema of `frame`.

    `overrides` maps column names to a kind or to a partial `ColumnSchema` dict; `cells` are the distinct objects of `frame`, where
    these are known.
    Raises `NotFound` for an override of an unknown column, `InvalidInput` for an unknown kind.
    """
    wanted = dict(overrides or {})
    names = [str(name) for name in frame.columns]
    for name, value in wanted.items():
        if name not in names:
            raise NotFound(f"there is no column '{name}'", field="schema", hint=did_you_mean(name, names))
        kind = value.get("kind") if isinstance(value, Mapping) else value
        if kind is not None and kind not in _KINDS:
            raise InvalidInput(f"'{kind}' is not a column kind", field=f"schema.{name}", hint="kinds: " + ", ".join(sorted(_KINDS)))
    cells = ObjectCells(frame) if cells is None else cells
    return TableSchema(columns=[_column(name, frame[name], wanted.get(name), cells) for name in names])


def _column(name: str, series: pd.Series, override: Any, cells: ObjectCells) -> ColumnSchema:
    distinct = cells[name]
    gaps = series.isna() if distinct is None else pd.Series(distinct.codes < 0, index=series.index)
    has_gaps = bool(gaps.any())
    present = series[~gaps] if has_gaps else series
    found = _guess(name, present, has_gaps, None if distinct is None else len(distinct.values))
    extra = {"kind": override} if isinstance(override, str) else dict(override or {})
    known = {"kind": found, "name": name, "dtype": str(series.dtype), "missing": has_gaps} | extra
    kind = known["kind"]
    stamped = pd.api.types.is_datetime64_any_dtype(series.dtype) or is_dates(present)
    if kind == "datetime" and "datetime_format" not in known and not stamped:
        known["datetime_format"] = _date_format(present)
        if known["datetime_format"] is None:
            raise InvalidInput(
                f"column '{name}' cannot be read as datetimes", field=name, hint="give datetime_format or convert with pandas.to_datetime"
            )
    if kind in ("continuous", "integer") and not (
        pd.api.types.is_numeric_dtype(series.dtype) or is_duration(series.dtype) or _is_decimal(present)
    ):
        raise InvalidInput(f"column '{name}' is '{series.dtype}', not numeric", field=name, hint="convert with pandas.to_numeric")
    if kind == "continuous" and "decimals" not in known and not is_duration(series.dtype):
        known["decimals"] = _decimals(present.to_numpy(dtype=float))
    if kind == "ordinal" and "order" not in known:
        is_category = isinstance(series.dtype, pd.CategoricalDtype)
        known["order"] = list(series.cat.categories) if is_category else sorted(present.unique().tolist())
    return ColumnSchema(**known)


def _guess(name: str, present: pd.Series, has_gaps: bool, distinct: int | None) -> ColumnKind:
    """`present` are the cells that are not missing, `distinct` their number of different values where it is known."""
    if present.empty:
        return "constant"
    dtype = present.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "ordinal" if dtype.ordered else "categorical"
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "datetime"
    distinct = _distinct(present) if distinct is None else distinct
    if distinct == 1 and not has_gaps:
        return "constant"
    if is_duration(dtype):
        return "integer"
    if pd.api.types.is_numeric_dtype(dtype) and dtype.kind != "O":  # Arrow's decimals are objects
        return _guess_number(name, present, distinct)
    return _guess_object(name, present, distinct)


def _distinct(present: pd.Series) -> int:
    """How many different values there are. For numbers, what counts is whether it is one, two or all of them: often the head tells."""
    if pd.api.types.is_numeric_dtype(present.dtype):
        head = present.iloc[:_HEAD]
        found = head.nunique()
        if 2 < found < len(head):
            return int(found)
    return int(present.nunique())


def _guess_number(name: str, present: pd.Series, distinct: int) -> ColumnKind:
    values = present.to_numpy(dtype=float)
    if not np.array_equal(values, np.rint(values)):
        return "continuous"
    if distinct == 2:
        return "boolean"
    if distinct == len(present) >= _MIN_ROWS_FOR_ID:
        counted = abs(values[-1] - values[0]) == len(values) - 1 and (np.abs(np.diff(values)) == 1).all()
        if counted or _ID_NAME.search(name):
            return "id"
    return "integer"


def _guess_object(name: str, present: pd.Series, distinct: int) -> ColumnKind:
    if isinstance(present.iloc[0], (bool, np.bool_)):
        return "boolean"
    if _is_decimal(present):
        return "continuous"
    if is_dates(present):
        return "datetime"
    if isinstance(present.iloc[0], str) and _date_format(present.astype(str)) is not None:
        return "datetime"
    if distinct == 2:
        return "categorical"
    if distinct <= 0.5 * len(present) or len(present) < _MIN_ROWS_FOR_ID:
        return "categorical"
    words = present.iloc[:2000].map(str).str.count(r"\s+").mean() + 1
    if words >= _TEXT_WORDS:
        return "text"
    if distinct == len(present) and (words < 1.5 or _ID_NAME.search(name)):
        return "id"
    return "categorical"


def _is_decimal(present: pd.Series) -> bool:
    return len(present) > 0 and isinstance(present.iloc[0], Decimal)


def _date_format(present: pd.Series) -> str | None:
    if present.empty or not isinstance(present.iloc[0], str) or not present.iloc[0][:1].isdigit():
        return None
    head = present.iloc[:200]
    for form in _DATE_FORMATS:
        fits = all(read_text(part, form).notna().all() for part in (head, present))
        if fits:
            return form
    return None


def _decimals(values: np.ndarray[Any, np.dtype[np.float64]]) -> int | None:
    for places in range(7):
        # Most numbers of places are ruled out by the first rows.
        if all((np.abs(np.round(head, places) - head) <= _EXACT).all() for head in (values[:200], values[:20_000])):
            return places
    return None
