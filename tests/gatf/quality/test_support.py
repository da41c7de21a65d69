from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, Measure, Skipped, judge
from imcp_jupyter.gatf.quality import AlphaPrecision, BetaRecall, Coverage
from imcp_jupyter.gatf.quality.support import Supports

from ..conftest import Halves, mixed

CHECKS: list[type[Measure]] = [AlphaPrecision, BetaRecall, Coverage]


def comparison(synthetic: pd.DataFrame, seed: int = 0) -> Comparison:
    real, holdout = mixed(1000, 3 * seed + 1), mixed(1000, 3 * seed + 2)
    return Comparison(Table.of(synthetic, Table.of(real).schema), Table.of(real), Table.of(holdout), replicates=30, seed=seed)


@pytest.mark.parametrize("measure", CHECKS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unseen_rows_pass_with_and_without_a_holdout(measure: type[Measure], seed: int, halves: Halves) -> None:
    adult = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=30, seed=seed)
    assert judge(measure(), adult, Limits()).check.verdict == "pass"
    assert judge(measure(), comparison(mixed(1000, 3 * seed), seed), Limits()).check.verdict == "pass"
    alone = Comparison(Table.of(mixed(1000, 3 * seed)), Table.of(mixed(1000, 3 * seed + 1)), replicates=30, seed=seed)
    assert judge(measure(), alone, Limits()).check.verdict == "pass"


@pytest.mark.parametrize("measure", CHECKS)
def test_a_collapsed_generator_fails_the_more_it_repeats_itself(measure: type[Measure]) -> None:
    unseen, rng = mixed(1000, 0), np.random.default_rng(1)
    scores = []
    for share in (0.0, 0.6, 0.8, 0.95):
        count = int(1000 * share)
        modes = unseen.iloc[rng.choice(unseen.index[:5], count)]
        scores.append(judge(measure(), comparison(pd.concat([unseen.iloc[count:], modes])), Limits()).check.score or 0.0)
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 60


def test_values_that_lie_far_out_lose_precision() -> None:
    unseen = mixed(1000, 0)
    far = unseen.assign(y=np.where(unseen["x"] > 0, -10.0, 10.0), level="e", group=None, at=pd.NaT)
    assert judge(AlphaPrecision(), comparison(far.iloc[:700]), Limits()).check.verdict == "fail"


def test_the_numbers_are_those_of_an_exhaustive_search() -> None:
    compared = comparison(mixed(1000, 0))
    supports = Supports(compared)
    real, synthetic = supports._points["real"].astype(float), supports._points["synthetic"].astype(float)
    among = np.linalg.norm(real[:, None] - real[None], axis=2)
    beside = np.linalg.norm(real[:, None] - synthetic[None], axis=2)
    covered = beside.min(axis=1) <= np.sort(among, axis=1)[:, 5]  # the first is the row itself
    found = judge(Coverage(), compared, Limits()).check
    assert found.value == pytest.approx(covered.mean(), abs=0.003)
    centre = real.mean(axis=0)
    radii = np.quantile(np.linalg.norm(real - centre, axis=1), np.linspace(0, 1, 101)[1:])
    inside = (np.linalg.norm(synthetic - centre, axis=1)[:, None] <= radii).mean(axis=0)
    precision = 1 - 2 * np.abs(inside - np.linspace(0, 1, 101)[1:]).mean()
    assert judge(AlphaPrecision(), compared, Limits()).check.value == pytest.approx(precision, abs=0.01)


@pytest.mark.parametrize("measure", CHECKS)
def test_too_few_rows_and_tables_without_columns_that_vary_are_skipped(measure: type[Measure]) -> None:
    few = Comparison(Table.of(mixed(20, 0)), Table.of(mixed(20, 1)))
    assert isinstance(measure().found(few), Skipped)
    same = Table.of(pd.DataFrame({"a": ["x"] * 100}))
    assert isinstance(measure().found(Comparison(same, same)), Skipped)
