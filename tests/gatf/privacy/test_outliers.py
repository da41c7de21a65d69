from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Affected, Limits, Skipped, judge
from imcp_jupyter.gatf.privacy import OutlierReplay

from ..conftest import Halves, mixed


def comparison(synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> Comparison:
    schema = Table.of(real).schema
    return Comparison(Table.of(synthetic, schema), Table.of(real), Table.of(holdout), replicates=20, seed=seed)


def set_apart(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows of which twenty lie far out in several columns, and these twenty."""
    real = mixed(1500, seed)
    rng = np.random.default_rng(seed)
    far = real.index[:20]
    real.loc[far, "amount"] = 50 * 3.0 ** np.arange(20)
    real.loc[far, "x"] = rng.permutation(np.linspace(-40, 40, 20))
    return real, real.loc[far]


@pytest.mark.parametrize("seed", [0, 1])
def test_unseen_rows_repeat_no_more_isolated_rows_than_the_holdout(seed: int, halves: Halves) -> None:
    compared = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=20, seed=seed)
    assert judge(OutlierReplay(), compared, Limits()).check.verdict == "pass"
    mixed_up = comparison(mixed(1500, 3 * seed), mixed(1500, 3 * seed + 1), mixed(1500, 3 * seed + 2), seed)
    assert judge(OutlierReplay(), mixed_up, Limits()).check.verdict == "pass"


def test_the_score_falls_with_the_share_of_copies(adult: pd.DataFrame, halves: Halves) -> None:
    scores = []
    for share in (0.0, 0.1, 0.3, 1.0):
        planted = int(8000 * share)
        synthetic = pd.concat([halves.unseen.iloc[: 8000 - planted], adult.sample(planted, random_state=1)])
        compared = Comparison(Table.of(synthetic, halves.real.schema), halves.real, halves.holdout, replicates=20)
        scores.append(judge(OutlierReplay(), compared, Limits()).check.score or 0.0)
    assert scores[0] == 100
    assert scores[1] < 50
    assert scores == sorted(scores, reverse=True)


def test_a_few_isolated_rows_that_come_out_nearly_the_same_are_all_named() -> None:
    real, far = set_apart(0)
    synthetic = mixed(1500, 1)
    planted = np.arange(5, 1500, 75)
    synthetic.iloc[planted] = far.to_numpy()
    synthetic.loc[planted, "x"] += 0.001
    compared = comparison(synthetic, real, mixed(1500, 2))
    found = judge(OutlierReplay(), compared, Limits()).check
    affected = OutlierReplay().affected(compared)
    assert found.verdict == "fail"
    assert isinstance(affected, Affected)
    assert affected.rows is not None
    assert affected.rows[planted].all()
    assert affected.rows.sum() < len(planted) + 15  # a few unseen rows lie as near by chance


def test_a_table_without_isolated_rows_or_with_few_rows_is_skipped() -> None:
    same = pd.DataFrame({"a": np.tile(["x", "y"], 300), "b": np.tile([1.0, 2.0], 300)})
    found = OutlierReplay().found(comparison(same, same, same.iloc[:200]))
    assert isinstance(found, Skipped)
    assert isinstance(OutlierReplay().found(comparison(*(mixed(50, seed) for seed in (0, 1, 2)))), Skipped)
