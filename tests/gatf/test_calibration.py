"""Known faults on three real tables: each fails in its dimension, by name and rows, the more the worse; clean rows pass."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from bench.calibration import Judged, Outcome, case_of, judge, moved, plant
from bench.faults import Case, faults
from imcp_jupyter.data.samples import load_sample

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
def clean(name: str) -> Judged:
    return judge(case(name), case(name).unseen, REPLICATES)


@cache
def outcome(name: str, fault: str, dose: float) -> Outcome:
    """On Adult at the highest dose all dimensions are judged, else the fault's own: it takes a fifth of the time."""
    planted = FAULTS[fault]
    whole = name == NAMES[0] and dose == planted.doses[-1]
    return plant(case(name), planted, dose, REPLICATES, None if whole else planted.dimension)


@pytest.mark.parametrize("name", NAMES)
def test_real_rows_that_nobody_learned_from_are_trusted(name: str) -> None:
    judged = clean(name)
    assert judged.trust is not None
    assert judged.trust >= 85
    assert judged.gates_failed == []
    assert [check.id for check in judged.failed] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_fails_by_name_and_rows_and_the_more_the_worse(name: str, fault: str) -> None:
    light, heavy = (outcome(name, fault, FAULTS[fault].doses[at]) for at in (0, -1))
    before = clean(name).scores[FAULTS[fault].dimension]
    assert heavy.named, f"failed instead: {heavy.others}"
    if heavy.planted:
        assert heavy.shown > 0
        assert heavy.hits >= 0.9 * heavy.shown
    assert before is not None
    assert light.score is not None
    assert heavy.score is not None
    assert before >= light.score - 1
    assert light.score >= heavy.score
    assert before - heavy.score > 10


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_leaves_the_other_dimensions_alone(fault: str) -> None:
    losses = moved(outcome("adult", fault, FAULTS[fault].doses[-1]), clean("adult"))
    assert losses
    assert max(losses.values()) < 12, losses


def test_copies_of_training_rows_are_not_trusted_at_all() -> None:
    trust = outcome("adult", "copied training rows", 1.0).judged.trust
    assert trust is not None
    assert trust <= 24
