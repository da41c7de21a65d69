"""What an engine models: a table as features without names, dtypes or formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .value_cells import ValueCells

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

ATOM_ROWS = 5  # a number that at least this many rows share is a spike of the distribution and is kept exactly


@dataclass(frozen=True)
class Discrete:
    """Codes 0 to `n_levels` - 1, (n_rows,) int32; a missing value is a level like any other."""

    codes: Codes
    n_levels: int


@dataclass(frozen=True)
class Numeric:
    """Numbers, (n_rows,) float64.

    `whole`: every value is a whole number. `gated`: the values are NaN exactly where the feature just before this one
    (a `Discrete` of two levels) has code 1, and what an engine draws there does not count.
    """

    values: Floats
    whole: bool
    gated: bool

    @cached_property
    def cells(self) -> ValueCells:
        return ValueCells.of(self.values, self.whole, ATOM_ROWS)


Feature = Discrete | Numeric


@dataclass(frozen=True)
class Draw:
    """Where in a draw a block of rows lies, and its randomness."""

    rows: int
    rng: np.random.Generator
    start: int
    key: int
