"""Normal vectors held within intervals: truncated draws and the probability of what they are held to.

Geweke 1991 and Hajivassiliou & McFadden 1998 (the GHK simulator): each coordinate is drawn from its truncated conditional, and the
product of the truncation probabilities is the weight.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from .features import Floats

_EDGE = 1e-15  # tails beyond this are drawn at their edge


def truncated(mean: Floats, spread: Floats | float, low: Floats, high: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(n_rows,) draws of normals with `mean` and `spread` within one of the intervals, and the (n_rows,) probability of these.

    `low` and `high` are (n_rows or 1, n_intervals); an interval with `low` >= `high` is empty.
    """
    left, right = (low - mean[:, None]) / np.reshape(spread, (-1, 1)), (high - mean[:, None]) / np.reshape(spread, (-1, 1))
    # The upper tail has no room in float64 near 1: mirror what lies there.
    mirrored = left > 0
    begin, end = ndtr(np.where(mirrored, -right, left)), ndtr(np.where(mirrored, -left, right))
    share = np.maximum(end - begin, 0.0)
    total = share.sum(axis=1)
    if share.shape[1] == 1:
        chosen = np.zeros((len(mean), 1), dtype=np.intp)
    else:
        marks = rng.random(len(mean)) * total
        chosen = np.minimum((np.cumsum(share, axis=1) <= marks[:, None]).sum(axis=1), share.shape[1] - 1)[:, None]
    begin, end, flip, low_end, high_end = (
        np.take_along_axis(np.broadcast_to(part, share.shape), chosen, axis=1)[:, 0] for part in (begin, end, mirrored, left, right)
    )
    level = begin + rng.random(len(mean)) * (end - begin)
    drawn = np.where(flip, -1.0, 1.0) * ndtri(np.clip(level, _EDGE, 1.0 - _EDGE))
    drawn = np.clip(drawn, low_end, np.maximum(high_end, low_end))
    return mean + drawn * np.ravel(spread), total


def gibbs(correlation: Floats, low: Floats, high: Floats, sweeps: int, rng: np.random.Generator) -> Floats:
    """(n_features, n_rows) draws of the normals with `correlation`, each row within its own (n_features, n_rows) intervals."""
    precision = np.linalg.inv(correlation)
    n_features, n_rows = low.shape
    drawn = np.empty((n_features, n_rows))
    zeros = np.zeros(n_rows)
    for place in range(n_features):
        drawn[place] = truncated(zeros, 1.0, low[place][:, None], high[place][:, None], rng)[0]
    for _ in range(sweeps):
        for place in range(n_features):
            own = precision[place, place]
            mean = drawn[place] - (precision[place] @ drawn) / own
            drawn[place] = truncated(mean, own**-0.5, low[place][:, None], high[place][:, None], rng)[0]
    return drawn
