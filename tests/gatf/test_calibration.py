"""Known faults on three real tables: each fails in its dimension, by name and rows, the more the worse; clean rows pass."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.calibration import SEED, Outcome, case_of, judge, own_score, plant, scores
from bench.faults import Case, faults
from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.models.validation import ReportDocument

TABLES = Path(__file__).parent.parent / "fixtures" / "tables"
ROWS = 2_000
REPLICATES = 20
FAULTS = {fault.name: fault for fault in faults()}
NAMES = ("adult", "acs", "diamonds")


@cache
def case(name: str) -> Case:
    if name == "adult":
        return case_of(
            name, load_sample("adult"), load_sample("adult-holdout").head(2 * ROWS), "income", ("sex", "race"), ">50K", most=ROWS
        )
    frame = pd.read_parquet(TABLES / f"{name}.parquet")
    target, groups, positive = {"acs": ("employed", ("SEX", "RAC1P"), 1), "diamonds": ("cut", ("color", "color"), "Ideal")}[name]
    return case_of(name, frame.head(ROWS), frame.iloc[ROWS:], target, groups, positive, most=ROWS)


@cache
def clean(name: str) -> ReportDocument:
    return judge(case(name), case(name).unseen, REPLICATES)


@cache
def outcome(name: str, fault: str, dose: float) -> Outcome:
    return plant(case(name), FAULTS[fault], dose, REPLICATES)


@pytest.mark.parametrize("name", NAMES)
def test_real_rows_that_nobody_learned_from_are_trusted(name: str) -> None:
    document = clean(name)
    assert document.score >= 85
    assert document.gates_failed == []
    assert [check.id for check in document.checks if check.verdict == "fail"] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_fails_in_its_dimension_and_leaves_the_others_alone(name: str, fault: str) -> None:
    planted = FAULTS[fault]
    worst = outcome(name, fault, planted.doses[-1])
    assert worst.named, f"failed instead: {worst.others}"
    if worst.planted:
        assert worst.shown > 0
        assert worst.hits >= 0.9 * worst.shown
    for dimension, before in scores(clean(name)).items():
        if before is not None and dimension != planted.dimension and dimension not in planted.spills:
            after = scores(worst.report)[dimension]
            assert after is not None
            assert before - after < 12, dimension


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_score_falls_with_the_dose(name: str, fault: str) -> None:
    planted = FAULTS[fault]
    lightly, _ = planted.plant(case(name), planted.doses[0], np.random.default_rng(SEED))
    before = scores(clean(name))[planted.dimension]
    light = own_score(case(name), lightly, planted.dimension, REPLICATES)
    heavy = outcome(name, fault, planted.doses[-1]).score(planted.dimension)
    assert before is not None
    assert light is not None
    assert heavy is not None
    assert before >= light - 1
    assert light >= heavy
    assert before - heavy > 10


@pytest.mark.parametrize("name", NAMES)
def test_copies_of_training_rows_are_not_trusted_at_all(name: str) -> None:
    assert outcome(name, "copied training rows", 1.0).report.score <= 24
