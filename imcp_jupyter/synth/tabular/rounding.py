"""Target shares over several columns: raked to the wanted margins, then rounded to whole rows with exact margins."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Floats

Counts = npt.NDArray[np.int64]
Margin = tuple[tuple[int, ...], Floats]  # the axes that stay, and the wanted sums over them

_ROUNDS = 2_000
_CLOSE = 1e-7


def rake(mass: Floats, margins: list[Margin]) -> Floats | None:
    """`mass`, any number of axes, scaled until it has the `margins` (iterative proportional fitting, Deming & Stephan 1940).

    None where it cannot: what is wanted lies where `mass` is 0.
    """
    table = mass / max(mass.sum(), 1e-300)
    for _ in range(_ROUNDS):
        worst = 0.0
        for axes, wanted in margins:
            others = tuple(axis for axis in range(table.ndim) if axis not in axes)
            found = table.sum(axis=others, keepdims=True)
            aim = wanted.reshape(found.shape)
            worst = max(worst, float(np.abs(found - aim).max()))
            table = table * np.where(found > 0, aim / np.where(found > 0, found, 1.0), 0.0)
        if worst < _CLOSE:
            return np.asarray(table)
    return None


def largest_remainder(shares: Floats, rows: int) -> Counts:
    """(n,) whole numbers that sum up to `rows`, each within 1 of its share."""
    exact = shares / shares.sum() * rows
    counts = np.floor(exact + 1e-9).astype(np.int64)
    rest = np.argsort(-(exact - counts), kind="stable")[: rows - counts.sum()]
    counts[rest] += 1
    return np.asarray(counts)


def whole_rows(table: Floats, rows: int) -> Counts | None:
    """`table` (shares) as whole rows, whose sums along each single axis are the largest-remainder rounding of its margin.

    Axis by axis a transport problem, whose corners are whole. None where cells of share 0 leave no way.
    """
    counts = largest_remainder(table.sum(axis=tuple(range(1, table.ndim))), rows)
    for axis in range(1, table.ndim):
        part = table.sum(axis=tuple(range(axis + 1, table.ndim))).reshape(-1, table.shape[axis])
        below = largest_remainder(part.sum(axis=0), rows)
        spread = _transport(part, counts.ravel(), below)
        if spread is None:
            return None
        counts = spread
    return counts.reshape(table.shape)


def _transport(shares: Floats, left: Counts, below: Counts) -> Counts | None:
    """Whole numbers near `shares`' proportions within each row, with row sums `left` and column sums `below`, 0 where a share is 0.

    Each is the exact number rounded down or up where the column sums allow it (controlled rounding, Cox & Ernst 1982).
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    exact = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300) * left[:, None]
    base = np.floor(exact + 1e-9).astype(np.int64)
    base -= np.maximum(base - left[:, None], 0)
    while (over := (base.sum(axis=1) > left)).any() or (base.sum(axis=0) > below).any():
        step = over[:, None] | (base.sum(axis=0) > below)[None, :]
        base -= (step & (base > 0)).astype(np.int64)
    row, column = np.nonzero(shares > 0)
    number = np.arange(len(row))
    sums = coo_array(
        (np.ones(2 * len(row)), (np.concatenate([row, len(left) + column]), np.concatenate([number, number]))),
        shape=(len(left) + len(below), len(row)),
    )
    wanted = np.concatenate([left - base.sum(axis=1), below - base.sum(axis=0)])
    solve: Any = linprog  # its annotations leave out sparse constraints
    for most in (1, None):
        found = solve(-(exact - base)[row, column], A_eq=sums.tocsr(), b_eq=wanted, bounds=(0, most), method="highs-ds")
        if found.status == 0:
            base[row, column] += np.rint(found.x).astype(np.int64)
            return np.asarray(base)
    return None
