"""Which earlier features a feature may depend on, where there are too many to try them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from .blends import one_blas_thread
from .features import Floats, Mask
from .rulers import Heights

_ROWS = 4_096  # more would not change which features come first
_CLASSES = 6
_LEAST = 4  # a tree may try this many features, whatever they tell one by one
_MISTAKEN = 0.1  # features by feature that are taken for related by chance


@dataclass(frozen=True)
class Information:
    """(n_features, n_features) mutual information in nats, and which pairs have more of it than chance gives."""

    nats: Floats
    related: Mask

    def best(self, target: int, earlier: Sequence[int], most: int) -> list[int]:
        """The features of `earlier` that tell most of `target`, first those that tell more; all where there are at most `most`.

        Where fewer than `most` of them are related to `target` or to one that is, the others are left out, too: a tree pays for each
        that it tries. (Two causes of one effect tell nothing of each other until the effect is known.)
        """
        ranked = sorted(earlier, key=lambda other: -self.nats[target, other])
        if len(ranked) <= most:
            return ranked
        places = np.array(ranked)
        first = places[self.related[target, places]]
        linked = self.related[target, places] | self.related[np.ix_(first, places)].any(axis=0)
        linked[:_LEAST] = True
        return ranked[:most] if linked.sum() >= most else [int(other) for other in places[linked]]


def information(heights: Sequence[Heights], covariance: Floats) -> Information:
    """By `_CLASSES` classes of heights; what chance gives is taken off (Miller 1955), so that features of more classes have no advantage.

    All cross-tables come from one matrix product of class indicators, over some of the rows. `covariance` (n_features, n_features),
    over all of them, tells of a relation to a rare level, which some rows may hardly have.
    """
    rows = len(heights[0])
    # Drawn, not evenly spaced: tables often come in repeating order.
    some = np.arange(rows) if rows <= _ROWS else np.sort(np.random.default_rng(rows).choice(rows, _ROWS, replace=False, shuffle=False))
    classes = [_classes(column[some]) for column in heights]
    sizes = np.array([int(column.max()) + 1 for column in classes])
    start = np.concatenate([[0], np.cumsum(sizes)])
    indicators = np.zeros((len(some), start[-1]), dtype=np.float32)
    for begin, column in zip(start, classes, strict=False):
        indicators[np.arange(len(some)), begin + column] = 1.0
    with one_blas_thread():
        table = (indicators.T @ indicators).astype(np.float64) / len(some)
    share = np.diag(table)
    terms = np.where(table > 0, table * np.log(np.maximum(table, 1e-300) / np.outer(share, share)), 0.0)
    found = np.add.reduceat(np.add.reduceat(terms, start[:-1], axis=0), start[:-1], axis=1)
    freedom = np.outer(sizes - 1, sizes - 1)
    nats = found - freedom / (2.0 * len(some))
    # Twice the rows times the information found in independent features is chi-square (Wilks 1938).
    mistaken = min(_MISTAKEN / len(heights), 0.5)
    chance = chdtri(np.maximum(freedom, 1), mistaken) / (2.0 * len(some))
    spread = np.maximum(np.diag(covariance), 1e-12)
    slope = covariance**2 / np.outer(spread, spread)
    return Information(nats, (found > chance) | (slope > chdtri(1, mistaken) / rows))


def _classes(heights: Heights) -> npt.NDArray[np.int64]:
    """(n_rows,) classes of about equal size, numbered without gaps."""
    distinct, codes = np.unique(heights, return_inverse=True)
    if len(distinct) <= _CLASSES:
        return np.asarray(codes)
    cuts = np.unique(np.quantile(heights, np.arange(1, _CLASSES) / _CLASSES))
    return np.asarray(np.unique(np.searchsorted(cuts, heights), return_inverse=True)[1])
