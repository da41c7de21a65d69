from __future__ import annotations

import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Limits, Skipped, judge
from imcp_jupyter.gatf.privacy import EpsilonEvidence
from imcp_jupyter.models.generation import DataCard, PrivacySpending, PrivacyStatement

from ..conftest import mixed


def card(epsilon: float | None, rho: float = 0.1, spent: float = 0.1) -> DataCard:
    private = None
    if epsilon is not None:
        private = PrivacyStatement(
            epsilon=epsilon,
            delta=1e-6,
            rho=rho,
            delta_levels=0.0,
            mechanism="Gaussian noise",
            spent=[PrivacySpending(purpose="marginals", mechanism="Gaussian noise", rho=spent)],
            public=[],
            rows=50,
        )
    required = {"engine": "private", "engine_version": "1", "engine_licence": "none", "parameters": {}, "privacy": private}
    return DataCard.model_construct(**required)


def comparison(facts: Facts) -> Comparison:
    return Comparison(Table.of(mixed(50, 0)), facts=facts, replicates=5)


@pytest.mark.parametrize(("epsilon", "verdict"), [(0.5, "pass"), (1.0, "pass"), (4.0, "warn"), (10.0, "warn"), (30.0, "fail")])
def test_the_larger_epsilon_the_weaker_the_verdict(epsilon: float, verdict: str) -> None:
    found = judge(EpsilonEvidence(), comparison(Facts(card=card(epsilon))), Limits()).check
    assert (found.verdict, found.value) == (verdict, epsilon)
    assert "Gaussian noise" in found.explanation


def test_spendings_beyond_the_budget_fail() -> None:
    found = judge(EpsilonEvidence(), comparison(Facts(card=card(1.0, rho=0.1, spent=0.2))), Limits()).check
    assert found.verdict == "fail"
    assert "beyond" in found.explanation


@pytest.mark.parametrize(("facts", "reason"), [(Facts(), "data card"), (Facts(card=card(None)), "without a privacy budget")])
def test_no_budget_is_skipped_with_the_reason(facts: Facts, reason: str) -> None:
    found = EpsilonEvidence().found(comparison(facts))
    assert isinstance(found, Skipped)
    assert reason in found.reason
    assert EpsilonEvidence.weight == 0
