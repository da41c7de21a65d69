from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Affected, Limits, Measure, Skipped, judge
from imcp_jupyter.gatf.privacy import MembershipInference, NearCopies

from ..conftest import Halves, mixed

CHECKS: list[type[Measure]] = [NearCopies, MembershipInference]


def near_copies(real: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Rows of `real`, each with the value of one column taken from another row."""
    rng = np.random.default_rng(4)
    copies = real.sample(rows, random_state=4).reset_index(drop=True).astype(object)
    columns = rng.integers(copies.shape[1], size=rows)
    for row, column in enumerate(columns):
        copies.iloc[row, column] = real.iloc[int(rng.integers(len(real))), column]
    return copies.astype(real.dtypes.to_dict())


@pytest.mark.parametrize("measure", CHECKS)
def test_unseen_rows_pass_on_adult(measure: type[Measure], halves: Halves) -> None:
    compared = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=50)
    assert judge(measure(), compared, Limits()).check.verdict == "pass"


@pytest.mark.parametrize("measure", CHECKS)
def test_unseen_rows_pass_on_a_table_of_all_kinds(measure: type[Measure]) -> None:
    compared = Comparison(*(Table.of(mixed(1500, seed)) for seed in (1, 2, 3)), replicates=50)
    assert judge(measure(), compared, Limits()).check.verdict == "pass"


def test_a_tenth_of_near_copies_fails_and_falls_further_with_the_dose(adult: pd.DataFrame, halves: Halves) -> None:
    scores = []
    for share in (0.0, 0.1, 0.3, 1.0):
        planted = int(4000 * share)
        synthetic = pd.concat([halves.unseen.iloc[: 4000 - planted], near_copies(adult, planted)]) if planted else halves.unseen[:4000]
        compared = Comparison(Table.of(synthetic, halves.real.schema), halves.real, halves.holdout, replicates=20)
        scores.append(judge(NearCopies(), compared, Limits()).check.score or 0.0)
    assert scores[0] == 100
    assert scores[1] < 50
    assert scores == sorted(scores, reverse=True)


def test_near_copies_show_who_was_in_training(adult: pd.DataFrame, halves: Halves) -> None:
    synthetic = Table.of(near_copies(adult, 8000), halves.real.schema)
    compared = Comparison(synthetic, halves.real, halves.holdout, replicates=50)
    assert judge(MembershipInference(), compared, Limits()).check.verdict == "fail"


def test_every_near_copy_is_named() -> None:
    real, synthetic = mixed(500, 0), mixed(500, 1)
    planted = [3, 50, 51, 52, 100, 101, 102, 103, 200, 300, 400, 499]
    synthetic.iloc[planted] = real.iloc[planted].to_numpy()
    synthetic.loc[planted, "amount"] += 0.01
    compared = Comparison(Table.of(synthetic), Table.of(real), Table.of(mixed(500, 2)), replicates=20)
    found = judge(NearCopies(), compared, Limits()).check
    affected = NearCopies().affected(compared)
    assert found.verdict == "fail"
    assert found.evidence["row_positions"] == planted
    assert isinstance(affected, Affected)
    assert affected.rows is not None
    assert np.flatnonzero(affected.rows).tolist() == planted


def test_tables_of_few_columns_and_few_rows_are_skipped() -> None:
    tables = [Table.of(mixed(60, seed)[["x", "level", "flag"]]) for seed in (0, 1, 2)]
    compared = Comparison(*tables)
    assert isinstance(NearCopies().found(compared), Skipped)
    assert isinstance(MembershipInference().found(compared), Skipped)
