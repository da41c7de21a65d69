"""Normal vectors held within intervals: truncated draws and the probability of what they are held to.

Geweke 1991 and Hajivassiliou & McFadden 1998 (the GHK simulator): each coordinate is drawn from its truncated conditional, and the
product of the truncation probabilities is the weight.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from .features import Floats, Mask

_MATRIX_CELLS = 4_000_000  # numbers in the matrices of the patterns that are worked on together
_EDGE = 1e-15  # tails beyond this are drawn at their edge


def truncated(mean: Floats, spread: Floats | float, low: Floats, high: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(n_rows,) draws of normals with `mean` and `spread` within one of the intervals, and the (n_rows,) probability of these.

    `low` and `high` are (n_rows or 1, n_intervals); an interval with `low` >= `high` is empty.
    """
    spread = np.asarray(spread, dtype=np.float64)
    left, right = (low - mean[:, None]) / spread.reshape(-1, 1), (high - mean[:, None]) / spread.reshape(-1, 1)
    # The upper tail has no room in float64 near 1: mirror what lies there.
    mirrored = left > 0
    begin, end = ndtr(np.where(mirrored, -right, left)), ndtr(np.where(mirrored, -left, right))
    share = np.maximum(end - begin, 0.0)
    total = share.sum(axis=1)
    sides = [begin, end, mirrored, left, right]
    if share.shape[1] > 1:
        marks = rng.random(len(mean)) * total
        passed = (np.cumsum(share, axis=1) <= marks[:, None]).sum(axis=1)
        chosen = np.where(total > 0, np.minimum(passed, share.shape[1] - 1), 0)[:, None]
        sides = [np.take_along_axis(side, chosen, axis=1) for side in sides]
    begin, end, mirrored, left, right = (side[:, 0] for side in sides)
    level = begin + rng.random(len(mean)) * (end - begin)
    drawn = np.where(mirrored, -1.0, 1.0) * ndtri(np.clip(level, _EDGE, 1.0 - _EDGE))
    drawn = np.clip(drawn, left, np.maximum(right, left))
    return mean + drawn * spread, total


def held_normals(correlation: Floats, held: Mask, low: Floats, high: Floats, sweeps: int, rng: np.random.Generator) -> Floats:
    """(n_features, n_rows) draws of the normals with `correlation`, the `held` (n_features, n_rows) ones within their intervals.

    `low`, `high` are (n_features, n_rows, n_intervals). The held ones come from a Gibbs sampler in which the others are integrated
    out, the others then from an unconditional draw that is moved by its error on the held ones (Matheron's rule).
    """
    n_features, n_rows = held.shape
    drawn = np.zeros((n_features, n_rows))
    free = np.linalg.cholesky(correlation) @ rng.standard_normal((n_features, n_rows))
    patterns, owner = np.unique(held, axis=1, return_inverse=True)
    owner = owner.ravel()
    order = np.argsort(owner, kind="stable")
    at_once = max(_MATRIX_CELLS // n_features**2, 1)
    for first in range(0, patterns.shape[1], at_once):
        some = patterns[:, first : first + at_once].T
        begin, end = np.searchsorted(owner[order], [first, first + len(some)])
        rows = order[begin:end]
        inside = np.where(some[:, :, None] & some[:, None, :], correlation, np.eye(n_features))
        precision = np.linalg.inv(inside)
        part = _gibbs(precision, owner[rows] - first, held[:, rows], low[:, rows], high[:, rows], sweeps, rng)
        error = np.where(held[:, rows], part - free[:, rows], 0.0)
        pulled = np.empty_like(error)
        for place in range(n_features):
            pulled[place] = (precision[owner[rows] - first, place] * error.T).sum(axis=1)
        moved = free[:, rows] + correlation @ np.where(held[:, rows], pulled, 0.0)
        drawn[:, rows] = np.where(held[:, rows], part, moved)
    return drawn


def _gibbs(
    precision: Floats, owner: npt.NDArray[np.intp], held: Mask, low: Floats, high: Floats, sweeps: int, rng: np.random.Generator
) -> Floats:
    drawn = np.zeros(held.shape)
    rows_of = [np.flatnonzero(column) for column in held]
    for turn in range(sweeps + 1):
        for place, rows in enumerate(rows_of):
            if not len(rows):
                continue
            row = precision[owner[rows], place]
            own = row[:, place] if turn else np.ones(len(rows))
            mean = drawn[place, rows] - (row * drawn[:, rows].T).sum(axis=1) / own if turn else np.zeros(len(rows))
            drawn[place, rows] = truncated(mean, own**-0.5, low[place, rows], high[place, rows], rng)[0]
    return drawn
