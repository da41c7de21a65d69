from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, Measure, Skipped, judge
from imcp_jupyter.gatf.quality import Cardinality, Tails

from ..conftest import Halves, mixed

CHECKS: list[type[Measure]] = [Tails, Cardinality]


def comparison(synthetic: pd.DataFrame, seed: int = 0) -> Comparison:
    return Comparison(
        *(Table.of(one) for one in (synthetic, mixed(1500, 3 * seed + 1), mixed(1500, 3 * seed + 2))), replicates=20, seed=seed
    )


@pytest.mark.parametrize("measure", CHECKS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unseen_rows_pass(measure: type[Measure], seed: int, halves: Halves) -> None:
    adult = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=20, seed=seed)
    assert judge(measure(), adult, Limits()).check.verdict == "pass"
    assert judge(measure(), comparison(mixed(1500, 3 * seed), seed), Limits()).check.verdict == "pass"


def test_clipped_tails_fail_the_more_columns_are_clipped() -> None:
    unseen = mixed(1500, 0)
    scores = []
    for count in range(4):
        clipped = unseen.copy()
        for name in ("x", "y", "amount")[:count]:
            clipped[name] = clipped[name].clip(*clipped[name].quantile([0.05, 0.95]))
        clipped["at"] = clipped["at"].clip(*clipped["at"].quantile([0.05, 0.95])) if count == 3 else clipped["at"]
        scores.append(judge(Tails(), comparison(clipped), Limits()).check.score or 0.0)
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 50


def test_a_single_far_value_does_not_fill_a_tail() -> None:
    clipped = mixed(1500, 0)
    clipped["x"] = clipped["x"].clip(-1.5, 1.5)
    clipped.loc[[0, 1], "x"] = [-5.0, 5.0]
    found = judge(Tails(), comparison(clipped), Limits()).check
    assert found.evidence["columns"]["x"] < 0.1


def test_values_that_are_rounded_or_collapse_fail_the_number_of_distinct_values() -> None:
    unseen = mixed(1500, 0)
    coarse = unseen.assign(x=unseen["x"].round(), y=unseen["y"].round(), amount=unseen["amount"].round(), level="a", group="A")
    coarse["at"], coarse["day"] = coarse["at"].dt.to_period("Y").dt.to_timestamp(), "2024-01-01"
    found = judge(Cardinality(), comparison(coarse), Limits()).check
    assert found.verdict == "fail"
    assert "level" in found.evidence["columns"] or "x" in found.evidence["columns"]
    some = judge(Cardinality(), comparison(unseen.assign(x=unseen["x"].round())), Limits()).check
    assert (found.score or 0) < (some.score or 0) < 100


def test_tables_without_tails_and_with_few_rows_are_skipped() -> None:
    spikes = Table.of(pd.DataFrame({"a": ["x", "y"] * 50, "n": [0, 1] * 50}))
    assert isinstance(Tails().found(Comparison(spikes, spikes)), Skipped)
    assert isinstance(Tails().found(Comparison(*(Table.of(mixed(100, 0).assign(x=np.nan)[["x", "level"]]) for _ in range(2)))), Skipped)
    few = Table.of(mixed(5, 0))
    assert isinstance(Cardinality().found(Comparison(few, few)), Skipped)
