"""Bootstrap resamples of a table's rows, drawn once and used by every check.

Sharing the weights keeps the dependence between checks: a resample that happens to lack rare rows moves all of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
Ints = npt.NDArray[np.integer]

MAX_UNITS = 50_000  # weights take replicates × units × 4 bytes: 40 MB at 200 replicates


class Resamples:
    """Multinomial row weights, (n_units, replicates) float32.

    Up to `MAX_UNITS` rows each row is a unit. Beyond, rows are dealt at random to `MAX_UNITS` equal groups that are drawn
    as one: the variance of a mean over random groups equals that over rows (Efron and Tibshirani 1993, section 8.6).
    """

    def __init__(self, n_rows: int, replicates: int, rng: np.random.Generator) -> None:
        units = min(n_rows, MAX_UNITS)
        self.replicates = replicates
        self._unit = np.arange(n_rows) if units == n_rows else rng.permutation(n_rows) % units
        drawn = np.empty((replicates, units), dtype=np.float32)
        for replicate in range(replicates):
            drawn[replicate] = np.bincount(rng.integers(units, size=units), minlength=units)
        self._weights = np.ascontiguousarray(drawn.T)

    def of_rows(self, rows: Ints) -> Weights:
        """(len(rows), replicates) weights of the rows at these positions."""
        weights: Weights = self._weights[self._unit[rows]]
        return weights

    def counts(self, codes: Ints, n_levels: int, rows: Ints | None = None) -> Weights:
        """(n_levels, replicates) resampled frequency of each code; negative codes are left out."""
        units = self._unit if rows is None else self._unit[rows]
        kept = codes >= 0
        if not kept.all():
            codes, units = codes[kept], units[kept]
        order = np.argsort(codes, kind="stable")
        bounds = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n_levels))])
        ones = np.ones(len(codes), dtype=np.float32)
        grouping = sparse.csr_matrix((ones, units[order], bounds), shape=(n_levels, len(self._weights)))
        counts: Weights = grouping @ self._weights
        return counts

    def means(self, values: Floats, rows: Ints) -> Floats:
        """(replicates,) weighted mean of `values` (one per entry of `rows`)."""
        weights = self.of_rows(rows)
        totals = weights.sum(axis=0, dtype=np.float64)
        sums = np.asarray(values, dtype=np.float32) @ weights
        means: Floats = np.divide(sums, totals, out=np.full(self.replicates, float(np.mean(values))), where=totals > 0)
        return means

    def quantiles(self, values: Floats, rows: Ints, share: float) -> Floats:
        """(replicates,) weighted `share` quantile of `values` (lower value, no interpolation)."""
        order = np.argsort(values, kind="stable")
        running = np.cumsum(self.of_rows(rows[order]), axis=0, dtype=np.float64)
        positions = (running < share * running[-1]).sum(axis=0)
        found: Floats = values[order][np.minimum(positions, len(values) - 1)]
        return found
