"""Nearest rows by the distance that Anonymeter's attackers use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Encoded, Field

Positions = npt.NDArray[np.intp]
Singles = npt.NDArray[np.float32]

_CHUNK = 64
_MAX_LEVELS = 64  # categories with more levels are compared code by code


class Gower:
    """Distances between rows: |a − b| over the column's range for numbers, 0 or 1 for categories, summed (Gower 1971).

    A missing value lies 1 from every value and 0 from another missing one.
    """

    def __init__(self, fields: Sequence[Field], targets: Encoded, candidates: Encoded) -> None:
        self._fields = fields
        self._rows = targets.n_rows
        self._pairs = [self._scaled(field, targets, candidates) for field in fields]

    def nearest(self, without: Sequence[int] = ()) -> Positions:
        """(n_targets, 1 + len(without)): the nearest candidate by all columns, then by all but each of `without` (first of equals)."""
        found = np.empty((self._rows, 1 + len(without)), dtype=np.intp)
        for start in range(0, self._rows, _CHUNK):
            part = slice(start, start + _CHUNK)
            total = self._total(part)
            found[part, 0] = total.argmin(axis=1)
            for place, position in enumerate(without, start=1):
                found[part, place] = (total - self._apart(position, part)).argmin(axis=1)
        return found

    @cached_property
    def _hot(self) -> tuple[list[int], list[Singles]]:
        """Positions of the columns with few levels, and their one-hot columns, (levels, n_rows), of targets and candidates."""
        small = [at for at, field in enumerate(self._fields) if not field.is_numeric and field.n_levels <= _MAX_LEVELS]
        sides = [[_one_hot(self._fields[at], self._pairs[at][side]).T for at in small] for side in (0, 1)]
        return small, [np.ascontiguousarray(np.concatenate(side)) for side in sides if side]

    def _total(self, part: slice) -> Singles:
        small, hot = self._hot
        if not small:
            return np.asarray(np.sum([self._apart(at, part) for at in range(len(self._fields))], axis=0, dtype=np.float32))
        total: Singles = np.float32(len(small)) - hot[0][:, part].T @ hot[1]
        for at in range(len(self._fields)):
            if at not in small:
                total += self._apart(at, part)
        return total

    def _apart(self, position: int, part: slice) -> Singles:
        ours, theirs = self._pairs[position]
        if not self._fields[position].is_numeric:
            return np.asarray(ours[part, None] != theirs, dtype=np.float32)
        gap: Singles = ours[part, None] - theirs
        np.abs(gap, out=gap)
        if np.isnan(ours).any() or np.isnan(theirs).any():
            np.copyto(gap, (np.isnan(ours)[part, None] != np.isnan(theirs)).astype(np.float32), where=np.isnan(gap))
        return gap

    @staticmethod
    def _scaled(field: Field, targets: Encoded, candidates: Encoded) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        ours, theirs = targets[field.name], candidates[field.name]
        if not field.is_numeric:
            return ours, theirs
        both = np.concatenate([ours, theirs])
        both = both[~np.isnan(both)]
        low, high = (both.min(), both.max()) if len(both) else (0.0, 0.0)
        width = (high - low) or 1.0
        return ((ours - low) / width).astype(np.float32), ((theirs - low) / width).astype(np.float32)


def _one_hot(field: Field, codes: npt.NDArray[Any]) -> Singles:
    hot = np.zeros((len(codes), field.n_levels + 1), dtype=np.float32)
    hot[np.arange(len(codes)), codes.astype(np.intp)] = 1  # missing, -1, is the last
    return hot
