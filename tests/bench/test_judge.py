from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.judge import Judge


def people(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    return pd.DataFrame(
        {
            "age": age,
            "born": pd.Timestamp("2020-01-01") - pd.to_timedelta(age * 365.25, "D"),
            "pay": np.where(rng.random(rows) < 0.1, np.nan, age * 100.0 + rng.normal(0, 300, rows)),
            "town": rng.choice(["Ulm", "Bonn", "Kiel"], rows),
            "rich": np.where(age * 100 + rng.normal(0, 500, rows) > 5000, "yes", "no"),
            "flag": rng.integers(0, 2, rows),
        }
    )


TRAIN, HOLDOUT = people(600, 1), people(600, 2)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(TRAIN, HOLDOUT, "rich")


def test_roles_come_from_the_dtypes(judge: Judge) -> None:
    kinds = judge.metadata()["columns"]
    assert {name: kind["sdtype"] for name, kind in kinds.items()} == {
        "age": "numerical", "born": "datetime", "pay": "numerical", "town": "categorical", "rich": "categorical", "flag": "categorical",
    }  # fmt: skip


def test_fresh_rows_of_the_same_law_are_not_told_apart(judge: Judge) -> None:
    verdict = judge(people(600, 3))
    assert verdict.quality > 0.95
    assert verdict.c2st == pytest.approx(0.5, abs=0.08)
    assert verdict.dcr_share == pytest.approx(0.5, abs=0.08)
    assert verdict.copies < 0.05  # whole ages without a pay do meet by chance


def test_the_training_rows_themselves_are_all_copies_and_nearest_to_training(judge: Judge) -> None:
    verdict = judge(TRAIN)
    assert verdict.copies == 1
    assert verdict.dcr_share > 0.95


def test_shuffled_columns_lose_utility_and_are_told_apart(judge: Judge) -> None:
    shuffled = pd.DataFrame({name: TRAIN[name].sample(frac=1, random_state=seed).to_numpy() for seed, name in enumerate(TRAIN)})
    verdict = judge(shuffled)
    assert verdict.c2st > 0.9
    assert verdict.utility < 0.7 < judge.real_utility


def test_a_numeric_target_is_scored_by_r_squared() -> None:
    judge = Judge(TRAIN, HOLDOUT, "pay")
    assert 0.8 < judge.real_utility < 1


def test_a_target_that_lost_a_level_still_scores() -> None:
    made = TRAIN.assign(town=TRAIN["town"].where(TRAIN["town"] != "Kiel", "Ulm"))
    assert 0.3 < Judge(TRAIN, HOLDOUT, "town")(made).utility < 0.7


def test_a_target_of_one_level_left_is_worth_a_coin(judge: Judge) -> None:
    assert judge(TRAIN.assign(rich="no")).utility == 0.5


def test_levels_the_real_table_does_not_have_are_taken_as_missing(judge: Judge) -> None:
    assert judge(TRAIN.assign(town="Oslo")).c2st > 0.9
