"""Which earlier features a feature may depend on, where there are too many to try them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .blends import one_blas_thread
from .features import Floats
from .rulers import Heights

_ROWS = 4_096  # more would not change which features come first
_CLASSES = 6


def information(heights: Sequence[Heights]) -> Floats:
    """(n_features, n_features) mutual information in nats, by `_CLASSES` classes of heights; what chance gives is taken off
    (Miller 1955), so that features of more classes have no advantage.

    All cross-tables come from one matrix product of class indicators.
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
    return np.asarray(found - np.outer(sizes - 1, sizes - 1) / (2.0 * len(some)))


def _classes(heights: Heights) -> npt.NDArray[np.int64]:
    """(n_rows,) classes of about equal size, numbered without gaps."""
    distinct, codes = np.unique(heights, return_inverse=True)
    if len(distinct) <= _CLASSES:
        return np.asarray(codes)
    cuts = np.unique(np.quantile(heights, np.arange(1, _CLASSES) / _CLASSES))
    return np.asarray(np.unique(np.searchsorted(cuts, heights), return_inverse=True)[1])
