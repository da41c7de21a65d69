from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    selection_rate,
    true_positive_rate,
)

from imcp_jupyter.gatf.fairness.check import amplified
from imcp_jupyter.gatf.fairness.decisions import Decided, metrics_of_opportunity
from imcp_jupyter.gatf.fairness.protected import Attribute
from imcp_jupyter.gatf.fairness.rates import Rates


@pytest.mark.parametrize("seed", range(5))
def test_rates_and_differences_are_those_of_fairlearn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups, happened, decided = rng.integers(4, size=600), rng.random(600) < 0.3, rng.random(600) < 0.4
    selected = Rates.of(groups, decided, 4)
    told = {"sensitive_features": groups}
    frame = MetricFrame(metrics=selection_rate, y_true=happened, y_pred=decided, sensitive_features=groups)
    assert selected.rate == pytest.approx(frame.by_group.to_numpy().astype(float))
    assert selected.difference == pytest.approx(demographic_parity_difference(happened, decided, **told))
    assert selected.impact == pytest.approx(demographic_parity_ratio(happened, decided, **told))
    hits = MetricFrame(metrics=true_positive_rate, y_true=happened, y_pred=decided, sensitive_features=groups)
    assert Rates.of(np.where(happened, groups, -1), decided, 4).rate == pytest.approx(hits.by_group.to_numpy().astype(float))


@pytest.mark.parametrize("seed", range(5))
def test_equalized_odds_are_those_of_fairlearn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups, happened, decided = rng.integers(3, size=500), rng.random(500) < 0.5, rng.random(500) < 0.4
    attribute = Attribute(("g",), "declared", ["a", "b", "c"], {"holdout": groups})
    one = Decided(attribute, np.where(happened, groups, -1), groups, np.arange(3))
    found = metrics_of_opportunity([one], {"real": decided, "synthetic": ~decided}, happened)["equalized_odds_difference"]["g"]
    assert found["real"] == pytest.approx(equalized_odds_difference(happened, decided, sensitive_features=groups), abs=1e-4)
    assert found["synthetic"] == pytest.approx(equalized_odds_difference(happened, ~decided, sensitive_features=groups), abs=1e-4)


def test_weights_count_rows_as_often_as_they_say() -> None:
    groups, decided = np.array([0, 0, 1, 1, -1]), np.array([True, False, True, True, True])
    weights = np.array([[1, 3], [1, 1], [1, 0], [1, 2], [1, 9]], dtype=np.float32)
    found = Rates.of(groups, decided, 2, weights)
    assert found.count.tolist() == [[2, 4], [2, 2]]
    assert found.rate.tolist() == [[0.5, 0.75], [1.0, 1.0]]


def test_only_what_lies_further_from_zero_or_beyond_it_is_amplified() -> None:
    before, after = np.array([-0.2, -0.2, -0.2, 0.0, 0.2]), np.array([-0.3, -0.1, 0.1, 0.1, 0.2])
    assert amplified(before, after) == pytest.approx([0.1, 0.0, 0.1, 0.1, 0.0])


def test_impact_is_one_where_nobody_gets_the_favourable_outcome() -> None:
    found = Rates.of(np.array([0, 1]), np.array([False, False]), 2)
    assert (found.impact, found.difference) == (1.0, 0.0)
