from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.private.accounting import Budget, delta_of, epsilon_of, rho_of


@pytest.mark.parametrize(("epsilon", "rho"), [(0.5, 0.0039532), (1.0, 0.0149731), (4.0, 0.2063129), (10.0, 1.0907857)])
def test_rho_at_delta_1e_9_is_what_a_fine_grid_of_orders_gives(epsilon: float, rho: float) -> None:
    assert rho_of(epsilon, 1e-9) == pytest.approx(rho, rel=1e-4)
    over = np.logspace(-4, 6, 200_001)
    log_delta = over * ((over + 1) * rho - epsilon) - np.log(over) + (over + 1) * np.log1p(-1 / (over + 1))
    assert np.exp(log_delta.min()) == pytest.approx(1e-9, rel=1e-3)


@settings(max_examples=15, deadline=None)
@given(st.floats(1e-5, 5.0), st.floats(1e-12, 1e-3))
def test_the_conversion_lies_between_the_exact_gaussian_and_the_first_bound(rho: float, delta: float) -> None:
    """No zCDP bound may beat the Gaussian mechanism itself (Balle & Wang 2018); it must beat ε = ρ + 2√(ρ log 1/δ)."""
    epsilon = epsilon_of(rho, delta)
    assert epsilon <= rho + 2 * np.sqrt(rho * np.log(1 / delta)) + 1e-6
    mu = np.sqrt(2 * rho)  # sensitivity over σ
    exact = norm.cdf(mu / 2 - epsilon / mu) - np.exp(epsilon + norm.logcdf(-mu / 2 - epsilon / mu))
    assert exact <= delta * (1 + 1e-6)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 20.0), st.floats(1e-12, 1e-3))
def test_there_and_back_is_the_same_and_never_more(epsilon: float, delta: float) -> None:
    rho = rho_of(epsilon, delta)
    assert epsilon_of(rho, delta) == pytest.approx(epsilon, rel=1e-6)
    assert delta_of(rho, epsilon) <= delta * (1 + 1e-9)


def test_many_small_mechanisms_add_up_in_rho_not_in_epsilon() -> None:
    rho = rho_of(1.0, 1e-9)
    assert sum([rho / 100] * 100) == pytest.approx(rho)
    assert epsilon_of(rho, 1e-9) == pytest.approx(1.0)
    assert 100 * epsilon_of(rho / 100, 1e-9) > 9.0


def test_a_budget_adds_up_and_refuses_more() -> None:
    budget = Budget(1.0)
    budget.spend("a", "m", budget.rho / 2)
    budget.spend("a", "m", budget.rho / 4)
    budget.spend("b", "m", budget.rho / 4, budget.delta_levels)
    assert [(entry.purpose, entry.times) for entry in budget.entries] == [("a", 2), ("b", 1)]
    assert budget.spent == pytest.approx(budget.rho)
    with pytest.raises(InvalidInput, match="more than the budget"):
        budget.spend("c", "m", budget.rho * 1e-3)
    with pytest.raises(InvalidInput, match="more than the budget"):
        budget.spend("c", "m", 0.0, budget.delta_levels)


def test_rho_and_the_levels_delta_together_keep_the_promise() -> None:
    budget = Budget(2.0, 1e-6)
    assert epsilon_of(budget.rho, 1e-6 - budget.delta_levels) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("epsilon", "delta", "field"), [(0.0, 1e-9, "epsilon"), (float("nan"), 1e-9, "epsilon"), (1.0, 0.0, "delta"), (1.0, 1.0, "delta")]
)
def test_an_impossible_budget_is_refused(epsilon: float, delta: float, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Budget(epsilon, delta)
    assert caught.value.field == field
