"""One table as sorted columns, bins, contingency tables and correlations, each made when first asked for and kept.

The real side of a comparison is the same for every candidate, so that it is worth keeping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Encoded, Field

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

N_BINS = 12  # ten, one before and one for the largest value and for missing ones
DENSE = 1 << 21  # contingency tables up to this many cells are counted densely
_GROUP = 160  # cells of a group of columns that are packed as one: two groups fit a processor's second cache
_SHIFT = 32
_SPAN = 1 << 12  # numbers of few decimals that spread no wider, or no wider than twice their number, are counted, not sorted
_SAME = 2e-14  # SDMetrics rounds numbers to 14 decimals before it compares distributions


@dataclass(frozen=True)
class Steps:
    """An empirical distribution function: `values` ascending, `below[i]` cells before `values[i]`, one entry more at the end."""

    values: Floats
    below: Ints

    @property
    def n_cells(self) -> int:
        return int(self.below[-1])


@dataclass(frozen=True)
class Cells:
    """A contingency table's used cells: `keys` ascending (level of the first column << 32 | level of the second), `counts`."""

    keys: Ints
    counts: Ints

    def similarity(self, other: Cells) -> float:
        """1 minus the total variation distance."""
        keys = np.concatenate([self.keys, other.keys])
        shares = np.concatenate([self.counts / self.counts.sum(), -other.counts / other.counts.sum()])
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.append(True, np.diff(keys[order]) > 0))
        return float(1.0 - 0.5 * np.abs(np.add.reduceat(shares[order], starts)).sum())

    def cramers_v(self) -> float:
        """Cramér's V without correction, as `scipy.stats.contingency.association`; NaN below two levels."""
        _, first = np.unique(self.keys >> _SHIFT, return_inverse=True)
        _, second = np.unique(self.keys & ((1 << _SHIFT) - 1), return_inverse=True)
        rows, columns = np.bincount(first, weights=self.counts), np.bincount(second, weights=self.counts)
        least = min(len(rows), len(columns))
        if least < 2:
            return float("nan")
        # χ²/n = Σ n_ij² / (n_i n_j) − 1, so that empty cells need no place.
        phi2 = (self.counts.astype(float) ** 2 / (rows[first] * columns[second])).sum() - 1
        return float(np.sqrt(max(phi2, 0.0) / (least - 1)))


class Side:
    """The views of one encoded table."""

    def __init__(self, table: Encoded) -> None:
        self.table = table
        self._steps: dict[str, Steps] = {}
        self._codes: dict[str, tuple[Codes, int]] = {}
        self._cells: dict[tuple[str, str], Cells] = {}
        self._correlations: dict[tuple[str, str], float] = {}

    @classmethod
    def of(cls, table: Encoded) -> Side:
        """The one side of `table`."""
        if "side" not in table.views:
            table.views["side"] = cls(table)
        side: Side = table.views["side"]
        return side

    def steps(self, name: str) -> Steps:
        """The distribution of a numeric column."""
        if name not in self._steps:
            self._steps[name] = _steps(self.table[name])
        return self._steps[name]

    def codes(self, field: Field) -> tuple[Codes, int]:
        """Codes from 0 with missing as a level, and the number of codes. Numbers in ten bins between the table's *own* extremes."""
        if field.name not in self._codes:
            column = self.table[field.name]
            if field.is_numeric:
                self._codes[field.name] = ten_bins(column), N_BINS
            else:
                codes = column + np.int32(1)
                self._codes[field.name] = codes, int(codes.max()) + 1
        return self._codes[field.name]

    def counts(self, field: Field) -> Ints:
        """How often each level of a discrete column occurs, missing cells left out."""
        codes, width = self.codes(field)
        return np.bincount(codes, minlength=width)[1:]

    def cells(self, first: Field, second: Field) -> Cells:
        """The contingency table of two columns."""
        key = first.name, second.name
        if key not in self._cells:
            self._cells[key] = _count(*self.codes(first), *self.codes(second))
        return self._cells[key]

    def count_all(self, fields: Sequence[Field], skip_numeric: bool = True) -> None:
        """Contingency tables of all pairs of `fields` at once: small columns are packed in groups, so that one pass serves many pairs.

        `skip_numeric`: not those of two numeric columns.
        """
        groups = self._groups(fields)
        packed = [self._packed(group) for group in groups]
        for at, group in enumerate(groups):
            for beside in range(at, len(groups)):
                wanted = [
                    (first, second)
                    for first, second in ([*combinations(group, 2)] if at == beside else [(a, b) for a in group for b in groups[beside]])
                    if (first.name, second.name) not in self._cells and not (skip_numeric and first.is_numeric and second.is_numeric)
                ]
                if not wanted:
                    continue
                if len(wanted) == 1 or max(len(groups[at]), len(groups[beside])) == 1:
                    for first, second in wanted:
                        self.cells(first, second)
                    continue
                self._marginals(wanted, group, groups[beside], packed[at], packed[beside], at == beside)

    def correlation(self, first: str, second: str) -> float:
        """Pearson's r; NaN for a constant column."""
        key = (first, second) if first <= second else (second, first)
        if key not in self._correlations:
            self._correlations[key] = correlation(self.table[first], self.table[second])
        return self._correlations[key]

    def correlate_all(self, names: Sequence[str]) -> None:
        """Correlations of all pairs of numeric columns by matrix products, over the rows where both are present."""
        wanted = [name for name in names if len(self.steps(name).values) > 1]
        if len(wanted) < 2:
            return
        n_rows, n_columns = self.table.n_rows, len(wanted)
        centres = np.array([np.nanmean(self.table[name]) for name in wanted])
        spreads = np.array([np.nanstd(self.table[name]) for name in wanted])
        sums = np.zeros((4, n_columns, n_columns))  # of 1, x, x² and xy over the rows that both columns have
        gaps = any(self.steps(name).n_cells < n_rows for name in wanted)
        with np.errstate(all="ignore"):
            for start in range(0, n_rows, 16_384):
                block = np.stack([self.table[name][start : start + 16_384] for name in wanted])
                block = (block - centres[:, None]) / spreads[:, None]
                if gaps:
                    present = ~np.isnan(block)
                    block[~present] = 0.0
                    there = present.astype(np.float64)
                    sums[0] += there @ there.T
                    sums[1] += block @ there.T
                    sums[2] += (block * block) @ there.T
                else:
                    sums[1] += block.sum(axis=1)[:, None]
                    sums[2] += np.einsum("ij,ij->i", block, block)[:, None]
                sums[3] += block @ block.T
            if not gaps:
                sums[0] = n_rows
            count, total, squares, products = sums
            variance = squares - total * total / count
            values = np.clip((products - total * total.T / count) / np.sqrt(variance * variance.T), -1, 1)
        for i, j in combinations(range(n_columns), 2):
            # Little variance left among the rows that both have would leave too few digits: those pairs are done one by one.
            if min(variance[i, j], variance[j, i]) > 1e-3 * count[i, j] and np.isfinite(values[i, j]):
                low, high = sorted((wanted[i], wanted[j]))
                self._correlations[low, high] = float(values[i, j])

    def _groups(self, fields: Sequence[Field]) -> list[list[Field]]:
        groups: list[list[Field]] = []
        room = 0
        for field in fields:
            width = self.codes(field)[1]
            if groups and width <= room:
                groups[-1].append(field)
                room //= width
            else:
                groups.append([field])
                room = _GROUP // width
        return groups

    def _packed(self, group: list[Field]) -> Codes:
        codes, _ = self.codes(group[0])
        for field in group[1:]:
            more, width = self.codes(field)
            codes = codes * np.int32(width)
            codes += more
        return codes

    def _marginals(
        self, wanted: list[tuple[Field, Field]], group: list[Field], other: list[Field], mine: Codes, theirs: Codes, same: bool
    ) -> None:
        axes = group if same else [*group, *other]
        shape = tuple(self.codes(field)[1] for field in axes)
        width = int(np.prod([self.codes(field)[1] for field in other]))
        cells = mine if same else mine * np.int32(width)
        if not same:
            cells += theirs
        counts = np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)
        places = {field.name: axis for axis, field in enumerate(axes)}
        for first, second in wanted:
            kept = places[first.name], places[second.name]
            table = counts.sum(axis=tuple(axis for axis in range(len(axes)) if axis not in kept))
            self._cells[first.name, second.name] = _used(table)


def correlation(first: Floats, second: Floats) -> float:
    """Pearson's r over rows where both are present; NaN for a constant column (SDMetrics raises and drops the pair)."""
    both = ~(np.isnan(first) | np.isnan(second))
    x, y = first[both], second[both]
    if len(x) < 2 or x.min() == x.max() or y.min() == y.max():
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    x, y = x / np.abs(x).max(), y / np.abs(y).max()  # squares of huge numbers would overflow
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1, 1))


def ten_bins(column: Floats) -> Codes:
    """`np.digitize` between `np.histogram_bin_edges` of the column, as SDMetrics does; missing values join the largest."""
    missing = np.isnan(column)
    try:
        edges = np.histogram_bin_edges(column[~missing] if missing.any() else column, bins=10)
    except ValueError:  # all values within the float spacing of a large number, such as one single timestamp
        return missing.astype(np.int32)
    binned = np.zeros(len(column), dtype=np.uint8)
    for edge in edges:
        binned += column >= edge
    binned[missing] = len(edges)
    return binned.astype(np.int32)


def _steps(column: Floats) -> Steps:
    missing = np.isnan(column)
    present = column[~missing] if missing.any() else column
    if not len(present):
        return Steps(present, np.zeros(1, dtype=np.int64))
    counted = _counted(present)
    if counted is not None:
        return counted
    ordered = np.sort(present)
    starts = np.flatnonzero(np.append(True, ordered[1:] > ordered[:-1]))
    values = ordered[starts]
    if len(values) > 1 and (values[1:] - values[:-1]).min() < _SAME:
        values = np.round(values, 14)
        kept = np.flatnonzero(np.append(True, values[1:] > values[:-1]))
        values, starts = values[kept], starts[kept]
    return Steps(values, np.append(starts, len(ordered)))


def _counted(present: Floats) -> Steps | None:
    """The steps of numbers of few decimals that spread little, by counting; None for others, which have to be sorted."""
    low, high = float(present.min()), float(present.max())
    for scale in (1, 10, 100):
        if (high - low) * scale > max(_SPAN, 2 * len(present)):
            return None
        if not (np.rint(present[:1_000] * scale) / scale == present[:1_000]).all():
            continue
        whole = np.rint(present * scale)
        if (whole / scale == present).all():  # exactly: as many whole numbers as values, in the same order
            first = np.rint(low * scale)
            whole -= first
            counts = np.bincount(whole.astype(np.int64))
            used = np.flatnonzero(counts)
            return Steps((used + first) / scale, np.append(0, np.cumsum(counts[used])))
    return None


def ks_distance(mine: Steps, theirs: Steps) -> float:
    """Largest distance of two empirical distribution functions.

    It is reached at a step of one of them, or just before it: one search of the smaller set of steps in the other is enough.
    """
    if len(theirs.values) > len(mine.values):
        mine, theirs = theirs, mine
    at = np.searchsorted(mine.values, theirs.values)
    hit = mine.values[np.minimum(at, len(mine.values) - 1)] == theirs.values
    before = mine.below[at] / mine.n_cells
    after = mine.below[at + (hit & (at < len(mine.values)))] / mine.n_cells
    own = theirs.below / theirs.n_cells
    return float(max((own[1:] - after).max(), (before - own[:-1]).max(), 0.0))


def _count(first: Codes, n_first: int, second: Codes, n_second: int) -> Cells:
    if n_first * n_second <= DENSE:
        cells = first * np.int32(n_second)
        cells += second
        return _used(np.bincount(cells, minlength=n_first * n_second).reshape(n_first, n_second))
    keys, counts = np.unique((first.astype(np.int64) << _SHIFT) | second, return_counts=True)
    return Cells(keys, counts.astype(np.int64))


def _used(table: npt.NDArray[Any]) -> Cells:
    first, second = np.nonzero(table)
    return Cells((first.astype(np.int64) << _SHIFT) | second, table[first, second].astype(np.int64))
