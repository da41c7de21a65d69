"""Rows as points, and exact nearest neighbours between tables."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .comparison import Encoded, Field

Points = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MAX_LEVELS = 64  # one-hot columns per discrete column; rarer levels share the last
MAX_ROWS = 20_000
BUDGET = 5e10  # multiplications that one pair of tables may cost: a second or two
_CHUNK = 512


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
        return max(500, min(MAX_ROWS, int(math.sqrt(BUDGET / max(1, self.width)))))

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
    """Distances to the `k` nearest of `points` and their positions, both (n_queries, k).

    Exact up to float32 in the search (a matrix product per chunk); the distances returned are recomputed in float64.
    `leave_self_out`: queries are the points themselves, and no row is its own neighbour.
    """
    centre = points.mean(axis=0)  # shorter vectors leave less to cancel in |a|² − 2ab + |b|²
    queries, points = queries - centre, points - centre
    widened = np.empty((points.shape[1] + 1, len(points)), dtype=np.float32)
    widened[:-1] = points.T
    widened[-1] = np.einsum("ij,ij->i", points, points)
    positions = np.empty((len(queries), k), dtype=np.intp)
    for start in range(0, len(queries), _CHUNK):
        chunk = queries[start : start + _CHUNK]
        scaled = np.concatenate([-2 * chunk, np.ones((len(chunk), 1), dtype=np.float32)], axis=1)
        gaps = scaled @ widened
        rows = np.arange(len(chunk))
        if leave_self_out:
            gaps[rows, start + rows] = np.inf
        for rank in range(k):
            best = gaps.argmin(axis=1)
            positions[start : start + len(chunk), rank] = best
            gaps[rows, best] = np.inf
    return _distances(queries, points, positions), positions


def _distances(queries: Points, points: Points, positions: npt.NDArray[np.intp]) -> Floats:
    distances = np.empty(positions.shape)
    for rank in range(positions.shape[1]):
        for start in range(0, len(queries), 4 * _CHUNK):
            stop = start + 4 * _CHUNK
            gap = queries[start:stop] - points[positions[start:stop, rank]]
            distances[start:stop, rank] = np.sqrt(np.einsum("ij,ij->i", gap, gap, dtype=np.float64))
    distances.sort(axis=1)
    return distances


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
