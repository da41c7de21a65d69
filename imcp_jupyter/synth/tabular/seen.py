"""What of each row is known so far, as trees look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .predictors import Binning
from .rulers import Heights, Ruler
from .trees import Bins


class Seen:
    """By feature its (n_rows,) bins and heights, None while it is not drawn."""

    def __init__(self, binnings: Sequence[Binning], rulers: Sequence[Ruler], gated: Sequence[bool]) -> None:
        self._binnings = binnings
        self._rulers = rulers
        self._gated = gated
        self.bins: list[Bins | None] = [None] * len(binnings)
        self.heights: list[Heights | None] = [None] * len(binnings)

    def settle(self, place: int, drawn: Sequence[npt.NDArray[Any]]) -> None:
        """Feature `place` is known: `drawn[place]`, and the gate of a gated number just before it."""
        missing = drawn[place - 1] == 1 if self._gated[place] else None
        self.bins[place] = self._binnings[place].bins(drawn[place], missing)
        self.heights[place] = self._rulers[place].read(drawn[place], missing)

    def rows(self, chosen: npt.NDArray[np.int64]) -> Seen:
        """The same of the rows `chosen`."""
        part = Seen(self._binnings, self._rulers, self._gated)
        part.bins = [None if column is None else column[chosen] for column in self.bins]
        part.heights = [None if column is None else column[chosen] for column in self.heights]
        return part
