"""What makes the cells of one column of fakes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from .numbering import Ints
from .seen import Cells, RealValues

TRIES = 4  # numbers that each value has to itself, so that it can step aside for a real one


class Maker(ABC):
    """Writes value number n of a draw: the same number and key give the same cell, other numbers give other cells."""

    name: ClassVar[str]
    shared: ClassVar[bool] = False  # values are few and common to many (first names): more rows do not bring more of them

    @abstractmethod
    def write(self, numbers: Ints, key: int) -> Cells:
        """(n,) texts, none of them a real one."""

    @abstractmethod
    def state(self) -> dict[str, Any]: ...

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {}


class NumberedMaker(Maker):
    """A maker with more numbers than values: it tries the next number of a value where one spells a real cell."""

    def __init__(self, seen: RealValues) -> None:
        self._seen = seen

    @abstractmethod
    def spell(self, numbers: Ints, key: int) -> Cells:
        """(n,) texts; distinct numbers spell distinct texts."""

    def last_resort(self, cells: Cells, turn: int) -> Cells:
        """Other texts for cells whose numbers all spell real ones."""
        out = np.empty(len(cells), dtype=object)
        out[:] = [f"{cell}{turn}" for cell in cells]
        return out

    def write(self, numbers: Ints, key: int) -> Cells:
        cells = self.spell(numbers * TRIES, key)
        taken = np.flatnonzero(self._seen.holds(cells))
        for turn in range(1, TRIES):
            if not len(taken):
                return cells
            cells[taken] = self.spell(numbers[taken] * TRIES + turn, key)
            taken = taken[self._seen.holds(cells[taken])]
        turn = 0
        first = cells.copy()
        while len(taken):
            cells[taken] = self.last_resort(first[taken], turn)
            taken = taken[self._seen.holds(cells[taken])]
            turn += 1
        return cells

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"seen": self._seen.bits}
