from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.gatf.quality import Drift, drift
from imcp_jupyter.gatf.quality.drift import false_discovery

from ..conftest import Halves, mixed


def by_column(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, dict[str, object]]:
    return {one.column: vars(one) for one in drift(Table.of(a), Table.of(b))}


def test_two_draws_of_one_table_have_hardly_ever_drifted(halves: Halves) -> None:
    runs = [drift(Table.of(mixed(800, 2 * seed)), Table.of(mixed(900, 2 * seed + 1))) for seed in range(20)]
    assert sum(any(one.drifted for one in run) for run in runs) <= 3  # one in twenty is expected
    assert not any(one.drifted for one in drift(Table.of(halves.unseen), halves.holdout))


def test_the_moved_columns_come_first_and_the_others_stay() -> None:
    before, after = mixed(1000, 0), mixed(1000, 1)
    after["amount"] += 1
    after["level"] = np.where(np.arange(1000) % 2, "a", after["level"])
    found = drift(Table.of(before), Table.of(after))
    assert {one.column for one in found if one.drifted} == {"amount", "level"}
    assert {one.column for one in found[:2]} == {"amount", "level"}
    assert min(one.psi for one in found[:2]) > 0.25
    assert found[0].kind


def test_the_numbers_of_a_column_of_numbers_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=700), rng.normal(0.3, 1.2, size=900)
    one = drift(Table.of(pd.DataFrame({"v": a})), Table.of(pd.DataFrame({"v": b})))[0]
    assert one.statistic == pytest.approx(stats.ks_2samp(a, b).statistic)
    assert one.p_value == pytest.approx(stats.ks_2samp(a, b, method="asymp").pvalue, rel=0.3)
    assert one.wasserstein == pytest.approx(stats.wasserstein_distance(a, b) / a.std())
    edges = np.concatenate([[-np.inf], np.quantile(a, np.linspace(0, 1, 11)[1:-1], method="higher"), [np.inf]])
    p, q = (np.histogram(part, edges)[0] / len(part) for part in (a, b))
    assert one.psi == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=0.05)


def test_the_numbers_of_a_column_of_levels_are_those_of_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.choice(list("xyz"), 500, p=[0.5, 0.3, 0.2]), rng.choice(list("xyz"), 400, p=[0.3, 0.3, 0.4])
    one = drift(Table.of(pd.DataFrame({"c": a})), Table.of(pd.DataFrame({"c": b})))[0]
    counts = np.array([[(part == level).sum() for level in "xyz"] for part in (a, b)])
    assert one.p_value == pytest.approx(stats.chi2_contingency(counts).pvalue)
    p, q = counts / counts.sum(axis=1, keepdims=True)
    middle = (p + q) / 2
    divergence = (stats.entropy(p, middle, base=2) + stats.entropy(q, middle, base=2)) / 2
    assert one.jensen_shannon == pytest.approx(np.sqrt(divergence))
    assert one.psi == pytest.approx(((q - p) * np.log(q / p)).sum())
    assert one.wasserstein is None


def test_q_values_are_those_of_scipy() -> None:
    chances = np.random.default_rng(2).random(50) ** 3
    np.testing.assert_allclose(false_discovery(chances), stats.false_discovery_control(chances))


def test_cells_that_go_missing_are_a_drift() -> None:
    before, after = mixed(800, 0), mixed(800, 1)
    after.loc[after.index[:300], "x"] = np.nan
    assert by_column(before, after)["x"]["drifted"]


def test_odd_tables_have_a_drift_too_and_disjoint_ones_are_refused() -> None:
    one = Table.of(mixed(1, 0))
    assert not any(item.drifted for item in drift(one, one))
    empty = Table.of(mixed(100, 0).assign(x=np.nan, level=None))
    assert by_column(mixed(100, 1), empty.frame)["level"]["drifted"]
    with pytest.raises(InvalidInput, match="no column"):
        drift(Table.of(mixed(10, 0)), Table.of(mixed(10, 1).add_prefix("other_")))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unseen_rows_pass_the_check(seed: int, halves: Halves) -> None:
    adult = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, seed=seed, replicates=20)
    assert judge(Drift(), adult, Limits()).check.verdict == "pass"
    small = Comparison(Table.of(mixed(500, 3 * seed)), Table.of(mixed(700, 3 * seed + 1)), seed=seed, replicates=20)
    assert judge(Drift(), small, Limits()).check.verdict == "pass"


def test_the_score_falls_with_the_shift_and_the_evidence_is_plain_json() -> None:
    scores = []
    for shift in (0.0, 0.3, 0.8, 3.0):
        moved = mixed(800, 0)
        for name in ("x", "y", "amount"):
            moved[name] += shift
        found = judge(Drift(), Comparison(Table.of(moved), Table.of(mixed(800, 1)), replicates=20), Limits()).check
        json.dumps(found.evidence, allow_nan=False)
        scores.append(found.score or 0.0)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 95
    assert scores[-1] < 80
