"""Zero-concentrated differential privacy (zCDP): what adds up, and what it means as (ε, δ).

Bun & Steinke 2016, "Concentrated Differential Privacy": a mechanism is ρ-zCDP when every Rényi divergence of order α between
its answers on neighbouring tables is at most αρ; ρ adds up under (adaptive) composition. Neighbouring tables differ by one
row that is added or removed.
"""

from __future__ import annotations

import math

from scipy.optimize import minimize_scalar

from ....errors import InvalidInput
from ....models.generation import PrivacySpending

DEFAULT_DELTA = 1e-9


def delta_of(rho: float, epsilon: float) -> float:
    """The smallest δ for which ρ-zCDP is known to give (ε, δ)-differential privacy.

    Canonne, Kamath & Steinke 2020, "The Discrete Gaussian for Differential Privacy", corollary 13:
    ``δ = inf over α > 1 of exp((α-1)(αρ-ε)) / (α-1) · (1 - 1/α)^α``. Any α is valid, so an inexact minimum is still safe.
    """
    if rho <= 0:
        return 0.0

    def log_delta(log_order: float) -> float:
        over = math.exp(log_order)  # α - 1
        order = over + 1.0
        return over * (order * rho - epsilon) - math.log(over) + order * math.log1p(-1.0 / order)

    found = minimize_scalar(log_delta, bounds=(math.log(1e-4), math.log((epsilon + 1.0) / rho + 10.0)), method="bounded")
    return min(math.exp(min(float(found.fun), 0.0)), 1.0)


def epsilon_of(rho: float, delta: float) -> float:
    """The smallest ε for which ρ-zCDP gives (ε, δ), rounded up at the twelfth digit."""
    if rho <= 0:
        return 0.0
    low, high = 0.0, rho + 2.0 * math.sqrt(rho * math.log(1.0 / delta)) + 1e-9
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (low, middle) if delta_of(rho, middle) <= delta else (middle, high)
    return high


def rho_of(epsilon: float, delta: float) -> float:
    """The largest ρ that gives (ε, δ)."""
    low, high = 0.0, epsilon + 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if delta_of(middle, epsilon) <= delta else (low, middle)
    return low


def delta_of_levels(delta: float) -> float:
    """The part of δ that a release of (ε, `delta`) sets aside for learning categories."""
    return min(delta / 100.0, 1e-11)


class Budget:
    """What one fit may spend, and what it has spent on what.

    ε and δ are the whole promise. A small part of δ (`delta_levels`) pays for learning which categories there are; the rest
    turns ε into ρ: δ-approximate ρ-zCDP (Bun & Steinke 2016, section 8), where both ρ and these δ add up.
    """

    def __init__(self, epsilon: float, delta: float = DEFAULT_DELTA) -> None:
        if not (math.isfinite(epsilon) and epsilon > 0):
            raise InvalidInput(f"must be greater than 0 and finite, got {epsilon}", field="epsilon")
        if not 0 < delta < 1:
            raise InvalidInput(f"must lie between 0 and 1, got {delta}", field="delta", hint="far below 1 / rows; 1e-9 is the default")
        self.epsilon = epsilon
        self.delta = delta
        self.delta_levels = delta_of_levels(delta)
        self.rho = rho_of(epsilon, delta - self.delta_levels)
        self.entries: list[PrivacySpending] = []
        self._levels_spent = 0.0

    @property
    def spent(self) -> float:
        return math.fsum(entry.rho for entry in self.entries)

    @property
    def left(self) -> float:
        return max(self.rho - self.spent, 0.0)

    def spend(self, purpose: str, mechanism: str, rho: float, delta: float = 0.0) -> None:
        """Take `rho` (and `delta`, of the part for levels) before a mechanism runs. Raises `InvalidInput` when it is not there."""
        slack = 1.0 + 1e-9  # of sums of floats
        if rho < 0 or self.spent + rho > self.rho * slack or self._levels_spent + delta > self.delta_levels * slack:
            raise InvalidInput(f"{purpose} would spend more than the budget of ε = {self.epsilon:g}", field="epsilon")
        self._levels_spent += delta
        for place, entry in enumerate(self.entries):
            if (entry.purpose, entry.mechanism) == (purpose, mechanism):
                times = {"rho": entry.rho + rho, "delta": entry.delta + delta, "times": entry.times + 1}
                self.entries[place] = entry.model_copy(update=times)
                return
        self.entries.append(PrivacySpending(purpose=purpose, mechanism=mechanism, rho=rho, delta=delta))
