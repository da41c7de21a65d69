"""Columns as few levels, the same in every table: what combinations of values and dependencies are learned from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field

Codes = npt.NDArray[np.int64]

MOST_LEVELS = 50
_BINS = 8
_MOST_VALUES = 1_000


@dataclass(frozen=True)
class Levels:
    """One column: codes by role, (n_rows,) from 0 to `count` - 1, -1 where missing or where real has no such level."""

    name: str
    count: int
    codes: dict[str, Codes]
    names: list[str]

    @property
    def unseen(self) -> Codes:
        """Real and holdout, one after the other."""
        return np.concatenate([self.codes[role] for role in ("real", "holdout") if role in self.codes])


def levels_of(comparison: Comparison) -> list[Levels]:
    """Discrete columns with 2 to 50 levels, and numbers in at most 8 bins of equal shares of the real rows."""
    return comparison.once(
        "grounding:levels", lambda: [one for one in (_levels(field, comparison) for field in comparison.modelled) if one]
    )


def values_of(comparison: Comparison) -> list[Levels]:
    """Columns by value: discrete ones, ids and texts that repeat, numbers with few values."""
    return comparison.once("grounding:values", lambda: [one for one in (_values(field, comparison) for field in comparison.fields) if one])


def _levels(field: Field, comparison: Comparison) -> Levels | None:
    roles = list(comparison.tables)
    if not field.is_numeric:
        if not 2 <= field.n_real <= MOST_LEVELS:
            return None
        codes = {role: comparison.table(role)[field.name].astype(np.int64) for role in roles}
        known = {role: np.where(part < field.n_real, part, -1) for role, part in codes.items()}
        return Levels(field.name, field.n_real, known, [str(level) for level in comparison.level_names(field.name)])
    real = comparison.real[field.name]
    present = real[np.isfinite(real)]
    if not len(present):
        return None
    edges = np.unique(np.quantile(present, np.linspace(0, 1, _BINS + 1)[1:-1], method="lower"))
    binned = {}
    for role in roles:
        column = comparison.table(role)[field.name]
        binned[role] = np.where(np.isfinite(column), np.searchsorted(edges, column, side="left"), -1).astype(np.int64)
    bounds = ["", *(_shown(edge, field) for edge in edges), ""]
    names = [f"{low} < … <= {high}".strip(" <=").strip() for low, high in itertools.pairwise(bounds)]
    return Levels(field.name, len(edges) + 1, binned, names) if len(edges) else None


def _values(field: Field, comparison: Comparison) -> Levels | None:
    roles = list(comparison.tables)
    if not field.is_numeric:
        codes = {role: comparison.table(role)[field.name].astype(np.int64) for role in roles}
        count = field.n_levels
        known = field.n_real
    else:
        columns = {role: comparison.table(role)[field.name] for role in roles}
        values = np.unique(columns["real"][np.isfinite(columns["real"])])
        if len(values) > _MOST_VALUES:
            return None
        known = count = len(values)
        codes = {role: _places(values, column) for role, column in columns.items()}
    if known < 2 or known * 5 > comparison.real.n_rows:
        return None
    return Levels(field.name, count, codes, [])


def _places(values: npt.NDArray[Any], column: npt.NDArray[Any]) -> Codes:
    """Positions of `column` in `values`; what real does not have is `len(values)`, missing -1."""
    places = np.searchsorted(values, column)
    here = (places < len(values)) & (values[np.minimum(places, len(values) - 1)] == column)
    return np.where(np.isfinite(column), np.where(here, places, len(values)), -1).astype(np.int64)


def _shown(edge: float, field: Field) -> str:
    return str(np.datetime64(int(edge // 1e9), "s")) if field.kind == "datetime" else f"{edge:.6g}"  # centuries do not fit in nanoseconds
