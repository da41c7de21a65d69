"""How alike columns and pairs of columns are: the numbers of SDMetrics' single-table QualityReport, by sorting and counting.

The rules are those of SDMetrics 0.32 (`KSComplement`, `TVComplement`, `CorrelationSimilarity`, `ContingencySimilarity` and
the properties `ColumnShapes` and `ColumnPairTrends`) on all rows, quirks included; each quirk is named where it is followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Encoded, Field
from ..resample import Resamples
from .side import DENSE, Side, Steps, ks_distance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CORRELATION_THRESHOLD = 0.5  # pairs that real itself correlates less do not count
ASSOCIATION_THRESHOLD = 0.3  # the same for Cramér's V
UNSEEN_WEIGHT = 1e-6  # TVComplement gives levels that real lacks this count
GRID = 512  # replicates of a KS distance look at this many quantiles; the value itself at all points


def column_shape(field: Field, real: Encoded, other: Encoded) -> float:
    """KSComplement or TVComplement; NaN where a side has no value."""
    mine, theirs = Side.of(real), Side.of(other)
    if field.is_numeric:
        first, second = mine.steps(field.name), theirs.steps(field.name)
        return 1.0 - ks_distance(first, second) if first.n_cells and second.n_cells else float("nan")
    expected, observed = (_padded(side.counts(field), field.n_levels) for side in (mine, theirs))
    if not expected.sum() or not observed.sum():
        return float("nan")
    expected[(expected == 0) & (observed > 0)] = UNSEEN_WEIGHT
    return float(1.0 - 0.5 * np.abs(observed / observed.sum() - expected / expected.sum()).sum())


def column_shape_replicates(field: Field, real: Encoded, other: Encoded, weights: tuple[Resamples, Resamples]) -> Floats:
    """(replicates,) bootstrap values of `column_shape`; numeric columns on a grid of `GRID` joint quantiles."""
    mine, theirs, n_levels = real[field.name], other[field.name], field.n_levels
    if field.is_numeric:
        edges = np.unique(np.quantile(np.concatenate([_present(mine), _present(theirs)]), np.linspace(0, 1, GRID), method="lower"))
        mine, theirs, n_levels = _binned(mine, edges), _binned(theirs, edges), len(edges) + 1
    first, second = (_shares(part.counts(codes, n_levels)) for part, codes in zip(weights, (mine, theirs), strict=True))
    difference = first - second
    if field.is_numeric:
        values: Floats = 1.0 - np.abs(np.cumsum(difference, axis=0)).max(axis=0)
    else:
        values = 1.0 - 0.5 * np.abs(difference).sum(axis=0)
    return values


def uniform_shape(field: Field, real: Encoded) -> float:
    """`column_shape` of a table that knows nothing but the range or the levels: the floor of column shapes."""
    mine = _present(real[field.name])
    if not len(mine):
        return float("nan")
    if field.is_numeric:
        grid = np.unique(np.linspace(mine.min(), mine.max(), 2001))
        return 1.0 - ks_distance(Side.of(real).steps(field.name), Steps(grid, np.arange(len(grid) + 1)))
    shares = np.bincount(mine, minlength=field.n_real)[: field.n_real] / len(mine)
    return float(1.0 - 0.5 * np.abs(shares - 1 / field.n_real).sum())


@dataclass(frozen=True)
class Pair:
    """Two columns that real relates closely enough to count."""

    first: Field
    second: Field
    strength: float

    @property
    def is_correlation(self) -> bool:
        return self.first.is_numeric and self.second.is_numeric


class PairTrends:
    """Pairs of columns as real relates them; `score` compares another table with that."""

    def __init__(self, fields: list[Field], real: Encoded) -> None:
        self.fields = fields
        self.real = real

    @cached_property
    def pairs(self) -> list[Pair]:
        """The pairs whose correlation or association in real exceeds SDMetrics' thresholds."""
        side = Side.of(self.real)
        side.count_all(self.fields)
        side.correlate_all([field.name for field in self.fields if field.is_numeric])
        found = []
        for first, second in combinations(self.fields, 2):
            if first.is_numeric and second.is_numeric:
                strength, threshold = abs(side.correlation(first.name, second.name)), CORRELATION_THRESHOLD
            else:
                strength, threshold = side.cells(first, second).cramers_v(), ASSOCIATION_THRESHOLD
            if strength > threshold:  # false for NaN
                found.append(Pair(first, second, float(strength)))
        return found

    def score(self, pair: Pair, other: Encoded) -> float:
        """CorrelationSimilarity or ContingencySimilarity; NaN where undefined (a constant column)."""
        mine, theirs = Side.of(self.real), Side.of(other)
        if pair.is_correlation:
            names = pair.first.name, pair.second.name
            return 1.0 - abs(mine.correlation(*names) - theirs.correlation(*names)) / 2
        return mine.cells(pair.first, pair.second).similarity(theirs.cells(pair.first, pair.second))

    def replicates(self, pair: Pair, other: Encoded, weights: tuple[Resamples, Resamples]) -> Floats:
        """(replicates,) bootstrap values of `score`."""
        if pair.is_correlation:
            names = pair.first.name, pair.second.name
            mine = _correlation_replicates(self.real[names[0]], self.real[names[1]], weights[0])
            theirs = _correlation_replicates(other[names[0]], other[names[1]], weights[1])
            return 1.0 - np.abs(mine - theirs) / 2
        cells, n_cells = self._cells(pair, other)
        first, second = (_shares(part.counts(codes, n_cells)) for part, codes in zip(weights, cells, strict=True))
        values: Floats = 1.0 - 0.5 * np.abs(first - second).sum(axis=0)
        return values

    def _cells(self, pair: Pair, other: Encoded) -> tuple[tuple[Ints, Ints], int]:
        """The cell of the pair's contingency table that each row of real and of `other` falls into."""
        width = max(int(self._coded(pair.second, table).max()) for table in (self.real, other)) + 1
        codes = [self._coded(pair.first, table) * width + self._coded(pair.second, table) for table in (self.real, other)]
        n_cells = int(max(code.max() for code in codes)) + 1
        if n_cells > DENSE:
            levels, packed = np.unique(np.concatenate(codes), return_inverse=True)
            codes, n_cells = [packed[: self.real.n_rows], packed[self.real.n_rows :]], len(levels)
        return (codes[0], codes[1]), n_cells

    @staticmethod
    def _coded(field: Field, table: Encoded) -> Ints:
        return Side.of(table).codes(field)[0].astype(np.int64)


def mean_present(values: list[float]) -> float:
    """Mean of the numbers among `values`; NaN without any."""
    numbers = [value for value in values if not np.isnan(value)]
    return float(np.mean(numbers)) if numbers else float("nan")


def _present(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return column[~np.isnan(column)] if column.dtype.kind == "f" else column[column >= 0]


def _binned(column: Floats, edges: Floats) -> Ints:
    codes = np.searchsorted(edges, column, side="left").astype(np.int64)
    codes[np.isnan(column)] = -1
    return codes


def _shares(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    totals = counts.sum(axis=0)
    shares: npt.NDArray[np.float32] = np.divide(counts, np.maximum(totals, 1), dtype=np.float32)
    return shares


def _padded(counts: Ints, n_levels: int) -> Floats:
    padded = np.zeros(max(n_levels, len(counts)))
    padded[: len(counts)] = counts
    return padded


def _correlation_replicates(first: Floats, second: Floats, weights: Resamples) -> Floats:
    rows = np.flatnonzero(~(np.isnan(first) | np.isnan(second)))
    x, y = _standardised(first[rows]), _standardised(second[rows])
    mean_x, mean_y, mean_xy, mean_xx, mean_yy = (weights.means(values, rows) for values in (x, y, x * y, x * x, y * y))
    spread = (mean_xx - mean_x**2) * (mean_yy - mean_y**2)
    values: Floats = np.divide(
        mean_xy - mean_x * mean_y, np.sqrt(np.maximum(spread, 0)), out=np.full(len(spread), np.nan), where=spread > 0
    )
    return values


def _standardised(values: Floats) -> Floats:
    spread = values.std()
    scaled: Floats = (values - values.mean()) / (spread if spread > 0 else 1.0)
    return scaled
