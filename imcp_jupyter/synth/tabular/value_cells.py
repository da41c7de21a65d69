"""Numbers cut into cells: each spike alone, the rest in cells of about the same width on the normal axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

CELLS = 2048  # cells of a distribution with more distinct values than that
REACH = 5.0  # where the outermost cells end on the normal axis
_DENSE = 4  # whole numbers up to this many times the rows are counted and found by look-up instead of sorting and searching


def cell_scores(counts: Counts) -> tuple[Floats, Floats]:
    """Cut a standard normal into cells with shares as `counts`.

    Returns the (n_cells - 1,) inner cuts and the (n_cells,) means of the normal within the cells.
    """
    edges = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    edges[-1] = 1.0
    cuts = ndtri(edges)
    density = np.exp(-0.5 * cuts[1:-1] ** 2) / np.sqrt(2.0 * np.pi)
    density = np.concatenate([[0.0], density, [0.0]])
    return cuts[1:-1], (density[:-1] - density[1:]) / np.maximum(np.diff(edges), 1e-300)


@dataclass(frozen=True)
class ValueCells:
    """Cell i holds the values from `low[i]` to `high[i]`, equal at a spike, and `counts[i]` rows.

    Between spikes cells meet halfway between neighbouring values, so that no single row's value is an end.
    """

    low: Floats
    high: Floats
    counts: Counts
    whole: bool

    @classmethod
    def of(cls, values: Floats, whole: bool, spike_rows: int) -> ValueCells:
        """The cells of (n_rows,) `values`, NaN left out; a value that `spike_rows` rows share is a spike."""
        distinct, counts = _counted(values, whole)
        middle = distinct[:-1] * 0.5 + distinct[1:] * 0.5
        spike = counts >= spike_rows
        if len(distinct) > CELLS:
            spike &= counts * CELLS > counts.sum()
        low = np.where(spike, distinct, np.concatenate([distinct[:1], middle]))
        high = np.where(spike, distinct, np.concatenate([middle, distinct[-1:]]))
        if len(distinct) > CELLS:
            first = _cell_starts(counts, spike)
            last = np.append(first[1:], len(distinct)) - 1
            low, high, counts = low[first], high[last], np.add.reduceat(counts, first)
        return cls(low, high, counts, whole)

    @cached_property
    def scores(self) -> npt.NDArray[np.float32]:
        """(n_cells,) means of the normal within the cells."""
        return cell_scores(self.counts)[1].astype(np.float32)

    def scores_of(self, values: Floats) -> npt.NDArray[np.float32]:
        """(n_rows,) normal scores of the values that the cells were made of, 0 where missing."""
        missing = np.isnan(values)
        last = len(self.high) - 1
        if self.whole and self.low[0] >= 0 and self.high[-1] < _DENSE * len(values):
            ends = np.floor(self.high).astype(np.int64)
            by_value = np.repeat(self.scores, np.diff(ends, prepend=-1))
            found = by_value.take(np.where(missing, 0.0, values).astype(np.int64))
        else:
            found = self.scores.take(np.searchsorted(self.high, values).clip(0, last))
        found[missing] = 0.0
        return found


def _counted(values: Floats, whole: bool) -> tuple[Floats, Counts]:
    """The distinct values, ascending, and how often each occurs."""
    present = values[~np.isnan(values)]
    if whole and len(present) and present.min() >= 0 and present.max() < _DENSE * len(present):
        every = np.bincount(present.astype(np.int64))
        found = np.flatnonzero(every)
        return found.astype(np.float64), every[found]
    present.sort()
    begins = np.ones(len(present), dtype=bool)
    np.not_equal(present[1:], present[:-1], out=begins[1:])
    first = np.flatnonzero(begins)
    return present[first], np.diff(np.append(first, len(present)))


def _cell_starts(counts: Counts, spike: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Positions where a new cell begins when neighbours are merged; spikes stay alone."""
    middle = np.cumsum(counts) - counts * 0.5
    grid = ndtr(np.linspace(-REACH, REACH, CELLS + 1)) * counts.sum()
    begins = spike.copy()
    begins[1:] |= spike[:-1]
    begins[0] = True
    starts = np.searchsorted(middle, grid)
    begins[starts[starts < len(begins)]] = True
    return np.flatnonzero(begins)
