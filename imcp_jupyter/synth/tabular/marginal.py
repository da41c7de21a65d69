"""The distribution of one feature as a table of cells on the normal axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import ATOM_ROWS, Codes, Discrete, Floats, Mask, Numeric
from .scores import cell_scores

_CELLS = 2048  # cells of a distribution with more distinct values than that, evenly spaced on the normal axis
_REACH = 5.0  # where the outermost cells end on the normal axis


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
        cell = np.searchsorted(self.cuts, normal)
        if self.discrete:
            return np.asarray(self.low.astype(np.int32)[cell])
        width = self.high - self.low
        if not width.any():
            return np.asarray(self.low[cell])
        ends = np.concatenate([[-_REACH], self.cuts, [_REACH]]).astype(np.float64)
        rate = 1.0 / np.maximum(np.diff(ends), 1e-9)
        share = ((normal - ends[cell]) * rate[cell]).clip(0.0, 1.0)
        return np.asarray(self.low[cell] * (1.0 - share) + self.high[cell] * share)

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
        ends = np.concatenate([[-_REACH], self.cuts, [_REACH]]).astype(np.float64)
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
    distinct, counts = np.unique(feature.values[~np.isnan(feature.values)], return_counts=True)
    middle = distinct[:-1] * 0.5 + distinct[1:] * 0.5
    spike = counts >= ATOM_ROWS
    if len(distinct) > _CELLS:
        spike &= counts * _CELLS > counts.sum()
    low = np.where(spike, distinct, np.concatenate([distinct[:1], middle]))
    high = np.where(spike, distinct, np.concatenate([middle, distinct[-1:]]))
    if len(distinct) > _CELLS:
        first = _cell_starts(counts, spike)
        last = np.append(first[1:], len(distinct)) - 1
        low, high, counts = low[first], high[last], np.add.reduceat(counts, first)
    return Marginal(cell_scores(counts)[0].astype(np.float32), low, high, False)


def _cell_starts(counts: npt.NDArray[np.int64], spike: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Positions where a new cell begins when neighbours are merged; spikes stay alone."""
    scores = cell_scores(counts)[1]
    grid = np.floor((scores + _REACH) * (_CELLS / (2.0 * _REACH)))
    begins = np.ones(len(counts), dtype=bool)
    begins[1:] = (np.diff(grid) != 0) | spike[1:] | spike[:-1]
    return np.flatnonzero(begins)
