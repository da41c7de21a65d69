"""The numbers of a comparison's tables, as far as rules between columns can be learned from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison

Floats = npt.NDArray[np.float64]

MOST_COLUMNS = 40  # of a kind; beyond, a seeded draw of them
LEAST_ROWS = 50
_DECIMALS = 6


@dataclass(frozen=True)
class Number:
    """A numeric column: `unit` is the last decimal of real's values (0 where they have none), `is_time` tells times from numbers."""

    name: str
    is_time: bool
    unit: float
    real: Floats
    synthetic: Floats
    holdout: Floats | None

    @property
    def unseen(self) -> Floats:
        """Real and holdout values, one after the other."""
        return self.real if self.holdout is None else np.concatenate([self.real, self.holdout])


def numbers_of(comparison: Comparison) -> list[Number]:
    """Columns of numbers and times that vary; at most `MOST_COLUMNS`, drawn by the seed."""
    return comparison.once("grounding:numbers", lambda: _numbers(comparison))


def sampled(comparison: Comparison, size: int) -> npt.NDArray[np.intp]:
    """Positions of at most `size` real rows, by the seed: rules are guessed from these and tried on all."""
    return comparison.pick("real", size, "grounding")


def _numbers(comparison: Comparison) -> list[Number]:
    if comparison.real.n_rows < LEAST_ROWS:
        return []
    fields = [field for field in comparison.fields if field.is_numeric]
    if len(fields) > MOST_COLUMNS:
        rng = comparison.rng("grounding:numbers")
        fields = [fields[at] for at in np.sort(rng.choice(len(fields), MOST_COLUMNS, replace=False))]
    numbers = []
    for field in fields:
        real = comparison.real[field.name]
        present = real[np.isfinite(real)]
        if len(present) < LEAST_ROWS or present.min() == present.max():
            continue
        holdout = None if comparison.holdout is None else comparison.holdout[field.name]
        is_time = field.kind == "datetime"
        numbers.append(Number(field.name, is_time, 0.0 if is_time else _unit(present), real, comparison.synthetic[field.name], holdout))
    return numbers


def _unit(values: Floats) -> float:
    some = values[:2_000]
    for decimals in range(_DECIMALS + 1):
        scaled = some * 10.0**decimals
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-6 * max(1.0, 10.0**decimals * 1e-3)):
            return float(10.0**-decimals)
    return 0.0
