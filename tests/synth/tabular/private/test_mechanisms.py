from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from imcp_jupyter.synth.tabular.private.accounting import Budget
from imcp_jupyter.synth.tabular.private.mechanisms import Mechanisms, discrete_gaussian, level_threshold, sigma_of, system_entropy


def fixed_entropy(count: int) -> npt.NDArray[np.uint64]:
    return np.random.default_rng(count).integers(0, 2**64, count, dtype=np.uint64)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.3, 80.0])
def test_noise_has_the_probabilities_of_the_discrete_gaussian(sigma: float) -> None:
    draws = discrete_gaussian(400_000, sigma, fixed_entropy)
    steps = np.arange(-2, 3)
    wanted = np.exp(-(steps**2) / (2 * sigma**2)) / np.exp(-(np.arange(-1000, 1001) ** 2) / (2 * sigma**2)).sum()
    found = np.array([(draws == step).mean() for step in steps])
    assert np.abs(found - wanted).max() < 0.004
    if sigma >= 1.0:
        assert draws.std() == pytest.approx(sigma, rel=0.01)


def test_the_noise_on_counts_is_what_rho_says() -> None:
    budget = Budget(1.0)
    rho = budget.rho / 2
    noisy = Mechanisms(budget, fixed_entropy).counts(np.zeros((100, 200)), rho, "test")
    assert noisy.std() == pytest.approx(np.sqrt(1 / (2 * rho)), rel=0.02)
    assert budget.spent == rho


def test_noise_comes_from_the_system_and_differs_each_time() -> None:
    assert (system_entropy(8) != system_entropy(8)).any()
    first, second = (Mechanisms(Budget(1.0)).counts(np.zeros(50), 0.001, "test") for _ in range(2))
    assert (first != second).any()


def test_a_value_of_one_row_stays_secret() -> None:
    budget = Budget(5.0, 1e-9)
    sigma = sigma_of(budget.rho)
    shown, beside = Mechanisms(budget, fixed_entropy).levels(np.ones(500_000), np.full(3, 1e6), budget.rho, budget.delta_levels, "test")
    assert np.isnan(shown).all()
    assert (beside > 9e5).all()
    for delta in (1e-3, 1e-11):
        assert norm.sf((level_threshold(sigma, delta) - 1) / sigma) <= delta


def test_a_choice_prefers_high_scores_as_its_rho_says() -> None:
    """With ε = √(8ρ) two scores a distance d apart are chosen with odds exp(εd / 2)."""
    rho, trials = 0.5, 4_000
    bits = np.random.default_rng(0)
    mechanisms = Mechanisms(Budget(1e5), lambda count: bits.integers(0, 2**64, count, dtype=np.uint64))
    wins = sum(mechanisms.choose(np.array([0.0, 1.0]), rho, "test") for _ in range(trials))
    odds = np.exp(np.sqrt(8 * rho) / 2)
    assert wins / trials == pytest.approx(odds / (1 + odds), abs=0.03)
