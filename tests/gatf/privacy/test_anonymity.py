from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Limits, Measure, Skipped, judge
from imcp_jupyter.gatf.privacy import KAnonymity, LDiversity, TCloseness
from imcp_jupyter.gatf.privacy.groups import groups_of

from ..conftest import Halves, mixed

CHECKS: list[type[Measure]] = [KAnonymity, LDiversity, TCloseness]
KNOWN = Facts(quasi_identifiers=["level", "group", "flag", "amount"], sensitive=["x", "day"])


def comparison(
    synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame, facts: Facts | None = KNOWN, seed: int = 0
) -> Comparison:
    return Comparison(*(Table.of(frame) for frame in (synthetic, real, holdout)), replicates=20, facts=facts, seed=seed)


def patients(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"age": rng.integers(20, 30, rows), "sex": rng.choice(["f", "m"], rows), "city": rng.choice(["Rome", "Oslo"], rows)}
    )
    frame["diagnosis"] = np.where(rng.random(rows) < 0.4, frame["sex"].map({"f": "flu", "m": "gout"}), rng.choice(["cold", "burn"], rows))
    return frame


@pytest.mark.parametrize("measure", CHECKS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unseen_rows_pass(measure: type[Measure], seed: int, halves: Halves) -> None:
    compared = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=20, seed=seed)
    assert judge(measure(), compared, Limits()).check.verdict in ("pass", "skipped")
    compared = comparison(*(mixed(1500, 3 * seed + part) for part in range(3)), seed=seed)
    assert judge(measure(), compared, Limits()).check.verdict == "pass"


@pytest.mark.parametrize("measure", [KAnonymity, LDiversity])
def test_the_more_training_rows_are_copied_the_lower_the_score(measure: type[Measure]) -> None:
    real, unseen, holdout = mixed(1500, 2), mixed(1500, 1), mixed(1500, 3)
    found = []
    for copies in (0, 500, 1000, 1500):
        compared = comparison(pd.concat([real.iloc[:copies], unseen.iloc[copies:]]), real, holdout)
        found.append(judge(measure(), compared, Limits()).check)
    scores = [one.score or 0.0 for one in found]
    assert scores[0] > 95
    assert scores == sorted(scores, reverse=True)
    assert found[-1].verdict == "fail"


def test_groups_that_tell_a_secret_more_surely_than_real_ones_fail_t_closeness_only() -> None:
    synthetic = patients(2000, 0)
    told = synthetic.assign(diagnosis=synthetic.groupby(["age", "sex", "city"])["diagnosis"].transform("first"))
    compared = comparison(told, patients(2000, 1), patients(2000, 2), None)
    assert judge(TCloseness(), compared, Limits()).check.verdict == "fail"
    assert judge(KAnonymity(), compared, Limits()).check.verdict in ("pass", "skipped")
    assert judge(TCloseness(), comparison(synthetic, patients(2000, 1), patients(2000, 2), None), Limits()).check.verdict == "pass"


def test_the_figures_of_both_tables_are_those_of_an_exhaustive_count() -> None:
    synthetic, real = mixed(1500, 1), mixed(1500, 2)
    facts = Facts(quasi_identifiers=["level", "flag"], sensitive=["group"])
    compared = comparison(synthetic, real, mixed(1500, 3), facts)
    groups = groups_of(compared)
    sizes = pd.Series(groups.keys["synthetic"]).value_counts().sort_values().tolist()
    assert sizes == synthetic.groupby(["level", "flag"]).size().sort_values().tolist()
    assert groups.secrets[0].codes["synthetic"].min() == -1  # missing is a value of its own
    found = judge(LDiversity(), comparison(real.iloc[:400], real, mixed(1500, 3)), Limits()).check
    lowest = real.iloc[:400].assign(x=pd.qcut(real["x"], 10).iloc[:400])
    roughly = lowest.assign(amount=pd.qcut(real["amount"], 50, duplicates="drop").iloc[:400])
    per_group = roughly.groupby(["level", "group", "flag", "amount"], observed=True, dropna=False)["x"].nunique(dropna=False)
    assert found.evidence["synthetic_l"] == per_group.min() == 1


def test_columns_are_picked_by_name_and_content_when_none_are_named(halves: Halves) -> None:
    groups = groups_of(Comparison(Table.of(halves.unseen), halves.real, halves.holdout, target="income"))
    assert {"age", "sex", "race", "native_country"} <= {name.replace("-", "_").replace(".", "_") for name in groups.names}
    assert [secret.name for secret in groups.secrets] == ["income"]


@pytest.mark.parametrize(("measure", "facts", "reason"), [
    (KAnonymity, Facts(quasi_identifiers=[]), "quasi-identifier"),
    (KAnonymity, Facts(quasi_identifiers=["id", "nowhere"]), "quasi-identifier"),
    (LDiversity, Facts(quasi_identifiers=["level"], sensitive=[]), "sensitive"),
    (TCloseness, Facts(quasi_identifiers=["amount", "x"], sensitive=["level"]), "groups of 5"),
])  # fmt: skip
def test_what_is_not_known_is_skipped_with_the_reason(measure: type[Measure], facts: Facts, reason: str) -> None:
    found = measure().found(comparison(mixed(300, 0), mixed(300, 1), mixed(300, 2), facts))
    assert isinstance(found, Skipped)
    assert reason in found.reason


@pytest.mark.parametrize("measure", CHECKS)
def test_too_few_rows_and_columns_without_values_are_skipped(measure: type[Measure]) -> None:
    assert isinstance(measure().found(comparison(mixed(50, 0), mixed(50, 1), mixed(50, 2))), Skipped)
    empty = [mixed(200, seed).assign(x=np.nan, level=None) for seed in range(3)]
    facts = Facts(quasi_identifiers=["level", "flag"], sensitive=["x"])
    judge(measure(), comparison(*empty, facts), Limits())
