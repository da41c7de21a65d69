"""Rows of tables at equal numbers: distances between samples of different size are not comparable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Encoded


def equal_rows(table: Encoded, size: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """(size,) positions of rows drawn without repetition, sorted."""
    return np.sort(rng.choice(table.n_rows, size=size, replace=False))
