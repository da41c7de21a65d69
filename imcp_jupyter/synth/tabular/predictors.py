"""Features as small whole numbers that trees split on, and the order of levels that suits a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Codes, Discrete, Feature, Floats, Mask
from .trees import Bins

_VALUE_BINS = 255
_LEVEL_BINS = 65_535
_PRIOR_ROWS = 10.0  # a level's mean is drawn towards the overall one as if by this many rows
_DIRECTIONS = 3


@dataclass(frozen=True)
class Binning:
    """How one feature becomes bins: cuts for numbers (bin 0 is missing), ranks for codes where there are very many levels."""

    cuts: Floats | None
    n_bins: int
    exact: bool = True  # every bin stands for one value or level

    @classmethod
    def of(cls, feature: Feature) -> Binning:
        if isinstance(feature, Discrete):
            return cls(None, min(feature.n_levels, _LEVEL_BINS), feature.n_levels <= _LEVEL_BINS)
        values = feature.values[~np.isnan(feature.values)]
        distinct = np.unique(values)
        exact = len(distinct) <= _VALUE_BINS
        if not exact:
            distinct = np.unique(np.quantile(values, np.arange(1, _VALUE_BINS) / _VALUE_BINS, method="nearest"))
        return cls(distinct[1:] * 0.5 + distinct[:-1] * 0.5, len(distinct) + 1, exact)

    def bins(self, drawn: npt.NDArray[Any], missing: Mask | None) -> Bins:
        """(n_rows,) uint16."""
        if self.cuts is None:
            return np.asarray(np.minimum(drawn, self.n_bins - 1), dtype=np.uint16)
        found = (np.searchsorted(self.cuts, drawn) + 1).astype(np.uint16)
        if missing is not None:
            found[missing] = 0
        return found


def class_sums(bins: Bins, n_bins: int, codes: Codes, n_levels: int) -> Floats:
    """(n_bins, n_levels) rows by bin and class, scaled so that rare classes count as much as common ones
    (the metric of correspondence analysis).
    """
    table = np.bincount(bins * np.int64(n_levels) + codes, minlength=n_bins * n_levels).reshape(n_bins, n_levels)
    return np.asarray(table / np.sqrt(np.maximum(table.sum(axis=0), 1)) * np.sqrt(len(codes)))


def number_sums(bins: Bins, n_bins: int, targets: Floats) -> Floats:
    """(n_bins, n_targets) sums of `targets` (n_rows, n_targets) by bin."""
    return np.stack([np.bincount(bins, weights=column, minlength=n_bins) for column in targets.T], axis=1)


def level_order(counts: npt.NDArray[np.int64], sums: Floats) -> Bins:
    """(n_bins,) the rank of each level on the axis along which the levels' means differ most.

    For one target this is the order that makes the best two-way split of the levels an ordinary threshold (Fisher 1958;
    Breiman et al. 1984, section 4.2).
    """
    means = (sums - counts[:, None] * (sums.sum(axis=0) / counts.sum())) / (counts + _PRIOR_ROWS)[:, None]
    axis = np.linalg.eigh((means * counts[:, None]).T @ means)[1][:, -1]
    position = means @ axis * (1.0 if axis[np.argmax(np.abs(axis))] > 0 else -1.0)
    ranks = np.empty(len(counts), dtype=np.uint16)
    ranks[np.argsort(position, kind="stable")] = np.arange(len(counts), dtype=np.uint16)
    return ranks


def many_level_signals(codes: Codes, n_levels: int, scores: Sequence[npt.NDArray[np.float32]]) -> Floats:
    """(n_rows, up to 3) coordinates for levels too many to tell apart one by one.

    A level is placed by its means of the predictors' `scores`, (n_rows,) each: the leading axes, each weighted by
    how much it tells the levels apart.
    """
    counts = np.bincount(codes, minlength=n_levels)
    sums = np.stack([np.bincount(codes, weights=column, minlength=n_levels) for column in scores], axis=1)
    means = (sums - counts[:, None] * (sums.sum(axis=0) / len(codes))) / (counts + _PRIOR_ROWS)[:, None]
    axes = np.linalg.eigh((means * counts[:, None]).T @ means)[1][:, ::-1][:, :_DIRECTIONS]
    return np.asarray((means @ axes)[codes])
