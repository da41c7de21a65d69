"""Normal scores of features, and an order for the levels of discrete ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from .features import Codes, Discrete, Feature, Floats
from .value_cells import cell_scores

Scores = npt.NDArray[np.float32]
_ROUNDS = 2
_ORDERING_ROWS = 50_000  # levels are ordered by at most this many rows: the order needs a direction, not every row
_EARLIER = 64  # columns that one column's levels are ordered by, at most: the order needs a direction, not all of them


def latent_scores(features: Sequence[Feature]) -> tuple[Scores, list[Codes | None]]:
    """(n_rows, n_features) float32 normal scores, 0 where a gated number is missing; and by discrete feature the rank of each level.

    The levels of a discrete feature are ordered by the direction of the other features along which they differ most
    (one-dimensional reciprocal averaging, Hill 1973), first by the numeric ones only, then by all.
    """
    n_rows = len(features[0].codes if isinstance(features[0], Discrete) else features[0].values)
    scores = np.zeros((n_rows, len(features)), dtype=np.float32, order="F")
    numeric = [place for place, feature in enumerate(features) if not isinstance(feature, Discrete)]
    for place, feature in enumerate(features):
        if not isinstance(feature, Discrete):
            scores[:, place] = feature.cells.scores_of(feature.values)
    some = _some_rows(n_rows)
    ranks = _level_ranks(features, np.array(scores[some], order="C"), numeric, some)
    for place, feature in enumerate(features):
        rank = ranks[place]
        if isinstance(feature, Discrete) and rank is not None:
            scores[:, place] = _level_scores(feature, rank).take(feature.codes)
    return scores, ranks


def _some_rows(n_rows: int) -> slice | npt.NDArray[np.int64]:
    if n_rows <= _ORDERING_ROWS:
        return slice(None)
    # Drawn, not evenly spaced: tables often come in repeating order.
    return np.sort(np.random.default_rng(n_rows).choice(n_rows, _ORDERING_ROWS, replace=False, shuffle=False))


def _level_ranks(
    features: Sequence[Feature], scores: Scores, numeric: list[int], some: slice | npt.NDArray[np.int64]
) -> list[Codes | None]:
    """The order of the levels of each discrete feature, judged by the rows `some`, whose numeric `scores` are known."""
    ranks: list[Codes | None] = [None] * len(features)
    codes: dict[int, Codes] = {}
    for place, feature in enumerate(features):
        if isinstance(feature, Discrete):
            codes[place] = feature.codes[some]
            rank = ranks[place] = _ranks(-np.bincount(feature.codes, minlength=feature.n_levels))
            scores[:, place] = _level_scores(feature, rank).take(codes[place])
    for turn in range(_ROUNDS):
        for place, own in codes.items():
            feature = features[place]
            assert isinstance(feature, Discrete)
            others = numeric if turn == 0 and numeric else [other for other in range(len(features)) if other != place]
            if feature.n_levels > 2 and others:
                rank = ranks[place] = _ranks(_direction(own, feature.n_levels, scores, others[:_EARLIER]))
                scores[:, place] = _level_scores(feature, rank).take(own)
    return ranks


def _level_scores(feature: Discrete, ranks: Codes) -> Scores:
    """(n_levels,) the mean of the normal in the cell of each level."""
    counts = np.empty(feature.n_levels, dtype=np.int64)
    counts[ranks] = np.bincount(feature.codes, minlength=feature.n_levels)
    return cell_scores(counts)[1].astype(np.float32)[ranks]


def _ranks(keys: npt.NDArray[np.generic]) -> Codes:
    ranks = np.empty(len(keys), dtype=np.int32)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys), dtype=np.int32)
    return ranks


def _direction(codes: Codes, n_levels: int, scores: Scores, others: list[int]) -> Floats:
    """(n_levels,) position of each level on the leading axis of the level means of the other features."""
    counts = np.bincount(codes, minlength=n_levels)
    ones = csr_array((np.ones(len(codes), dtype=np.float32), codes, np.arange(len(codes) + 1)), shape=(len(codes), n_levels))
    sums = (ones.T @ scores[:, others]).astype(np.float64)
    means = sums / np.maximum(counts, 1)[:, None]
    means -= sums.sum(axis=0) / counts.sum()
    means[counts == 0] = 0.0  # not among the rows that judge
    if n_levels < len(others):
        axis = np.linalg.svd(means * np.sqrt(counts)[:, None], full_matrices=False)[2][0]
    else:
        axis = np.linalg.eigh((means * counts[:, None]).T @ means)[1][:, -1]
    # The sign of an eigenvector is arbitrary; fix it so that equal tables give equal models.
    position: Floats = means @ axis
    return position if axis[np.argmax(np.abs(axis))] > 0 else -position
