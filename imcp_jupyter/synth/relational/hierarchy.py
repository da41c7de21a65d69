"""Rows of one table that refer to each other: how deep each lies below a row that refers to none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def depths(positions: Ints) -> Ints | None:
    """(n_rows,) depth, 0 where `positions` is -1; None when rows refer to each other in a circle."""
    depth = np.where(positions < 0, 0, -1)
    level = 0
    while (depth < 0).any():
        below = (depth < 0) & (depth[positions] == level) & (positions >= 0)
        if not below.any():
            return None
        level += 1
        depth[below] = level
    return depth


def without_gaps(depth: Ints) -> Ints:
    """`depth` with its levels numbered 0, 1, 2 …, so that every level but the first has one above it."""
    return np.unique(depth, return_inverse=True)[1].astype(np.int64)
