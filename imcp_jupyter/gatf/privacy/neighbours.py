"""Are training rows nearer than unseen real rows would be?"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field
from ..distance import Embedding, nearest
from ..measure import Finding, Measure, Skipped
from .copies import CONTAMINATED, overlap

Floats = npt.NDArray[np.float64]

DCR_LIMIT = 0.6
TIE = 1e-6
Z = 1.959964  # 95 %: ceilings allow for the noise of unseen rows


class Neighbours:
    """Nearest-neighbour distances that the privacy checks share, on tables of equal size."""

    def __init__(self, comparison: Comparison) -> None:
        fields = point_fields(comparison)
        self.embedding = Embedding(fields, comparison.real)
        limit = self.embedding.max_rows
        self._comparison = comparison
        self.synthetic_rows = comparison.pick("synthetic", limit, "neighbours")
        if comparison.holdout is not None:
            limit = min(limit, comparison.holdout.n_rows)
            self.holdout_rows = comparison.pick("holdout", limit, "neighbours")
        self.train_rows = comparison.pick("real", limit, "neighbours")

    def points(self, role: str, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        return self.embedding.points(self._comparison.table(role).take(rows))

    @cached_property
    def synthetic(self) -> npt.NDArray[np.float32]:
        return self.points("synthetic", self.synthetic_rows)

    @cached_property
    def _train(self) -> npt.NDArray[np.float32]:
        return self.points("real", self.train_rows)

    @cached_property
    def _holdout(self) -> npt.NDArray[np.float32]:
        return self.points("holdout", self.holdout_rows)

    @cached_property
    def synthetic_to_train(self) -> Floats:
        """(n_synthetic, 2) distances, nearest first."""
        return nearest(self.synthetic, self._train, 2)[0]

    @cached_property
    def synthetic_to_holdout(self) -> Floats:
        return nearest(self.synthetic, self._holdout, 1)[0]

    @cached_property
    def holdout_to_train(self) -> Floats:
        return nearest(self._holdout, self._train, 2)[0]

    @cached_property
    def train_to_train(self) -> Floats:
        return nearest(self._train, self._train, 2, leave_self_out=True)[0]


class NeighbourMeasure(Measure):
    """A check on nearest neighbours."""

    dimension = "privacy"
    min_rows = 10

    def run(self, comparison: Comparison) -> Finding | Skipped:
        tables = [table for table in (comparison.real, comparison.holdout, comparison.synthetic) if table is not None]
        if min(table.n_rows for table in tables) < self.min_rows:
            return Skipped(f"needs at least {self.min_rows} rows in every table")
        if not point_fields(comparison):
            return Skipped("no shared column has distances")
        if comparison.holdout is not None and overlap(comparison).is_contaminated:
            return Skipped(CONTAMINATED)
        return self.measure(comparison, comparison.once("neighbours", lambda: Neighbours(comparison)))

    @abstractmethod
    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        """Measure on the distances that all these checks share."""


class CloserToTraining(NeighbourMeasure):
    """Share of synthetic rows nearer to a training than to a holdout row. Gate: above 0.6 and surely above 0.5.

    Equal rows count once: a thousand times the same row tells no more about what it lies next to than one does.
    """

    id = "dcr_share"
    title = "Closer to training than to unseen rows"
    source = "Platzer and Reutterer 2021, Holdout-based empirical assessment of mixed-type synthetic data"
    gate = True
    needs_holdout = True
    basis = "0.5 is even; 0.6 is two standard errors off it in a hundred rows, and far beyond chance in a thousand."

    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        kept = np.sort(np.unique(near.synthetic, axis=0, return_index=True)[1])
        to_train, to_holdout = near.synthetic_to_train[kept, 0], near.synthetic_to_holdout[kept, 0]
        gap = to_holdout - to_train
        closer = np.where(np.abs(gap) <= TIE, 0.5, (gap > 0).astype(float))
        value = float(closer.mean())
        replicates = comparison.resamples("synthetic").means(closer, near.synthetic_rows[kept])
        low = float(np.percentile(replicates - replicates.mean() + value, 2.5))
        failed = value > DCR_LIMIT and low > 0.5
        return Finding(
            value,
            0.65,
            min(0.5 + Z * 0.5 / math.sqrt(len(closer)), DCR_LIMIT),
            f"{value:.1%} of the distinct synthetic rows are closer to a training than to a holdout row; 50% is ideal, above 60% a leak.",
            {
                "rows": len(closer),
                "train_rows": len(near.train_rows),
                "holdout_rows": len(near.holdout_rows),
                "ties": int((closer == 0.5).sum()),
                "median_to_train": round(float(np.median(to_train)), 6),
                "median_to_holdout": round(float(np.median(to_holdout)), 6),
                "floor": "a share of 0.65, beyond the gate at 0.6",
            },
            replicates,
            gate_failed=failed,
            threshold=DCR_LIMIT,
            verdict="pass" if low <= 0.5 else None,  # a few rows can lie off 0.5 by chance
        )


class NearestNeighbourRatio(NeighbourMeasure):
    """How much nearer the nearest training row is than the second: copies with noise have ratios near 0."""

    id = "nndr"
    title = "Nearest neighbour distance ratio"
    unit = "ratio"
    source = "Lowe 2004, Distinctive image features; Zhao et al. 2021, CTAB-GAN"
    needs_holdout = True
    share = 0.05

    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        mine, theirs = _ratios(near.synthetic_to_train), _ratios(near.holdout_to_train)
        share = self.share if np.quantile(theirs, self.share) > 0 else 0.5
        value, ceiling = (float(np.quantile(ratios, share, method="inverted_cdf")) for ratios in (mine, theirs))
        if ceiling <= 0:
            return Skipped("half of the holdout rows equal a training row, so distances tell nothing")
        replicates = comparison.resamples("synthetic").quantiles(mine, near.synthetic_rows, share)
        others = comparison.resamples("holdout").quantiles(theirs, near.holdout_rows, share)
        return Finding(
            value,
            0.0,
            max(ceiling - Z * math.hypot(replicates.std(), others.std()), ceiling / 2),
            f"The {_ordinal(share)} percentile of the ratio is {value:.3f}; unseen real rows have {ceiling:.3f}.",
            {
                "percentile": share * 100,
                "median": round(float(np.median(mine)), 6),
                "holdout_median": round(float(np.median(theirs)), 6),
                "rows": len(mine),
                "floor": "copies, whose ratio is 0",
            },
            replicates,
        )


class DistanceQuantile(NeighbourMeasure):
    """Without a holdout: are synthetic rows nearer to real ones than real rows are to each other?"""

    id = "dcr_quantile"
    title = "Distance to the closest real row"
    unit = "ratio"
    source = "Zhao et al. 2021, CTAB-GAN: distance to closest record"
    share = 0.05

    def _ready(self, comparison: Comparison) -> Skipped | None:
        if comparison.holdout is not None:
            return Skipped("a holdout is given, which 'closer to training than to unseen rows' uses")
        return super()._ready(comparison)

    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        mine, theirs = near.synthetic_to_train[:, 0], near.train_to_train[:, 0]
        share = self.share if np.quantile(theirs, self.share) > TIE else 0.5
        expected = float(np.quantile(theirs, share, method="inverted_cdf"))
        if expected <= TIE:
            return Skipped("half of the real rows repeat each other, so distances tell nothing")
        value = float(np.quantile(mine, share, method="inverted_cdf")) / expected
        return Finding(
            value,
            0.0,
            1.0,
            f"The {_ordinal(share)} percentile of the distance to the closest real row is {value:.2f} times that among real rows.",
            {
                "percentile": share * 100,
                "median": round(float(np.median(mine)), 6),
                "real_median": round(float(np.median(theirs)), 6),
                "rows": len(mine),
                "real_rows": len(theirs),
                "floor": "copies, whose distance is 0",
            },
            comparison.resamples("synthetic").quantiles(mine, near.synthetic_rows, share) / expected,
        )


def point_fields(comparison: Comparison) -> list[Field]:
    return [field for field in comparison.modelled if field.kind != "constant"]


def _ratios(distances: Floats) -> Floats:
    first, second = distances[:, 0], distances[:, 1]
    ratios: Floats = np.divide(first, second, out=np.zeros(len(first)), where=second > TIE)
    return ratios


def _ordinal(share: float) -> str:
    number = round(share * 100)
    return f"{number}th"
