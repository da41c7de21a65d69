"""How often values repeat: so many values in one row, so many in two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .numbering import Ints, permuted


@dataclass(frozen=True)
class Profile:
    """`classes`: [rows that each value has, number of such values], most rows first."""

    classes: list[list[int]]

    @classmethod
    def of(cls, codes: npt.NDArray[np.integer]) -> Profile:
        """The profile of (n_rows,) codes; negative ones are missing and do not count."""
        counts = np.bincount(codes[codes >= 0])
        rows, values = np.unique(counts[counts > 0], return_counts=True)
        return cls([[int(row), int(value)] for row, value in zip(rows[::-1], values[::-1], strict=True)] or [[1, 1]])

    @property
    def plain(self) -> bool:
        """Every value has one row."""
        return len(self.classes) == 1 and self.classes[0][0] == 1

    @property
    def values(self) -> int:
        return sum(values for _, values in self.classes)

    def number(self, index: Ints, key: int) -> Ints:
        """(n,) the number of the value that stands in row `index`.

        As many rows as the real table has get the very profile, in random order; further rows go on with new values.
        """
        if self.plain:
            return index
        rows = np.array([row for row, _ in self.classes], dtype=np.int64)
        values = np.array([value for _, value in self.classes], dtype=np.int64)
        slot_end, value_end = np.cumsum(rows * values), np.cumsum(values)
        total = int(slot_end[-1])
        cycle, place = np.divmod(index, total)
        slot = permuted(place, total, key, cycle)
        group = np.searchsorted(slot_end, slot, side="right")
        within = (slot - (slot_end[group] - rows[group] * values[group])) // rows[group]
        return np.asarray(cycle * int(value_end[-1]) + value_end[group] - values[group] + within)


def shares(counts: npt.NDArray[np.int64], slots: int) -> list[int]:
    """`slots` (at least one each) given out in proportion to `counts`, the largest remainders first."""
    slots = max(slots, len(counts))
    exact = counts / counts.sum() * slots
    given = np.maximum(np.floor(exact).astype(np.int64), 1)
    while (rest := slots - int(given.sum())) > 0:
        order = np.argsort(-(exact - given), kind="stable")[:rest]
        given[order] += 1
    while (over := int(given.sum()) - slots) > 0:
        large = np.flatnonzero(given > 1)
        order = large[np.argsort((exact - given)[large], kind="stable")][:over]
        given[order] -= 1
    return [int(slot) for slot in given]
