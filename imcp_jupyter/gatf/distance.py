"""Rows as points, and exact nearest neighbours between tables."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .comparison import Encoded, Field

Points = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MAX_LEVELS = 64  # one-hot columns per discrete column; rarer levels share the last
MAX_ROWS = 50_000
BUDGET = 2e10  # multiplications that one pair of tables may cost: half a second or so
_OVERHEAD = 20  # what looking at one distance costs, in multiplications
_CHUNK = 512
_TREE_WIDTH = 6  # up to so many columns a k-d tree beats comparing all pairs
_ROUNDING = 2.0**-20  # of a float32 product of two rows, relative to their lengths
_RECHECKED = 64


class Embedding:
    """Rows as float32 points, fitted on one table.

    Numeric columns are ranks in the fitted table scaled to 0..1 (ties get their mean rank), discrete ones one-hot over √2: two
    rows that differ in one category lie 1 apart, as far as the two ends of a numeric column. A missing number is the middle
    rank and a category of its own.
    """

    def __init__(self, fields: list[Field], table: Encoded) -> None:
        self._fields = fields
        self._sorted = {field.name: np.sort(table[field.name][~table.missing(field.name)]) for field in fields if field.is_numeric}
        self._columns = {field.name: _level_columns(table[field.name], field.n_levels) for field in fields if not field.is_numeric}
        self.width = 2 * len(self._sorted) + sum(int(columns.max()) + 1 for columns in self._columns.values())

    @property
    def max_rows(self) -> int:
        """Rows per table for which an all-pairs search stays within `BUDGET`."""
        return max(500, min(MAX_ROWS, int(math.sqrt(BUDGET / (_OVERHEAD + self.width)))))

    def points(self, table: Encoded) -> Points:
        """(n_rows, width) float32."""
        points = np.zeros((table.n_rows, self.width), dtype=np.float32)
        rows, at = np.arange(table.n_rows), 0
        for field in self._fields:
            column = table[field.name]
            if field.is_numeric:
                points[:, at], points[:, at + 1] = self._ranks(field.name, column)
                at += 2
            else:
                places = self._columns[field.name]
                points[rows, at + places[column]] = math.sqrt(0.5)
                at += int(places.max()) + 1
        return points

    def _ranks(self, name: str, column: Floats) -> tuple[Floats, Floats]:
        known = self._sorted[name]
        missing = np.isnan(column)
        low, high = np.searchsorted(known, column, side="left"), np.searchsorted(known, column, side="right")
        return np.where(missing, 0.5, (low + high) / (2 * max(1, len(known)))), np.where(missing, math.sqrt(0.5), 0.0)


def nearest(queries: Points, points: Points, k: int = 1, *, leave_self_out: bool = False) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Distances to the `k` nearest of `points` and their positions, both (n_queries, k), nearest first.

    Exact: a matrix product in float32 leaves the points that its rounding cannot tell from the nearest, and float64 decides among
    them (where too many lie equally near, among the `_RECHECKED` likeliest). Few dimensions go to a k-d tree.
    `leave_self_out`: queries are the points themselves, and no row is its own neighbour.
    """
    varies = (np.ptp(points, axis=0) > 0) | (queries != points[0]).any(axis=0)
    queries, points = queries[:, varies], points[:, varies]
    if queries.shape[1] <= _TREE_WIDTH and len(points) > k:
        return _by_tree(queries, points, k, leave_self_out)
    centre = points.mean(axis=0)  # shorter vectors leave less to cancel in |a|² − 2ab + |b|²
    near, widened = queries - centre, np.empty((points.shape[1] + 1, len(points)), dtype=np.float32)
    widened[:-1] = (points - centre).T
    widened[-1] = np.einsum("ij,ij->j", widened[:-1], widened[:-1])
    longest = math.sqrt(float(widened[-1].max())) + math.sqrt(float(np.einsum("ij,ij->i", near, near).max(initial=0)))
    doubt = np.float32(_ROUNDING * longest**2)
    distances, positions = np.empty((len(queries), k)), np.empty((len(queries), k), dtype=np.intp)
    for start in range(0, len(queries), _CHUNK):
        chunk = near[start : start + _CHUNK]
        gaps = np.concatenate([-2 * chunk, np.ones((len(chunk), 1), dtype=np.float32)], axis=1) @ widened
        if leave_self_out:
            gaps[np.arange(len(chunk)), start + np.arange(len(chunk))] = np.inf
        stop = start + len(chunk)
        distances[start:stop], positions[start:stop] = _decide(queries[start:stop], points, gaps, k, doubt)
    return distances, positions


def _by_tree(queries: Points, points: Points, k: int, leave_self_out: bool) -> tuple[Floats, npt.NDArray[np.intp]]:
    from scipy.spatial import cKDTree

    if not queries.shape[1]:
        queries, points = np.zeros((len(queries), 1), dtype=np.float32), np.zeros((len(points), 1), dtype=np.float32)
    wanted = k + leave_self_out
    found = cKDTree(points.astype(np.float64)).query(queries.astype(np.float64), k=np.arange(1, wanted + 1))
    distances, positions = np.asarray(found[0]), np.asarray(found[1])
    if not leave_self_out:
        return distances, positions
    # Among equal points a row may not have found itself: then the last one goes.
    itself = positions == np.arange(len(queries))[:, None]
    itself[~itself.any(axis=1), -1] = True
    shape = (len(queries), k)
    return distances[~itself].reshape(shape), positions[~itself].reshape(shape)


def _decide(chunk: Points, points: Points, gaps: Points, k: int, doubt: np.float32) -> tuple[Floats, npt.NDArray[np.intp]]:
    """The `k` nearest of each query, by float64 among all points within `doubt` of the k-th least of `gaps` (which it overwrites)."""
    rows = np.arange(len(chunk))
    found = np.empty((len(chunk), k), dtype=np.intp)
    for rank in range(k):
        found[:, rank] = gaps.argmin(axis=1)
        limit = gaps[rows, found[:, rank]] + doubt
        gaps[rows, found[:, rank]] = np.inf
    near = np.flatnonzero(gaps <= np.where(np.isfinite(limit), limit, -np.inf)[:, None])  # flat: many times faster than in two axes
    more_rows, more = np.divmod(near, gaps.shape[1])
    crowded = np.flatnonzero(np.bincount(more_rows, minlength=len(chunk)) > _RECHECKED)
    if len(crowded) and len(near) > _CHUNK * _RECHECKED:
        best = np.argpartition(gaps[crowded], _RECHECKED, axis=1)[:, :_RECHECKED]
        kept = ~np.isin(more_rows, crowded)
        more_rows, more = np.append(more_rows[kept], np.repeat(crowded, _RECHECKED)), np.append(more[kept], best)
    asked, candidates = np.concatenate([np.repeat(rows, k), more_rows]), np.concatenate([found.ravel(), more])
    exact = np.empty(len(asked))
    for start in range(0, len(asked), 8 * _CHUNK):
        part = slice(start, start + 8 * _CHUNK)
        gap = chunk[asked[part]].astype(np.float64) - points[candidates[part]]
        exact[part] = np.einsum("ij,ij->i", gap, gap)
    order = np.lexsort((candidates, exact, asked))
    first = np.searchsorted(asked[order], rows)[:, None] + np.arange(k)
    chosen = order[first]
    return np.sqrt(exact[chosen]), candidates[chosen]


def _level_columns(codes: npt.NDArray[np.int32], n_levels: int) -> npt.NDArray[np.intp]:
    """One-hot column of each code; the last entry is for missing (code -1)."""
    columns = np.arange(n_levels + 1, dtype=np.intp)
    if n_levels < MAX_LEVELS:
        return columns
    counts = np.bincount(codes[codes >= 0], minlength=n_levels)
    columns[:] = MAX_LEVELS - 2
    columns[np.argsort(-counts, kind="stable")[: MAX_LEVELS - 2]] = np.arange(MAX_LEVELS - 2)
    columns[-1] = MAX_LEVELS - 1
    return columns
