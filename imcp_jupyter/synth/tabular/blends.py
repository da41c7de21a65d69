"""A weighted sum of earlier features as one more predictor of a tree.

A tree sees a relation to many features at once only by as many splits, and runs out of rows before. The sum that tells most of the
target linearly (ridge regression on normal scores, Hoerl & Kennard 1970) is a single predictor to split on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Floats
from .rulers import Heights
from .trees import Bins

_BINS = 1_024
_MEMBERS = 256  # features of one sum, at most: solving for the weights stays cheap in wide tables
_ROWS_PER_MEMBER = 20
_NOISE = 3.0  # a feature belongs to the sum if its correlation is this many standard errors from 0


@dataclass(frozen=True)
class Blend:
    """The sum of `weights` (n_members,) times the heights of the features `members`; `cuts` make bins of it."""

    members: npt.NDArray[np.int32]
    weights: Heights
    cuts: Heights

    def bins(self, heights: Sequence[Heights | None], rows: int) -> Bins:
        """(n_rows,) uint16, from the (n_rows,) heights of the features known so far."""
        # Bisection goes by neighbours: float32 against float32, else cuts would be converted row by row.
        return np.searchsorted(self.cuts, _summed(heights, self.members, self.weights, rows)).astype(np.uint16)


def blend_of(target: Heights, earlier: Sequence[int], heights: Sequence[Heights], covariance: Floats, aims: Floats) -> Blend | None:
    """The blend of the features `earlier` that tells most of `target` (n_rows,); None where fewer than two tell anything.

    `covariance` (n_features, n_features) is that of `heights`, and `aims` (n_features,) their covariance with the target.
    """
    rows = len(target)
    spread = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
    near = np.abs(aims) / (spread * max(float(target.std()), 1e-6))
    chosen = [place for place in earlier if near[place] * np.sqrt(rows) > _NOISE and covariance[place, place] > 1e-9]
    chosen = sorted(chosen, key=lambda place: -near[place])[: min(_MEMBERS, rows // _ROWS_PER_MEMBER)]
    if len(chosen) < 2:
        return None
    members = np.array(sorted(chosen), dtype=np.int32)
    own = covariance[np.ix_(members, members)]
    ridge = (1e-4 + len(members) / rows) * np.diag(own)
    weights = np.linalg.solve(own + np.diag(ridge), aims[members]).astype(np.float32)
    sums = np.sort(_summed(heights, members, weights, rows))
    distinct = np.unique(sums[np.linspace(0, rows - 1, min(_BINS, rows)).round().astype(np.int64)])
    return Blend(members, weights, (distinct[1:] + distinct[:-1]) * np.float32(0.5)) if len(distinct) > 1 else None


def covariance_of(heights: Sequence[Heights]) -> Floats:
    """(n_features, n_features) float64."""
    matrix = np.stack(heights)
    matrix -= matrix.mean(axis=1, dtype=np.float64, keepdims=True).astype(np.float32)
    with one_blas_thread():
        return np.asarray((matrix @ matrix.T).astype(np.float64) / matrix.shape[1])


def one_blas_thread() -> AbstractContextManager[Any]:
    """Sums in another order are other sums: a model must not depend on how many threads the machine has.

    Many small solves on threads of their own also wait for each other more than they compute.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1, user_api="blas")
    return limits


def _summed(heights: Sequence[Heights | None], members: npt.NDArray[np.int32], weights: Heights, rows: int) -> Heights:
    """Term by term: a matrix product may be summed in another order on another number of threads."""
    total = np.zeros(rows, dtype=np.float32)
    for place, weight in zip(members.tolist(), weights, strict=True):
        column = heights[place]
        assert column is not None
        total += column * weight
    return total
