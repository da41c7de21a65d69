from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Limits, Measure, Skipped, judge
from imcp_jupyter.gatf.privacy import AttributeInference, Linkability, SinglingOutByCombination, SinglingOutByValue
from imcp_jupyter.gatf.privacy.attacks import residual, success, told_right
from imcp_jupyter.gatf.privacy.gower import Gower
from imcp_jupyter.gatf.privacy.neighbours import point_fields
from imcp_jupyter.gatf.privacy.queries import Predicate, combined_queries, count, extreme_queries

from ..conftest import Halves, mixed

ATTACKS: list[type[Measure]] = [SinglingOutByValue, SinglingOutByCombination, Linkability, AttributeInference]


def comparison(synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame, facts: Facts | None = None) -> Comparison:
    return Comparison(Table.of(synthetic), Table.of(real), Table.of(holdout), replicates=50, facts=facts)


@pytest.mark.parametrize("attack", ATTACKS)
def test_unseen_rows_pass_every_attack_on_adult(attack: type[Measure], halves: Halves) -> None:
    compared = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=50)
    assert judge(attack(), compared, Limits()).check.verdict == "pass"


@pytest.mark.parametrize("attack", ATTACKS)
def test_unseen_rows_pass_every_attack_on_a_table_of_all_kinds(attack: type[Measure]) -> None:
    compared = comparison(mixed(1500, 1), mixed(1500, 2), mixed(1500, 3))
    assert judge(attack(), compared, Limits()).check.verdict == "pass"


@pytest.mark.parametrize("attack", ATTACKS)
def test_copies_of_the_training_rows_fail_every_attack(attack: type[Measure]) -> None:
    real = mixed(1500, 2)
    assert judge(attack(), comparison(real, real, mixed(1500, 3)), Limits()).check.verdict == "fail"


@pytest.mark.parametrize("attack", [Linkability, AttributeInference])
def test_risk_grows_with_the_share_of_copies(attack: type[Measure]) -> None:
    real, unseen, holdout = mixed(1500, 2), mixed(1500, 1), mixed(1500, 3)
    scores = []
    for copies in (0, 500, 1000, 1500):
        compared = comparison(pd.concat([real.iloc[:copies], unseen.iloc[copies:]]), real, holdout)
        scores.append(judge(attack(), compared, Limits()).check.score or 0.0)
    assert scores == sorted(scores, reverse=True)


def test_risk_and_interval_are_those_of_anonymeter() -> None:
    # EvaluationResults of anonymeter 1.1.0 for 500 attacks, 60 right on training and 25 on control rows.
    assert success(60, 500) == pytest.approx((0.12289724937538986, 0.028522349249020734), abs=1e-7)
    risk, width = residual(60, 25, 500)
    assert (risk, risk - width, risk + width) == pytest.approx((0.07338745800224103, 0.03780255563152778, 0.10897236037295427), abs=1e-7)


def held(part: Predicate, values: np.ndarray) -> np.ndarray:
    asked = {"==": np.equal, "<=": np.less_equal, ">=": np.greater_equal}
    return np.isnan(values) if part.operator == "missing" else asked[part.operator](values, part.value)


def test_conditions_hold_for_exactly_one_row_and_are_counted_as_pandas_does() -> None:
    frame = mixed(400, 0)
    compared = comparison(frame, mixed(400, 1), mixed(400, 2))
    fields, rng = point_fields(compared), np.random.default_rng(0)
    queries = combined_queries(compared.synthetic, fields, 3, 100, rng) + extreme_queries(compared.synthetic, fields, 100, rng)
    assert len(queries) > 100
    assert (count(compared.synthetic, queries) == 1).all()
    for query, counted in zip(queries, count(compared.real, queries), strict=True):
        holds = np.logical_and.reduce([held(part, compared.real[part.column]) for part in query])
        assert holds.sum() == counted


def test_nearest_by_gower_is_that_of_an_exhaustive_search_with_and_without_a_column() -> None:
    compared = comparison(mixed(300, 0), mixed(200, 1), mixed(200, 2))
    fields = point_fields(compared)
    found = Gower(fields, compared.real, compared.synthetic).nearest([1])
    apart = []
    for field in fields:
        ours, theirs = compared.real[field.name][:, None], compared.synthetic[field.name][None, :]
        if field.is_numeric:
            width = np.nanmax(np.append(ours, theirs)) - np.nanmin(np.append(ours, theirs))
            gap = np.abs(ours - theirs) / width
            apart.append(np.where(np.isnan(gap), np.isnan(ours) != np.isnan(theirs), gap))
        else:
            apart.append((ours != theirs).astype(float))
    rows = np.arange(200)
    total = np.sum(apart, axis=0)
    np.testing.assert_allclose(total[rows, found[:, 0]], total.min(axis=1), atol=1e-5)
    total -= apart[1]
    np.testing.assert_allclose(total[rows, found[:, 1]], total.min(axis=1), atol=1e-5)


def test_a_number_is_told_within_five_percent_and_a_missing_one_by_a_missing_one() -> None:
    compared = comparison(mixed(100, 0), mixed(100, 1), mixed(100, 2))
    column = next(field for field in compared.fields if field.name == "x")
    told = told_right(np.array([100.0, 100.0, np.nan, np.nan]), np.array([104.0, 106.0, np.nan, 1.0]), column)
    assert told.tolist() == [True, False, True, False]


def test_named_sensitive_columns_are_the_secrets() -> None:
    compared = comparison(mixed(300, 0), mixed(300, 1), mixed(300, 2), Facts(sensitive=["flag"]))
    found = judge(AttributeInference(), compared, Limits()).check
    assert list(found.evidence["by_secret"]) == ["flag"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_too_few_rows_are_skipped_with_the_reason(attack: type[Measure]) -> None:
    found = attack().found(comparison(mixed(50, 0), mixed(50, 1), mixed(50, 2)))
    assert isinstance(found, Skipped)
    assert "at least 100 rows" in found.reason
