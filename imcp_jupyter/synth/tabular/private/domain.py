"""What a column may hold, given by the user or bought with part of the budget; never read off the rows for free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ....data.table import Column
from ....errors import InvalidInput
from ....models.dataset import NUMERIC_KINDS, ColumnSchema
from ..dtypes import dtype_of, value_of, value_state
from ..features import Codes, Draw, Floats
from .cells import Cells, group_levels, group_numbers
from .mechanisms import Mechanisms, sigma_of
from .restore import DAY, SECOND, nullable, numbers, public_dtype, stamps

BOUNDS_PURPOSE, CELLS_PURPOSE, LEVELS_PURPOSE = "ranges of numbers", "histograms of numbers", "categories"
_RANGE_SHARE = 0.2  # of a number's share, where its range must be learned
_CHANCE = 1e-4  # that an empty coarse cell widens a learned range: one far away would leave the real values a single fine cell
_FINE = 512  # cells of the finest histogram of a number
_OTHER = "other"


@dataclass(frozen=True)
class NumberDomain:
    """A continuous, integer or datetime column: `edges` (n_cells + 1,) in units of the column's grid, then the missing cell."""

    schema: ColumnSchema
    cells: Cells
    edges: Floats
    state: dict[str, Any]

    def decode(self, codes: Codes, draw: Draw) -> Any:
        fine = self.cells.draw(codes, draw.rng)
        missing = fine >= len(self.edges) - 1
        fine = np.minimum(fine, len(self.edges) - 2)
        low, high = self.edges[fine], self.edges[fine + 1]
        values = low + draw.rng.random(draw.rows) * (high - low)
        if self.state["whole"]:
            values = np.clip(np.floor(values), low, np.maximum(high - 1.0, low))
        values = values * self.state["unit"]
        if self.schema.kind == "datetime":
            return stamps(values, missing, self.schema, self.state["dtype"])
        return numbers(values, missing, self.schema, self.state["dtype"], self.state["exact"])


@dataclass(frozen=True)
class LevelDomain:
    """A column of levels: the levels, a missing cell where the dtype can hold one, then all that is not named."""

    schema: ColumnSchema
    cells: Cells
    state: dict[str, Any]

    def decode(self, codes: Codes, draw: Draw) -> Any:
        levels = [value_of(value) for value in self.state["levels"]]
        fine = np.minimum(self.cells.draw(codes, draw.rng), len(levels) - 1)
        if "categorical" in self.state["dtype"]:
            named = levels[: self.state["named"]]
            positions = np.array([*range(len(named)), *[-1] * (len(levels) - len(named))], dtype=np.int64)
            return pd.Categorical.from_codes(positions[fine], pd.Index(named), ordered=self.state["dtype"]["ordered"])
        dtype = dtype_of(self.state["dtype"])
        if dtype == np.dtype(object):
            palette = np.empty(len(levels), dtype=object)
            palette[:] = levels
            return palette[fine]
        return pd.Series(levels, dtype=dtype).array.take(fine)


@dataclass(frozen=True)
class IdDomain:
    """Ids that count from 1: nothing but the dtype is looked at."""

    schema: ColumnSchema
    state: dict[str, Any]

    def decode(self, draw: Draw) -> Any:
        index = draw.start + 1 + np.arange(draw.rows)
        dtype = dtype_of(self.state["dtype"])
        if pd.api.types.is_numeric_dtype(dtype):
            return pd.Series(index).astype(dtype).array
        return pd.Series([f"id-{number:08d}" for number in index.tolist()], dtype=dtype).array


Domain = NumberDomain | LevelDomain | IdDomain


def check_column(column: Column, given: Sequence[Any] | None) -> None:
    """Refuse what cannot be learned before anything is spent: free text, ids and numbers in a pandas categorical, types that a
    model cannot keep, bounds that do not fit. Raises `InvalidInput` naming the column.
    """
    schema, name = column.schema, column.schema.name
    numeric = schema.kind in NUMERIC_KINDS
    if given is None and schema.kind == "text":
        raise InvalidInput(
            f"column '{name}' is free text, which cannot be learned with differential privacy",
            field=name,
            hint=f'leave it out by columns=…, or give constants: bounds={{"{name}": ["…"]}}',
        )
    dtype = public_dtype(column.series.dtype, name)
    if "categorical" in dtype and (numeric or (schema.kind == "id" and given is None)):
        raise InvalidInput(
            f"column '{name}' is a pandas categorical, which cannot hold new values of kind '{schema.kind}'",
            field=name,
            hint=f"use df['{name}'].astype(object)",
        )
    if numeric and given is not None:
        _given_range(given, schema, 1.0, schema.kind != "continuous")
    elif not numeric and given is not None:
        _distinct(given, name)
    elif not numeric and schema.kind != "id":
        for level in column.categories[:1]:
            value_state(level, name)


def learn_domain(
    column: Column, given: Sequence[Any] | None, mechanisms: Mechanisms, rho: float, delta: float
) -> tuple[Domain, Codes | None]:
    """The domain of a checked `column` and the code of every row, (n_rows,) int32; None for an id column.

    `given` are public bounds (two numbers or datetimes) or levels. Spends at most `rho` and `delta`.
    """
    schema = public_schema(column.schema)
    if schema.kind == "id" and given is None:
        return IdDomain(schema, {"dtype": public_dtype(column.series.dtype, schema.name)}), None
    if schema.kind in NUMERIC_KINDS:
        return _learn_numbers(column, schema, given, mechanisms, rho)
    return _learn_levels(column, schema, given, mechanisms, rho, delta)


def public_schema(schema: ColumnSchema) -> ColumnSchema:
    """`schema` without what may not be known of single rows: the levels of an ordinal, and whether values are missing."""
    return schema.model_copy(update={"order": None, "missing": False})


def _learn_levels(
    column: Column, schema: ColumnSchema, given: Sequence[Any] | None, mechanisms: Mechanisms, rho: float, delta: float
) -> tuple[LevelDomain, Codes]:
    dtype = column.series.dtype
    gaps = nullable(dtype)
    boolean = pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype)
    if given is None and boolean:
        given = [False, True]
    occurring = list(column.categories)
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(occurring))
    n_missing = int(column.missing.sum())
    place: dict[Any, int]
    sigma = sigma_of(rho)
    if given is None:
        noisy, beside = mechanisms.levels(counts, np.array([n_missing] * gaps), rho, delta, LEVELS_PURPOSE)
        kept = np.flatnonzero(~np.isnan(noisy))
        levels = [occurring[index] for index in kept]
        grouped = group_levels(np.concatenate([noisy[kept], beside, [0.0]]), sigma, 1 + gaps)
    else:
        levels = _distinct(given, schema.name)
        place = {level: index for index, level in enumerate(levels)}
        cells = np.zeros(len(levels) + 1 + gaps)
        for level, count in zip(occurring, counts, strict=True):
            cells[place.get(level, len(cells) - 1)] += count
        if gaps:
            cells[len(levels)] += n_missing
        measured = mechanisms.counts(cells, rho, LEVELS_PURPOSE)
        measured[-1] = 0.0  # never drawn, so it needs no code of its own
        grouped = group_levels(measured, sigma, 1 + gaps)
    place = {level: index for index, level in enumerate(levels)}
    lookup = np.array([*(place.get(level, len(levels) + gaps) for level in occurring), len(levels)])
    fine = lookup[column.codes]
    written = [value_state(level, schema.name) for level in levels] + [_gap_state(dtype)] * gaps
    if not levels:
        written.append(_token_state(dtype))
    state = {"levels": written, "named": len(levels), "dtype": public_dtype(dtype, schema.name)}
    return LevelDomain(schema, grouped, state), grouped.group[fine]


def _distinct(given: Sequence[Any], name: str) -> list[Any]:
    levels = list(dict.fromkeys(given))
    if not levels or any(isinstance(level, (list, dict)) or level is None for level in levels):
        raise InvalidInput("must be a list of at least one level", field=f"bounds.{name}")
    return levels


def _gap_state(dtype: Any) -> Any:
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return value_state(math.nan, "")
    return value_state(None, "") if isinstance(dtype, (np.dtype, pd.CategoricalDtype)) else value_state(pd.NA, "")


def _token_state(dtype: Any) -> Any:
    """What stands in a column of which no level may be known."""
    return 0 if pd.api.types.is_numeric_dtype(dtype) else _OTHER


def _learn_numbers(
    column: Column, schema: ColumnSchema, given: Sequence[Any] | None, mechanisms: Mechanisms, rho: float
) -> tuple[NumberDomain, Codes]:
    dtype = public_dtype(column.series.dtype, schema.name)
    values, missing = column.values, column.missing
    exact = pd.api.types.is_object_dtype(column.series.dtype) and schema.kind != "datetime"
    if exact and schema.decimals is None:
        schema = schema.model_copy(update={"decimals": 2})
    unit, whole = _grid(schema, values, missing)
    ticks = np.where(missing, 0.0, values / unit)
    ticks = np.floor(ticks + 0.5) if whole else ticks
    gap = nullable(column.series.dtype)
    coarse = _years(unit) if schema.kind == "datetime" else _octaves(whole)
    if given is None:
        low, high = _learned_range(ticks[~missing], coarse, mechanisms, rho * _RANGE_SHARE)
        rho = rho * (1.0 - _RANGE_SHARE)
        edges = _fine_edges(coarse[(coarse >= low) & (coarse <= high)], whole)
    else:
        low, high = _given_range(given, schema, unit, whole)
        inner = coarse[(coarse > low) & (coarse < high)]
        edges = _fine_edges(np.concatenate([[low], inner, [high]]), whole)
    fine = np.clip(np.searchsorted(edges, ticks, side="right") - 1, 0, len(edges) - 2)
    fine[missing] = len(edges) - 1
    noisy = mechanisms.counts(np.bincount(fine, minlength=len(edges) - 1 + gap), rho, CELLS_PURPOSE)
    cells = group_numbers(noisy, sigma_of(rho), gap)
    state = {"dtype": dtype, "unit": unit, "whole": whole, "exact": bool(exact)}
    return NumberDomain(schema, cells, edges, state), cells.group[fine]


def _grid(schema: ColumnSchema, values: Floats, missing: npt.NDArray[np.bool_]) -> tuple[float, bool]:
    """The unit of the column's grid and whether there is one. Like `decimals`, it belongs to the schema, which is public."""
    if schema.kind == "integer":
        return 1.0, True
    if schema.kind == "continuous":
        return (10.0**-schema.decimals, True) if schema.decimals is not None else (1.0, False)
    form = schema.datetime_format
    if form is not None:
        return (SECOND if any(mark in form for mark in ("%H", "%I", "%M", "%S", "%T", "%X", "%c")) else DAY), True
    return (DAY if bool((np.mod(values[~missing], DAY) == 0).all()) else SECOND), True


def _octaves(whole: bool) -> Floats:
    """Edges of powers of 2 on both sides of 0."""
    powers = 2.0 ** np.arange(0 if whole else -20, 65)
    return np.concatenate([1.0 - powers[::-1], powers]) if whole else np.concatenate([-powers[::-1], powers])


def _years(unit: float) -> Floats:
    starts = np.array([np.datetime64(f"{year}-01-01", "ns") for year in range(1678, 2263)])
    return np.asarray(starts.astype(np.int64).astype(np.float64) / unit)


def _learned_range(ticks: Floats, coarse: Floats, mechanisms: Mechanisms, rho: float) -> tuple[float, float]:
    """The outer edges of the coarse cells that stand out of the noise; what lies outside is clipped."""
    at = np.clip(np.searchsorted(coarse, ticks, side="right") - 1, 0, len(coarse) - 2)
    noisy = mechanisms.counts(np.bincount(at, minlength=len(coarse) - 1), rho, BOUNDS_PURPOSE)
    clear = np.flatnonzero(noisy >= sigma_of(rho) * float(norm.isf(_CHANCE / len(noisy))))
    if not len(clear):
        clear = np.array([int(np.argmax(noisy))])
    return float(coarse[clear[0]]), float(coarse[clear[-1] + 1])


def _given_range(given: Sequence[Any], schema: ColumnSchema, unit: float, whole: bool) -> tuple[float, float]:
    field = f"bounds.{schema.name}"
    if len(given) != 2:
        raise InvalidInput(f"must be two values, lowest and highest, got {len(given)}", field=field)
    try:
        stamped = schema.kind == "datetime"
        ends = [float(pd.Timestamp(end).value) if stamped else float(end) for end in given]
    except (ValueError, TypeError, OverflowError):
        raise InvalidInput(
            f"must be two {'datetimes' if schema.kind == 'datetime' else 'numbers'}, got {list(given)!r}", field=field
        ) from None
    low, high = ends[0] / unit, ends[1] / unit
    if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
        raise InvalidInput(f"the lowest must be below the highest, got {list(given)!r}", field=field)
    return (math.floor(low + 1e-6), math.floor(high + 1e-6) + 1.0) if whole else (low, high)


def _fine_edges(outer: Floats, whole: bool) -> Floats:
    """`outer` edges with about `_FINE` cells between them, evenly many in each."""
    parts = max(16, _FINE // (len(outer) - 1))
    edges = np.concatenate([np.linspace(low, high, parts, endpoint=False) for low, high in pairwise(outer)])
    edges = np.append(edges, outer[-1])
    return np.unique(np.rint(edges)) if whole else np.unique(edges)
