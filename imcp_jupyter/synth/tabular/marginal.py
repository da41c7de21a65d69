"""The distribution of one feature as a table of cells on the normal axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Codes, Discrete, Floats, Mask, Numeric
from .value_cells import REACH, cell_scores

_STEPS = 4096  # of the look-up table in one unit of the normal axis
_TABLE = 65_536  # its length: it reaches from -8 to 8


@dataclass(frozen=True)
class Marginal:
    """Cell i covers the normal axis from `cuts[i - 1]` to `cuts[i]` and the values from `low[i]` to `high[i]`.

    For a discrete feature both are the code; for a number they are equal at a spike, and meet halfway between neighbours
    elsewhere, so that no single row's value is given back.
    """

    cuts: npt.NDArray[np.float32]
    low: Floats
    high: Floats
    discrete: bool

    def at(self, normal: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
        """(n_rows,) int32 codes or float64 values at the (n_rows,) float32 normal scores."""
        cell = self._cell(normal)
        if self.discrete:
            return self._codes.take(cell)
        low, width, begin, rate = self._lines
        if not len(width):
            return low.take(cell)
        share = ((normal - begin.take(cell)) * rate.take(cell)).clip(0.0, 1.0)
        return np.asarray(low.take(cell) + width.take(cell) * share)

    def _cell(self, normal: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """``searchsorted(cuts, normal)``, by a table over short steps of the axis; only the few steps that hold a cut are searched."""
        table = self._table
        cell = table.take(_steps(normal))
        unsure = np.flatnonzero(cell < 0)
        if len(unsure):
            cell[unsure] = np.searchsorted(self.cuts, normal[unsure])
        return cell

    @cached_property
    def _table(self) -> npt.NDArray[np.int32]:
        """(n_steps,) the cell of each step, -1 where a cut lies in it."""
        inside = np.bincount(_steps(self.cuts), minlength=_TABLE)
        return np.where(inside > 0, -1, np.cumsum(inside)).astype(np.int32)

    @cached_property
    def _codes(self) -> npt.NDArray[np.int32]:
        return self.low.astype(np.int32)

    @cached_property
    def _lines(self) -> tuple[Floats, Floats, Floats, Floats]:
        """(n_cells,) lowest values, widths (empty where all are spikes), beginnings on the axis, 1 / lengths there."""
        width = self.high - self.low
        ends = np.concatenate([[-REACH], self.cuts, [REACH]]).astype(np.float64)
        return self.low, width if width.any() else np.empty(0), ends[:-1], 1.0 / np.maximum(np.diff(ends), 1e-9)

    def interval(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Where on the normal axis the numbers from `low` to `high` lie (both of any one shape); `low` above `high` where none does."""
        ends = np.concatenate([[-np.inf], self.cuts.astype(np.float64), [np.inf]])
        first = np.searchsorted(self.high, low, side="left")
        last = np.searchsorted(self.low, high, side="right") - 1
        found = first <= last
        first, last = np.where(found, first, 0), np.where(found, last, 0)
        begin, end = self._inside(first, low, ends[first]), self._inside(last, high, ends[last + 1])
        return np.where(found, begin, 1.0), np.where(found, np.maximum(begin, end), 0.0)

    def _inside(self, cell: npt.NDArray[np.int64], value: Floats, end: Floats) -> Floats:
        """The normal score of `value` in its cell, `end` where the cell ends before it or is a spike."""
        width = self.high[cell] - self.low[cell]
        ends = np.concatenate([[-REACH], self.cuts, [REACH]]).astype(np.float64)
        share = (value - self.low[cell]) / np.where(width > 0, width, 1.0)
        return np.where((width > 0) & (share > 0) & (share < 1), ends[cell] + share * (ends[cell + 1] - ends[cell]), end)

    def level_intervals(self, allowed: Mask) -> tuple[Floats, Floats]:
        """The (n_intervals,) ends on the normal axis of the levels in `allowed` (n_levels,), neighbours joined."""
        ends = np.concatenate([[-np.inf], self.cuts.astype(np.float64), [np.inf]])
        inside = np.concatenate([[False], allowed[self.low.astype(np.int64)], [False]])
        return ends[np.flatnonzero(~inside[:-1] & inside[1:])], ends[np.flatnonzero(inside[:-1] & ~inside[1:])]


def discrete_marginal(feature: Discrete, ranks: Codes) -> Marginal:
    """Exact shares of the levels, laid out by their `ranks` (n_levels,)."""
    codes = np.argsort(ranks)
    counts = np.bincount(feature.codes, minlength=feature.n_levels)[codes]
    level = codes.astype(np.float64)
    return Marginal(cell_scores(counts)[0].astype(np.float32), level, level, True)


def numeric_marginal(feature: Numeric) -> Marginal:
    """Spikes exact, everything between them smoothed, within the observed range."""
    cells = feature.cells
    return Marginal(cell_scores(cells.counts)[0].astype(np.float32), cells.low, cells.high, False)


def _steps(normal: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """The step of the look-up table that each score lies in: never falling as the score rises."""
    place = normal * np.float32(_STEPS)
    place += np.float32(_TABLE // 2)
    np.clip(place, 0, _TABLE - 1, out=place)
    return place.astype(np.uint16)
