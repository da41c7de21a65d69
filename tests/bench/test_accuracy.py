from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from bench.accuracy import accuracy, ceiling


def people(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    town = rng.choice(["Ulm", "Bonn", "Kiel", None], rows, p=[0.4, 0.3, 0.2, 0.1])
    pay = np.where(rng.random(rows) < 0.2, np.nan, age * 10 + rng.normal(0, 40, rows))
    return pd.DataFrame({"age": age, "town": town, "pay": pay, "flag": rng.integers(0, 3, rows)})


REAL = people(2_000, 1)


def test_the_same_rows_in_another_order_are_wholly_accurate() -> None:
    found = accuracy(REAL.sample(frac=1, random_state=0), REAL)
    assert (found.overall, found.univariate, found.bivariate, found.trivariate) == (1, 1, 1, 1)


def test_shuffled_columns_keep_their_own_accuracy_and_lose_that_of_pairs() -> None:
    shuffled = pd.DataFrame({name: REAL[name].sample(frac=1, random_state=seed).to_numpy() for seed, name in enumerate(REAL)})
    found = accuracy(shuffled, REAL)
    assert found.univariate == 1
    assert found.trivariate < found.bivariate < 0.95


def test_categories_are_compared_by_half_the_l1_distance() -> None:
    real = pd.DataFrame({"x": ["a"] * 50 + ["b"] * 30 + [None] * 20})
    made = pd.DataFrame({"x": ["a"] * 60 + ["b"] * 30 + ["new"] * 10})
    assert accuracy(made, real).univariate == pytest.approx(1 - (0.10 + 0.20 + 0.10) / 2)


def test_numbers_are_compared_by_tenths_of_the_real_ones() -> None:
    real = pd.DataFrame({"x": np.arange(1_000) * 1.0})
    assert accuracy(real.head(100), real).univariate == pytest.approx(0.1, abs=0.01)


def test_numbers_beyond_the_real_ones_fall_into_the_outer_bins() -> None:
    real = pd.DataFrame({"x": np.arange(1_000) * 1.0})
    assert accuracy(real * 1.0 + np.where(real > 950, 1e6, 0), real).univariate == 1


def test_datetimes_are_binned_like_numbers() -> None:
    real = pd.DataFrame({"x": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(1_000), "D")})
    assert accuracy(real.tail(100), real).univariate == pytest.approx(0.1, abs=0.01)


def test_rare_categories_count_as_one() -> None:
    real = pd.DataFrame({"x": ["a"] * 96 + ["b", "c", "d", "e"]})
    made = pd.DataFrame({"x": ["a"] * 96 + ["f", "g", "h", "i"]})
    assert accuracy(made, real).univariate == 1


def test_pairs_agree_with_pandas_own_counting() -> None:
    real, made = (frame[["town", "flag"]] for frame in (REAL, people(500, 2)))
    shares = [frame.fillna("none").value_counts(normalize=True) for frame in (real, made)]
    by_hand = 1 - shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
    assert accuracy(made, real).bivariate == pytest.approx(by_hand, abs=1e-5)


def test_fresh_rows_reach_the_ceiling() -> None:
    fresh = [accuracy(people(1_000, seed), REAL).overall for seed in range(2, 12)]
    assert np.mean(fresh) == pytest.approx(ceiling(REAL, 1_000).overall, abs=0.01)
    assert ceiling(REAL, 1_000).overall < ceiling(REAL, 100_000).overall < 1


def test_pairs_and_triples_count_alike() -> None:
    few = REAL.head(300)
    for width, kind in ((2, "bivariate"), (3, "trivariate")):
        alone = [getattr(accuracy(few[list(names)], REAL[list(names)]), kind) for names in combinations(REAL, width)]
        assert getattr(accuracy(few, REAL), kind) == pytest.approx(np.mean(alone))
