"""What lies in the leaves of a tree: the observed values, and how to draw from them without copying them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import ATOM_ROWS, Codes, Floats

_SMOOTH_PER_LEAF = 512  # sorted values of a leaf beyond this many are thinned to evenly spaced ones


@dataclass(frozen=True)
class LeafTable:
    """Entries of all leaves end to end.

    `start` (n_leaves + 1,) where a leaf's entries begin; `value` (n_entries,); `cum` (n_entries + 1,) float64 weights summed
    up; `smooth` (n_leaves,) how many of a leaf's entries, its first and sorted, are smoothed (0 for codes).
    `line` the sorted smoothed values of the whole column. A smoothed value is drawn up to `reach` of the way to its neighbour.
    """

    start: npt.NDArray[np.int64]
    value: npt.NDArray[Any]
    cum: Floats
    smooth: npt.NDArray[np.int32]
    line: Floats
    reach: float = 0.5

    def draw(self, leaf: Codes, rng: np.random.Generator) -> npt.NDArray[Any]:
        """(n_rows,) one value for each row's leaf."""
        low, high = self.cum[self.start[leaf]], self.cum[self.start[leaf + 1]]
        position = low + rng.random(len(leaf)) * (high - low)
        entry = np.searchsorted(self.cum, position, side="right") - 1
        entry = np.minimum(entry, self.start[leaf + 1] - 1)
        drawn: npt.NDArray[Any] = self.value[entry]
        if not len(self.line):
            return drawn
        shift = rng.random(len(leaf)) - 0.5
        within = entry - self.start[leaf]
        moved = np.flatnonzero(within < self.smooth[leaf])
        drawn[moved] = self._moved(entry[moved], within[moved], self.smooth[leaf[moved]], shift[moved])
        return drawn

    def _moved(
        self, entry: npt.NDArray[np.int64], within: npt.NDArray[np.int64], smooth: npt.NDArray[np.int32], shift: Floats
    ) -> npt.NDArray[Any]:
        """Values moved towards the next one in the leaf, or in the column for a leaf's only one."""
        value = self.value[entry]
        side = np.where(within == 0, 1, np.where(within == smooth - 1, -1, np.where(shift < 0, -1, 1)))
        alone = smooth == 1
        next_value = self.value[np.where(alone, entry, entry + side)]
        if alone.any():
            place = np.searchsorted(self.line, value[alone])
            far = place + np.where(shift[alone] < 0, -1, 1)
            far = np.where((far < 0) | (far >= len(self.line)), place - np.where(shift[alone] < 0, -1, 1), far)
            next_value[alone] = self.line[far.clip(0, len(self.line) - 1)]
        way = np.abs(shift) * (2.0 * self.reach)
        return np.asarray(value * (1.0 - way) + next_value * way)


def code_leaves(leaf: Codes, codes: Codes, n_leaves: int) -> LeafTable:
    """The table of a discrete feature: the counts of its levels by leaf."""
    width = int(codes.max()) + 1
    keys, counts = np.unique(leaf.astype(np.int64) * width + codes, return_counts=True)
    return _table(keys // width, (keys % width).astype(np.int32), counts.astype(np.float64), n_leaves)


def value_leaves(leaf: Codes, values: Floats, n_leaves: int, atom_rows: int = ATOM_ROWS, reach: float = 0.5) -> LeafTable:
    """The table of a numeric feature: values that `atom_rows` rows share keep their counts, the others are smoothed."""
    distinct, cell, counts = np.unique(values, return_inverse=True, return_counts=True)
    atom = counts[cell] >= atom_rows
    order = np.lexsort((values, leaf))
    own = order[~atom[order]]  # smoothed rows, by leaf and value
    own, weight = _thinned(own, leaf[own])
    keys, sizes = np.unique(leaf[atom].astype(np.int64) * len(distinct) + cell[atom], return_counts=True)
    place = np.concatenate([leaf[own], keys // len(distinct)])
    entries = np.concatenate([values[own], distinct[keys % len(distinct)]])
    weights = np.concatenate([weight, sizes.astype(np.float64)])
    # A stable sort by leaf keeps the smoothed entries of a leaf in front and in order.
    by_leaf = np.argsort(place, kind="stable")
    smooth = np.bincount(leaf[own], minlength=n_leaves).astype(np.int32)
    return _table(place[by_leaf], entries[by_leaf], weights[by_leaf], n_leaves, smooth, distinct[counts < atom_rows], reach)


def _thinned(rows: npt.NDArray[np.int64], leaf: Codes) -> tuple[npt.NDArray[np.int64], Floats]:
    """`rows` (sorted by leaf and value) with at most `_SMOOTH_PER_LEAF` by leaf, and the weight of each."""
    sizes = np.bincount(leaf) if len(leaf) else np.zeros(1, np.int64)
    if sizes.max(initial=0) <= _SMOOTH_PER_LEAF:
        return rows, np.ones(len(rows))
    begin = np.concatenate([[0], np.cumsum(sizes)])
    kept: list[npt.NDArray[np.int64]] = []
    weights: list[Floats] = []
    for first, size in zip(begin[:-1], sizes, strict=True):
        picks = np.linspace(0, size - 1, min(int(size), _SMOOTH_PER_LEAF)).round().astype(np.int64)
        kept.append(rows[first + picks])
        weights.append(np.full(len(picks), size / max(len(picks), 1)))
    return np.concatenate(kept), np.concatenate(weights)


def _table(
    place: npt.NDArray[Any],
    value: npt.NDArray[Any],
    weight: Floats,
    n_leaves: int,
    smooth: npt.NDArray[np.int32] | None = None,
    line: Floats | None = None,
    reach: float = 0.5,
) -> LeafTable:
    start = np.searchsorted(place, np.arange(n_leaves + 1)).astype(np.int64)
    cum = np.concatenate([[0.0], np.cumsum(weight)])
    if smooth is None or line is None:
        return LeafTable(start, value, cum, np.zeros(n_leaves, np.int32), np.empty(0))
    return LeafTable(start, value, cum, smooth, line, reach)
