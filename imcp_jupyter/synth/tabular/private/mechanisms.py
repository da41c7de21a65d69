"""The only three ways in which anything about the rows leaves them: noisy counts, noisy levels, a noisy choice.

Every call spends before it draws. Noise comes from the operating system (`os.urandom`), never from a seed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from .accounting import Budget

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Entropy = Callable[[int], npt.NDArray[np.uint64]]

GAUSSIAN, STABLE, CHOICE = "discrete Gaussian", "stable histogram", "exponential"


def system_entropy(count: int) -> npt.NDArray[np.uint64]:
    """(count,) uint64 from the operating system's cryptographic generator."""
    return np.frombuffer(os.urandom(8 * count), dtype=np.uint64)


class Mechanisms:
    """Noise that cannot be had without paying for it. `entropy` is replaced in tests only."""

    def __init__(self, budget: Budget, entropy: Entropy = system_entropy) -> None:
        self.budget = budget
        self._entropy = entropy

    def counts(self, counts: npt.NDArray[Any], rho: float, purpose: str) -> Floats:
        """A histogram plus discrete Gaussian noise: ρ-zCDP, as one row changes one count by 1 (L2 sensitivity 1)."""
        self.budget.spend(purpose, GAUSSIAN, rho)
        return counts + discrete_gaussian(counts.size, sigma_of(rho), self._entropy).reshape(counts.shape).astype(np.float64)

    def levels(self, counts: npt.NDArray[Any], known: npt.NDArray[Any], rho: float, delta: float, purpose: str) -> tuple[Floats, Floats]:
        """Noisy counts of the values that occur, NaN for those that stay secret, and of `known` cells beside them, in one
        histogram: δ-approximate ρ-zCDP.

        A value that only one of two neighbouring tables has occurs there once, and shows itself with probability at most δ.
        """
        self.budget.spend(purpose, STABLE, rho, delta)
        sigma = sigma_of(rho)
        noisy = np.append(counts, known) + discrete_gaussian(counts.size + known.size, sigma, self._entropy).astype(np.float64)
        found, beside = noisy[: counts.size], noisy[counts.size :]
        return np.where(found >= level_threshold(sigma, delta), found, np.nan), beside

    def choose(self, scores: Floats, rho: float, purpose: str) -> int:
        """Position of a high score, where one row changes every score by at most 1: exponential mechanism by Gumbel noise.

        With ε = √(8ρ) it is ρ-zCDP (Cesar & Rogers 2021, "Bounding, Concentrating, and Truncating").
        """
        self.budget.spend(purpose, CHOICE, rho)
        uniform = (self._entropy(len(scores)).astype(np.float64) + 1.0) / (2.0**64 + 2.0)
        return int(np.argmax(math.sqrt(8.0 * rho) / 2.0 * scores - np.log(-np.log(uniform))))


def sigma_of(rho: float) -> float:
    """Standard deviation of Gaussian noise that makes a histogram ρ-zCDP: ρ = 1 / (2σ²)."""
    return math.sqrt(1.0 / (2.0 * rho))


def level_threshold(sigma: float, delta: float) -> float:
    """A count of 1 with noise reaches it with probability at most `delta`."""
    # A discrete Gaussian's tail is at most the continuous one's a step earlier (Canonne, Kamath & Steinke 2020, proposition 25).
    return 2.0 + sigma * float(norm.isf(delta))


def discrete_gaussian(count: int, sigma: float, entropy: Entropy = system_entropy) -> Whole:
    """(count,) whole numbers with probabilities ∝ exp(-k² / 2σ²), by inversion on 64 random bits.

    Whole numbers leave no trace of the count in their low bits (Mironov 2012). The tail ends where 64 bits do, beyond 9σ.
    """
    steps = np.arange(math.ceil(9.2 * sigma) + 2, dtype=np.float64)
    weight = np.exp(-(steps**2) / (2.0 * sigma**2))
    weight[0] /= 2.0  # 0 has two signs
    survival = np.cumsum(weight[::-1])[::-1] / weight.sum()  # P(|k| ≥ step), small numbers kept exact
    bits = entropy(count)
    uniform = (bits >> np.uint64(1)).astype(np.float64) + 0.5
    size = np.searchsorted(-survival, -uniform / 2.0**63, side="right") - 1
    return np.where(bits & np.uint64(1), size, -size).astype(np.int64)
