"""What every fairness check shares: who is protected, and how much of a difference chance explains."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped
from .protected import Attribute, attributes

Floats = npt.NDArray[np.float64]

MIN_GROUP = 50  # rows of a group that is judged
CHANCE = 3.0  # standard errors taken off a difference: some sixty groups are looked at, and the worst decides
SHOWN = 6


class FairnessCheck(Measure):
    """A check of the groups of protected columns."""

    dimension = "fairness"

    def run(self, comparison: Comparison) -> Finding | Skipped:
        protected = attributes(comparison)
        if protected:
            return self.of_groups(comparison, protected)
        if comparison.facts.protected is None:
            return Skipped("no column looks protected by its name or values; name some with 'protected'")
        return Skipped("no protected column is declared that both tables have and whose values form groups")

    @abstractmethod
    def of_groups(self, comparison: Comparison, protected: list[Attribute]) -> Finding | Skipped: ...


def amplified(before: Floats, after: Floats) -> Floats:
    """How much further from zero `after` lies than `before`; what lies beyond zero on the other side counts in whole."""
    wider: Floats = np.where(before * after < 0, np.abs(after), np.maximum(np.abs(after) - np.abs(before), 0.0))
    return wider


def halving(points: float, from_value: float = 0.0) -> Callable[[Floats], Floats]:
    """Scores that start at 100 and halve with every `points` beyond `from_value`: a greater bias never scores like a smaller one."""

    def scores(values: Floats) -> Floats:
        halved: Floats = 100 * 0.5 ** (np.maximum(values - from_value, 0) / points)
        return halved

    return scores


def protected_columns(protected: list[Attribute]) -> dict[str, Any]:
    """For evidence: the columns and why they are protected."""
    return {attribute.name: attribute.why for attribute in protected}


def shown(value: float) -> float:
    return round(float(value), 4)
