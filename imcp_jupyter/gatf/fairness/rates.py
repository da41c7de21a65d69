"""Rates of the favourable outcome by group, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rates:
    """`count` rows of each group, `favourable` of them: (n_groups,), or (n_groups, replicates)."""

    count: Floats
    favourable: Floats

    @classmethod
    def of(cls, codes: Codes, favourable: Mask, n_groups: int, weights: npt.NDArray[np.float32] | None = None) -> Rates:
        """Of (n_rows,) group `codes`, -1 for none; under (n_rows, replicates) `weights` where given."""
        kept = np.flatnonzero(codes >= 0)
        if weights is None:
            weights = np.ones((len(codes), 1), dtype=np.float32)
            counted = [_summed(codes[rows], n_groups, weights[rows])[:, 0] for rows in (kept, kept[favourable[kept]])]
        else:
            counted = [_summed(codes[rows], n_groups, weights[rows]) for rows in (kept, kept[favourable[kept]])]
        return cls(*counted)

    def only(self, groups: npt.NDArray[np.intp]) -> Rates:
        return Rates(self.count[groups], self.favourable[groups])

    @property
    def rate(self) -> Floats:
        return _share(self.favourable, self.count)

    @property
    def smooth(self) -> Floats:
        """Rates that are never 0 or 1: half a row added to either side (Haldane 1956, Anscombe 1956)."""
        smooth: Floats = (self.favourable + 0.5) / (self.count + 1)
        return smooth

    @property
    def others(self) -> Rates:
        """Of each group: everybody else."""
        return Rates(self.count.sum(axis=0) - self.count, self.favourable.sum(axis=0) - self.favourable)

    @property
    def gap(self) -> Floats:
        """Rate of each group minus the rate of all others."""
        gap: Floats = self.rate - self.others.rate
        return gap

    @property
    def gap_variance(self) -> Floats:
        mine, theirs = (part.smooth * (1 - part.smooth) / np.maximum(part.count, 1) for part in (self, self.others))
        variance: Floats = mine + theirs
        return variance

    @property
    def difference(self) -> float:
        """Demographic parity difference: the greatest rate minus the least."""
        return float(np.ptp(self.rate))

    @property
    def impact(self) -> float:
        """Disparate impact: the least rate over the greatest; 1 where nobody has the favourable outcome."""
        most = float(self.rate.max())
        return float(self.rate.min()) / most if most > 0 else 1.0

    def log_impact(self) -> tuple[Floats, Floats]:
        """(), or (replicates,): logarithm of the smoothed impact, and its variance by the delta method."""
        smooth = self.smooth
        variances = (1 - smooth) / (smooth * np.maximum(self.count, 1))
        ends = [np.expand_dims(at, 0) for at in (smooth.argmin(axis=0), smooth.argmax(axis=0))]
        least, most = (np.take_along_axis(smooth, end, axis=0)[0] for end in ends)
        at_least, at_most = (np.take_along_axis(variances, end, axis=0)[0] for end in ends)
        return np.log(least) - np.log(most), at_least + at_most


def _summed(codes: Codes, n_groups: int, weights: npt.NDArray[np.float32]) -> Floats:
    grouping = sparse.csr_matrix((np.ones(len(codes), dtype=np.float32), (codes, np.arange(len(codes)))), shape=(n_groups, len(codes)))
    return np.asarray(grouping @ weights, dtype=np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
