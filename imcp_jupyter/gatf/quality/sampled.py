"""Rows of tables at equal numbers: distances between samples of different size are not comparable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from ..comparison import Comparison, Encoded

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


def equal_rows(table: Encoded, size: int, rng: np.random.Generator) -> Rows:
    """(size,) positions of rows drawn without repetition, sorted."""
    return np.sort(rng.choice(table.n_rows, size=size, replace=False))


def in_real(comparison: Comparison, rows: Rows) -> Rows:
    """Positions in real of `rows` of the first of `comparison.ceiling`, which is real or a half of it."""
    return rows if comparison.ceiling[0] is comparison.real else comparison.halves[0][rows]


def shared(mine: npt.NDArray[np.integer], theirs: npt.NDArray[np.integer], n_cells: int) -> tuple[float, Floats, Floats]:
    """1 minus the total variation distance of two (n_rows,) arrays of cell codes, and what each row of either side adds to it.

    A row adds -1/2 where its side has more of its cell and 1/2 where it has less: the value's derivative by the row's weight, so
    that means over drawn rows follow the bootstrap values to first order (Efron and Tibshirani 1993, section 22.5). Where chance
    leaves open which side has more, the derivative of the expected distance is taken, between the two.
    """
    p, q = (np.bincount(side, minlength=n_cells) / len(side) for side in (mine, theirs))
    gap, noise = p - q, np.sqrt(2 * (p / len(mine) + q / len(theirs)))
    side = special.erf(np.divide(gap, noise, out=np.zeros(n_cells), where=noise > 0)) / 2
    return 1.0 - 0.5 * float(np.abs(gap).sum()), -side[mine], side[theirs]


def shared_replicates(comparison: Comparison, value: float, sides: tuple[tuple[str, Rows, Floats], ...]) -> Floats:
    """(replicates,) bootstrap values around `value`; of each side its role, rows, and what these add."""
    return np.asarray(value + sum(comparison.resamples(role).means(added, rows) - float(added.mean()) for role, rows, added in sides))
