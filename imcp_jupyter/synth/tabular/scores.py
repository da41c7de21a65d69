"""Normal scores of features, and an order for the levels of discrete ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from .features import Codes, Discrete, Feature, Floats

Scores = npt.NDArray[np.float32]
_ROUNDS = 2
_EARLIER = 64  # columns that one column's levels are ordered by, at most: the order needs a direction, not all of them


def cell_scores(counts: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Cut a standard normal into cells with shares as `counts`.

    Returns the (n_cells - 1,) inner cuts and the (n_cells,) means of the normal within the cells.
    """
    edges = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    edges[-1] = 1.0
    cuts = ndtri(edges)
    density = np.exp(-0.5 * cuts[1:-1] ** 2) / np.sqrt(2.0 * np.pi)
    density = np.concatenate([[0.0], density, [0.0]])
    return cuts[1:-1], (density[:-1] - density[1:]) / np.maximum(np.diff(edges), 1e-300)


def latent_scores(features: Sequence[Feature]) -> tuple[Scores, list[Codes | None]]:
    """(n_rows, n_features) float32 normal scores, 0 where a gated number is missing; and by discrete feature the rank of each level.

    The levels of a discrete feature are ordered by the direction of the other features along which they differ most
    (one-dimensional reciprocal averaging, Hill 1973), first by the numeric ones only, then by all.
    """
    n_rows = len(features[0].codes if isinstance(features[0], Discrete) else features[0].values)
    scores = np.zeros((n_rows, len(features)), dtype=np.float32, order="F")
    ranks: list[Codes | None] = [None] * len(features)
    numeric = [place for place, feature in enumerate(features) if not isinstance(feature, Discrete)]
    discrete = [(place, feature) for place, feature in enumerate(features) if isinstance(feature, Discrete)]
    for place, feature in enumerate(features):
        if isinstance(feature, Discrete):
            counts = np.bincount(feature.codes, minlength=feature.n_levels)
            ranks[place] = _ranks(-counts)
            scores[:, place] = _level_scores(feature, ranks[place])
        else:
            scores[:, place] = _value_scores(feature.values)
    for turn in range(_ROUNDS):
        for place, feature in discrete:
            others = numeric if turn == 0 and numeric else [other for other in range(len(features)) if other != place]
            if feature.n_levels > 2 and others:
                ranks[place] = _ranks(_direction(feature, scores, others[:_EARLIER]))
                scores[:, place] = _level_scores(feature, ranks[place])
    return scores, ranks


def _value_scores(values: Floats) -> Scores:
    found = np.zeros(len(values), dtype=np.float32)
    present = ~np.isnan(values)
    _, cells, counts = np.unique(values[present], return_inverse=True, return_counts=True)
    found[present] = cell_scores(counts)[1][cells]
    return found


def _level_scores(feature: Discrete, ranks: Codes | None) -> Scores:
    assert ranks is not None
    counts = np.bincount(ranks[feature.codes], minlength=feature.n_levels)
    return cell_scores(counts)[1].astype(np.float32)[ranks[feature.codes]]


def _ranks(keys: npt.NDArray[np.generic]) -> Codes:
    ranks = np.empty(len(keys), dtype=np.int32)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys), dtype=np.int32)
    return ranks


def _direction(feature: Discrete, scores: Scores, others: list[int]) -> Floats:
    """(n_levels,) position of each level on the leading axis of the level means of the other features."""
    counts = np.bincount(feature.codes, minlength=feature.n_levels)
    sums = np.stack([np.bincount(feature.codes, weights=scores[:, other], minlength=feature.n_levels) for other in others], axis=1)
    means = sums / np.maximum(counts, 1)[:, None]
    means -= sums.sum(axis=0) / counts.sum()
    axis = np.linalg.eigh((means * counts[:, None]).T @ means)[1][:, -1]
    # The sign of an eigenvector is arbitrary; fix it so that equal tables give equal models.
    position: Floats = means @ axis
    return position if axis[np.argmax(np.abs(axis))] > 0 else -position
