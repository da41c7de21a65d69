from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.fairness import (
    MEASURES,
    DecisionParity,
    DisparateImpact,
    EqualOpportunity,
    IntersectionalFidelity,
    LabelParity,
    Representation,
    SubgroupFidelity,
)
from imcp_jupyter.gatf.measure import Limits, Measure, judge
from imcp_jupyter.models.validation import Check

from ..conftest import Halves, mixed


def checks(
    synthetic: pd.DataFrame,
    real: Table,
    holdout: Table | None,
    *measures: type[Measure],
    facts: Facts | None = None,
    target: str | None = None,
) -> dict[str, Check]:
    compared = Comparison(Table.of(synthetic), real, holdout, replicates=30, facts=facts, target=target)
    return {measure.id: judge(measure(), compared, Limits()).check for measure in measures or MEASURES}


def without(frame: pd.DataFrame, share: float, race: str = "Black") -> pd.DataFrame:
    """`share` of one race's rows left out."""
    gone = (frame["race"] == race) & (np.random.default_rng(2).random(len(frame)) < share)
    return frame[~gone].reset_index(drop=True)


def biased(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    """`share` of the women with a high income lose it."""
    hit = (frame["sex"] == "Female") & (frame["income"] == ">50K") & (np.random.default_rng(3).random(len(frame)) < share)
    return frame.assign(income=frame["income"].where(~hit, "<=50K"))


def applicants(rows: int, seed: int, women: float = 0.4, behind: float = 0.1) -> pd.DataFrame:
    """People of two genders and four age groups, hired by skill; women by `behind` less often."""
    rng = np.random.default_rng(seed)
    gender, skill = rng.random(rows) < women, rng.normal(size=rows)
    hired = rng.random(rows) < np.clip(0.4 + 0.2 * skill - behind * gender, 0, 1)
    return pd.DataFrame(
        {
            "Gender": np.where(gender, "f", "m"),
            "ageYears": rng.integers(18, 66, rows),
            "skill": skill,
            "grade": np.where(skill > 0, "high", "low"),
            "hired_label": np.where(hired, "yes", "no"),
        }
    )


def test_unseen_rows_pass_every_check_on_adult_though_adult_is_unfair(halves: Halves) -> None:
    found = checks(halves.unseen, halves.real, halves.holdout)
    assert {check.verdict for check in found.values()} == {"pass"}
    rules = found["disparate_impact"].evidence["four_fifths_rule"]
    assert rules["sex"] == "broken in both"
    assert "The real table itself breaks the 80 % rule for" in found["disparate_impact"].explanation


def test_unseen_rows_pass_without_a_holdout(halves: Halves) -> None:
    assert {check.verdict for check in checks(halves.unseen, halves.real, None).values()} == {"pass"}


@pytest.mark.parametrize("rows", [400, 3_000])
@pytest.mark.parametrize("seed", [0, 10, 20])
def test_unseen_applicants_raise_no_alarm(rows: int, seed: int) -> None:
    tables = [applicants(rows, seed + at) for at in range(3)]
    found = checks(tables[0], Table.of(tables[1]), Table.of(tables[2]))
    assert {check.verdict for check in found.values()} <= {"pass", "skipped"}
    assert found["representation"].evidence["protected"] == {"Gender": "its name says sex", "ageYears": "its name says age"}


def test_a_dropped_minority_fails_representation_by_name_and_no_other_check(halves: Halves) -> None:
    found = checks(without(halves.unseen, 1.0), halves.real, halves.holdout)
    assert [name for name, check in found.items() if check.verdict == "fail"] == ["representation"]
    check = found["representation"]
    assert (check.value, check.score, check.evidence["columns"]) == (0.0, 0.0, ["race"])
    assert "race: Black" in check.evidence["absent"]
    assert "'race: Black' makes up 0.00%" in check.explanation


def test_representation_falls_with_the_share_that_is_dropped(halves: Halves) -> None:
    found = [
        checks(without(halves.unseen, share), halves.real, halves.holdout, Representation)["representation"]
        for share in (0, 0.3, 0.6, 0.9, 1)
    ]
    scores = [check.score or 0.0 for check in found]
    assert scores == sorted(scores, reverse=True)
    assert [check.verdict for check in found[3:]] == ["fail", "fail"]


def test_a_dropped_crossed_group_is_seen_though_both_columns_are_full(halves: Halves) -> None:
    gone = (halves.unseen["race"] == "Black") & (halves.unseen["sex"] == "Female")
    found = checks(halves.unseen[~gone], halves.real, halves.holdout, Representation)["representation"]
    assert "race × sex: Black, Female" in found.evidence["absent"]
    assert found.verdict == "fail"


def test_amplified_bias_fails_labels_impact_and_opportunity_and_points_to_the_rows(halves: Halves) -> None:
    synthetic = biased(halves.unseen, 1.0).reset_index(drop=True)
    found = checks(synthetic, halves.real, halves.holdout)
    assert {"label_parity", "disparate_impact", "equal_opportunity"} == {name for name, check in found.items() if check.verdict == "fail"}
    evidence = found["label_parity"].evidence
    assert (evidence["columns"], evidence["favourable"], evidence["target"]) == (["sex"], ">50K", "income")
    assert set(synthetic["sex"].iloc[evidence["row_positions"]]) == {"Female"}
    assert "'sex: Female'" in found["equal_opportunity"].explanation


@pytest.mark.parametrize("measure", [LabelParity, DisparateImpact, EqualOpportunity])
def test_the_score_falls_with_the_dose_of_bias(measure: type[Measure], halves: Halves) -> None:
    scores = [
        checks(biased(halves.unseen, share), halves.real, halves.holdout, measure)[measure.id].score or 0.0 for share in (0, 0.3, 0.6, 1)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 50


def test_less_bias_than_in_real_is_no_fault() -> None:
    real, holdout, synthetic = applicants(3_000, 0, behind=0.2), applicants(3_000, 1, behind=0.2), applicants(3_000, 2, behind=0.0)
    found = checks(synthetic, Table.of(real), Table.of(holdout), LabelParity, DisparateImpact, DecisionParity)
    assert {check.verdict for check in found.values()} == {"pass"}
    assert found["disparate_impact"].evidence["four_fifths_rule"]["Gender"] == "broken in real only"


def test_bias_that_turns_around_counts_in_whole() -> None:
    real, holdout, synthetic = applicants(3_000, 0), applicants(3_000, 1), applicants(3_000, 2, behind=-0.15)
    found = checks(synthetic, Table.of(real), Table.of(holdout), LabelParity)["label_parity"]
    assert found.verdict == "fail"


def test_a_rule_that_only_synthetic_breaks_is_named() -> None:
    real, holdout, synthetic = (applicants(4_000, seed, behind=behind) for seed, behind in ((0, 0.0), (1, 0.0), (2, 0.2)))
    found = checks(synthetic, Table.of(real), Table.of(holdout), DisparateImpact)["disparate_impact"]
    assert found.verdict in ("warn", "fail")
    assert found.evidence["four_fifths_rule"]["Gender"] == "broken by synthetic only"
    assert "Gender" in found.evidence["columns"]


@pytest.mark.parametrize("measure", [SubgroupFidelity, IntersectionalFidelity])
def test_a_group_with_the_values_of_the_others_is_no_longer_itself(measure: type[Measure], halves: Halves) -> None:
    def swapped(share: float) -> pd.DataFrame:
        frame, rng = halves.unseen.reset_index(drop=True), np.random.default_rng(4)
        women = np.flatnonzero((frame["sex"] == "Female") & (rng.random(len(frame)) < share))
        models = rng.choice(np.flatnonzero(frame["sex"] == "Male"), size=len(women))
        others = [name for name in frame if name not in ("sex", "race", "age")]
        frame.loc[women, others] = frame[others].iloc[models].to_numpy()
        return frame

    found = [checks(swapped(share), halves.real, halves.holdout, measure)[measure.id] for share in (0.0, 0.5, 1.0)]
    assert [check.score for check in found] == sorted((check.score for check in found), key=lambda score: -(score or 0))
    assert found[2].verdict != "pass"
    assert "sex" in found[2].evidence["columns"]


def test_mode_collapse_loses_groups(halves: Halves) -> None:
    collapsed = pd.concat([halves.unseen.iloc[:10]] * 400)
    assert checks(collapsed, halves.real, halves.holdout, Representation)["representation"].verdict == "fail"


def test_declared_columns_and_outcome_are_used() -> None:
    facts = Facts(protected=["grade"], positive="no")
    found = checks(applicants(800, 0), Table.of(applicants(800, 1)), Table.of(applicants(800, 2)), LabelParity, facts=facts)["label_parity"]
    assert found.evidence["protected"] == {"grade": "declared"}
    assert (found.evidence["favourable"], found.evidence["favourable_by"]) == ("no", "declared")


def test_a_numeric_target_is_favourable_above_the_real_median() -> None:
    tables = [Table.of(applicants(1_500, seed)) for seed in range(3)]
    found = checks(tables[0].frame, tables[1], tables[2], target="skill")
    assert {check.verdict for check in found.values()} <= {"pass", "skipped"}
    assert found["label_parity"].evidence["favourable"] == "above the real median"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(protected=[]), "no protected column is declared"),
        (Facts(protected=["skill", "Gender"], positive="perhaps"), "the favourable outcome 'perhaps' is no value of 'hired_label'"),
    ],
)
def test_what_cannot_be_judged_says_why(facts: Facts, reason: str) -> None:
    table = Table.of(applicants(300, 0))
    found = checks(applicants(300, 1), table, None, LabelParity, facts=facts)["label_parity"]
    assert found.verdict == "skipped"
    assert reason.lower() in found.explanation.lower()


def test_a_table_of_things_has_nobody_to_protect() -> None:
    found = checks(mixed(200, 0), Table.of(mixed(200, 1)), Table.of(mixed(200, 2)))
    assert {check.verdict for check in found.values()} == {"skipped"}
    assert "no column looks protected" in found["representation"].explanation.lower()


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_few_rows_are_skipped_or_judged(rows: int) -> None:
    found = checks(applicants(rows, 0), Table.of(applicants(60, 1)), Table.of(applicants(60, 2)))
    assert all(check.score is None or 0 <= check.score <= 100 for check in found.values())


ODDITIES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "protected column all missing": lambda frame: frame.assign(Gender=None),
    "protected column constant": lambda frame: frame.assign(Gender="f"),
    "unknown groups": lambda frame: frame.assign(Gender="x"),
    "outcome all missing": lambda frame: frame.assign(hired_label=None),
    "outcome constant": lambda frame: frame.assign(hired_label="yes"),
    "ages as text": lambda frame: frame.assign(ageYears=frame["ageYears"].astype(str)),
    "ages all missing": lambda frame: frame.assign(ageYears=np.nan),
}


@pytest.mark.parametrize("odd", ODDITIES.values(), ids=ODDITIES.keys())
def test_odd_columns_do_not_break_a_check(odd: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    plain = [applicants(300, seed) for seed in range(3)]
    for synthetic, real in ((odd(plain[0]), plain[1]), (plain[0], odd(plain[1]))):
        for check in checks(synthetic, Table.of(real), Table.of(plain[2])).values():
            assert check.score is None or 0 <= check.score <= 100
