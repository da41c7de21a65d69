"""What holds for every native engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.cart import CartModel
from imcp_jupyter.synth.tabular.copula import CopulaModel
from imcp_jupyter.synth.tabular.engine import BLOCK_ROWS, TabularEngine, TabularModel
from imcp_jupyter.synth.tabular.registry import engine_names, pick_engine


@pytest.fixture(params=["adult_cart", "adult_copula"])
def model(request: pytest.FixtureRequest) -> TabularModel:
    found: TabularModel = request.getfixturevalue(request.param)
    return found


def test_the_same_seed_gives_the_same_bytes(model: TabularModel) -> None:
    assert content_hash(model.sample(5_000, seed=7)) == content_hash(model.sample(5_000, seed=7))


def test_another_seed_gives_other_rows(model: TabularModel) -> None:
    assert content_hash(model.sample(1_000, seed=7)) != content_hash(model.sample(1_000, seed=8))


def test_fitting_twice_gives_the_same_model(engine: TabularEngine, adult: pd.DataFrame) -> None:
    table = Table.of(adult.head(3_000))
    assert content_hash(engine.fit(table).sample(1_000, seed=1)) == content_hash(engine.fit(table).sample(1_000, seed=1))


def test_the_number_of_threads_does_not_change_the_model(
    engine: TabularEngine, adult: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table.of(adult.head(3_000))
    monkeypatch.setenv("IMCP_THREADS_PER_WORKER", "1")
    alone = content_hash(engine.fit(table).sample(1_000, seed=1))
    monkeypatch.setenv("IMCP_THREADS_PER_WORKER", "3")
    assert content_hash(engine.fit(table).sample(1_000, seed=1)) == alone


def test_a_long_draw_begins_with_its_blocks(model: TabularModel) -> None:
    whole = model.sample(BLOCK_ROWS + 5_000, seed=3)
    blocks = list(model.sample_batches(BLOCK_ROWS + 5_000, seed=3))
    assert [len(block) for block in blocks] == [BLOCK_ROWS, 5_000]
    assert content_hash(whole.head(BLOCK_ROWS)) == content_hash(blocks[0])
    assert content_hash(whole.tail(5_000).reset_index(drop=True)) == content_hash(blocks[1])


def test_a_block_does_not_depend_on_how_many_rows_follow_it(model: TabularModel) -> None:
    short, long = model.sample(BLOCK_ROWS + 10, seed=3), model.sample(2 * BLOCK_ROWS, seed=3)
    assert content_hash(short.head(BLOCK_ROWS)) == content_hash(long.head(BLOCK_ROWS))


def test_the_columns_come_back_in_order_with_their_dtypes(engine: TabularEngine, every_dtype: pd.DataFrame) -> None:
    drawn = engine.fit(Table.of(every_dtype)).sample(700, seed=1)
    assert list(drawn.columns) == list(every_dtype.columns)
    assert drawn.dtypes.to_dict() == every_dtype.dtypes.to_dict()
    assert not drawn.isna().any().any()


def test_numbers_stay_within_the_observed_range(engine: TabularEngine, every_dtype: pd.DataFrame) -> None:
    drawn = engine.fit(Table.of(every_dtype)).sample(2_000, seed=1)
    for name in every_dtype.select_dtypes(["number", "datetime", "datetimetz"]):
        assert drawn[name].min() >= every_dtype[name].min(), name
        assert drawn[name].max() <= every_dtype[name].max(), name


def test_missing_values_come_at_their_rate_in_every_dtype(engine: TabularEngine, every_dtype_with_gaps: pd.DataFrame) -> None:
    drawn = engine.fit(Table.of(every_dtype_with_gaps)).sample(4_000, seed=1)
    assert drawn.dtypes.to_dict() == every_dtype_with_gaps.dtypes.to_dict()
    assert (drawn.isna().mean() - every_dtype_with_gaps.isna().mean()).abs().max() < 0.04


def test_a_loaded_model_draws_the_same_bytes(engine: TabularEngine, every_dtype_with_gaps: pd.DataFrame, tmp_path: Path) -> None:
    model = engine.fit(Table.of(every_dtype_with_gaps))
    model.save(tmp_path / "model.imcp")
    loaded = engine.model.load(tmp_path / "model.imcp")
    assert loaded.schema == model.schema
    assert content_hash(loaded.sample(2_000, seed=5)) == content_hash(model.sample(2_000, seed=5))


def test_a_loaded_model_saves_the_same_bytes(model: TabularModel, tmp_path: Path) -> None:
    model.save(tmp_path / "first.imcp")
    type(model).load(tmp_path / "first.imcp").save(tmp_path / "second.imcp")
    assert (tmp_path / "first.imcp").read_bytes() == (tmp_path / "second.imcp").read_bytes()


def test_a_model_of_another_engine_is_refused(adult_cart: TabularModel, tmp_path: Path) -> None:
    adult_cart.save(tmp_path / "model.imcp")
    with pytest.raises(InvalidInput, match="engine 'cart'"):
        CopulaModel.load(tmp_path / "model.imcp")


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.imcp").write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidInput, match="not a readable model"):
        CartModel.load(tmp_path / "model.imcp")


def test_progress_rises_from_zero_to_one(engine: TabularEngine, adult: pd.DataFrame) -> None:
    shares: list[float] = []
    engine.fit(Table.of(adult.head(500)), lambda share, message: shares.append(share))
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == pytest.approx(1.0) and len(shares) > adult.shape[1]


def test_an_error_from_progress_ends_the_fit(engine: TabularEngine, adult: pd.DataFrame) -> None:
    def stop(share: float, message: str) -> None:
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.fit(Table.of(adult.head(500)), stop)


def test_missing_values_depend_on_the_other_columns(engine: TabularEngine) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=4_000)
    real = pd.DataFrame({"x": x, "y": np.where(x > 0.5, np.nan, x + rng.normal(size=4_000))})
    drawn = engine.fit(Table.of(real)).sample(4_000, seed=1)
    high = drawn["x"] > 0.5
    assert drawn.loc[high, "y"].isna().mean() > drawn.loc[~high, "y"].isna().mean() + 0.5


def test_values_missing_half_of_the_time_keep_their_correlation(engine: TabularEngine) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=4_000)
    real = pd.DataFrame({"x": x, "y": np.where(rng.random(4_000) < 0.5, np.nan, x + rng.normal(size=4_000))})
    drawn = engine.fit(Table.of(real)).sample(4_000, seed=1)
    assert drawn["x"].corr(drawn["y"]) == pytest.approx(real["x"].corr(real["y"]), abs=0.06)


def test_pairs_keep_their_rank_correlation(engine: TabularEngine) -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=5_000)
    real = pd.DataFrame(
        {
            "up": np.exp(cause + 0.5 * rng.normal(size=5_000)),
            "down": (-40 * cause + 30 * rng.normal(size=5_000)).round().astype(int),
            "when": pd.Timestamp("2021-01-01") + pd.to_timedelta((cause * 30 + rng.normal(size=5_000) * 10).round(), unit="D"),
            "grade": pd.Categorical.from_codes(np.digitize(cause, [-1, 0, 1]), ["d", "c", "b", "a"]),
        }
    )
    drawn = engine.fit(Table.of(real)).sample(5_000, seed=1)

    def ranks(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(when=frame["when"].astype("int64"), grade=frame["grade"].cat.codes).corr("spearman")

    assert (ranks(drawn) - ranks(real)).abs().to_numpy().max() < 0.08


def test_spikes_stay_exact(engine: TabularEngine) -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame(
        {"pay": np.where(rng.random(3_000) < 0.4, 0.0, np.where(rng.random(3_000) < 0.1, 99_999.0, rng.gamma(2, 900, 3_000)))}
    )
    drawn = engine.fit(Table.of(real)).sample(6_000, seed=1)["pay"]
    for spike in (0.0, 99_999.0):
        assert (drawn == spike).mean() == pytest.approx((real["pay"] == spike).mean(), abs=0.02)


def test_values_that_few_rows_hold_are_not_given_back(engine: TabularEngine) -> None:
    real = pd.DataFrame({"x": np.random.default_rng(0).normal(size=3_000), "y": np.random.default_rng(1).gamma(2, size=3_000)})
    drawn = engine.fit(Table.of(real)).sample(3_000, seed=1)
    for name in real:
        assert drawn[name].isin(real[name]).mean() < 0.01
        assert drawn[name].max() < real[name].max()


HARD: dict[str, pd.DataFrame] = {
    "two rows": pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, None]}),
    "two rows of 300 columns": pd.DataFrame({f"c{number}": [0.1, 0.9] if number % 2 else ["a", "b"] for number in range(300)}),
    "only missing": pd.DataFrame({"a": [None] * 40, "b": [np.nan] * 40, "c": pd.array([pd.NA] * 40, dtype="Int64")}),
    "only missing, with a time type": pd.DataFrame({"a": pd.Series([pd.NaT] * 40), "b": range(40, 0, -1)}),
    "one value": pd.DataFrame({"a": ["k"] * 40, "b": [7] * 40, "c": [1.5] * 40, "d": [7.0] * 39 + [None]}),
    "one category": pd.DataFrame({"a": pd.Categorical(["k"] * 40, categories=["j", "k"]), "b": [1, 2, 3, 4] * 10}),
    "booleans with None": pd.DataFrame({"a": np.array([True, False, None, True] * 20, dtype=object), "b": range(80)}),
    "dates before 1900": pd.DataFrame({"a": [f"18{year:02d}-0{year % 9 + 1}-11" for year in range(90)]}),
    "huge floats": pd.DataFrame({"a": np.random.default_rng(0).choice([-1e308, 1e308], 60), "b": np.geomspace(1e-300, 1e300, 60)}),
    "dates of daylight saving": pd.DataFrame({"a": pd.date_range("2021-01-01", periods=400, tz="Europe/Berlin")}),
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_table_is_learned(engine: TabularEngine, name: str) -> None:
    real = HARD[name]
    drawn = engine.fit(Table.of(real)).sample(200, seed=1)
    assert drawn.dtypes.to_dict() == real.dtypes.to_dict()
    for column in real:
        assert drawn[column].isna().all() == real[column].isna().all()


def test_decimals_come_back_as_decimals(engine: TabularEngine) -> None:
    from decimal import Decimal

    real = pd.DataFrame({"price": [Decimal(cents) / 100 for cents in range(100, 9_000, 37)]})
    drawn = engine.fit(Table.of(real)).sample(300, seed=1)["price"]
    assert all(isinstance(value, Decimal) for value in drawn)
    assert drawn.min() >= real["price"].min() and drawn.max() <= real["price"].max()


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        (pd.period_range("2020-01", periods=3, freq="M"), "astype"),
        (pd.arrays.SparseArray([0, 0, 1]), "convert it"),
        (pd.cut(pd.Series([0.1, 0.4, 0.9]), 2), "astype"),
    ],
    ids=["period", "sparse", "interval"],
)
def test_a_type_that_cannot_be_made_is_refused_by_name(engine: TabularEngine, column: object, hint: str) -> None:
    with pytest.raises(InvalidInput, match="'odd'") as caught:
        engine.fit(Table.of(pd.DataFrame({"odd": column, "x": [1.0, 2.0, 3.5]})))
    assert caught.value.field == "odd" and hint in str(caught.value)


def test_a_categorical_that_should_hold_new_values_is_refused(engine: TabularEngine) -> None:
    real = pd.DataFrame({"code": pd.Categorical([f"c{number}" for number in range(30)])})
    with pytest.raises(InvalidInput, match="cannot hold new values of kind 'id'"):
        engine.fit(Table.of(real, {"code": "id"}))


def test_auto_is_cart_for_small_and_copula_for_large_tables() -> None:
    assert set(engine_names()) >= {"auto", "cart", "copula"}
    settings = Settings(auto_cart_cells=20_000, auto_cart_columns=50)
    picked = {size: pick_engine("auto", *size, settings).name for size in ((1_000, 10), (10_000, 10), (100, 60))}
    assert picked == {(1_000, 10): "cart", (10_000, 10): "copula", (100, 60): "copula"}
    assert pick_engine("cart", 10_000, 10, settings).name == "cart"
