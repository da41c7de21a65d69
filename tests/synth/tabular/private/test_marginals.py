from __future__ import annotations

from itertools import combinations
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import ImcpError
from imcp_jupyter.synth.tabular.engine import PrivacyRequest
from imcp_jupyter.synth.tabular.private.accounting import Budget
from imcp_jupyter.synth.tabular.private.domain import learn_domain
from imcp_jupyter.synth.tabular.private.marginals import MarginalsEngine, MarginalsModel
from imcp_jupyter.synth.tabular.private.mechanisms import Mechanisms
from imcp_jupyter.synth.tabular.private.select import joint_counts

COLUMNS = ["age", "workclass", "education", "marital_status", "sex", "capital_gain", "hours_per_week", "income"]


def fit(frame: pd.DataFrame, epsilon: float = 4.0, **more: object) -> MarginalsModel:
    return MarginalsEngine(PrivacyRequest(epsilon, **more)).fit(Table.of(frame))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(adult: pd.DataFrame) -> MarginalsModel:
    return fit(adult[COLUMNS])


def distance(real: pd.DataFrame, made: pd.DataFrame) -> float:
    """Mean total variation distance of all pairs of columns, numbers in 32 bins of equal width."""

    def codes(frame: pd.DataFrame, name: str) -> pd.Series:
        if real[name].dtype == object:
            return frame[name].astype(str)
        return pd.Series(np.searchsorted(np.linspace(real[name].min(), real[name].max(), 33)[1:-1], frame[name], side="right"), dtype=str)

    both = [pd.DataFrame({name: codes(frame, name).to_numpy() for name in real}) for frame in (real, made)]
    shares = [[frame.groupby(list(pair)).size() / len(frame) for frame in both] for pair in combinations(real, 2)]
    return float(np.mean([left.sub(right, fill_value=0).abs().sum() / 2 for left, right in shares]))


def test_pairs_of_columns_are_close_at_epsilon_4(model: MarginalsModel, adult: pd.DataFrame) -> None:
    assert distance(adult[COLUMNS], model.sample(len(adult), seed=1)) < 0.04


def test_the_whole_budget_is_accounted_for(model: MarginalsModel) -> None:
    privacy = model.privacy
    assert sum(entry.rho for entry in privacy.spent) == pytest.approx(privacy.rho, rel=1e-5)
    assert sum(entry.delta for entry in privacy.spent) <= privacy.delta_levels * (1 + 1e-9)
    assert {entry.purpose for entry in privacy.spent} >= {"categories", "ranges of numbers", "choice of pairs", "pairs of columns"}


def test_one_row_more_changes_one_cell_of_every_marginal_by_one(adult: pd.DataFrame) -> None:
    """The sensitivity behind σ: under add or remove one row, a marginal moves by 1 in L1 and in L2."""
    mechanisms = Mechanisms(Budget(100.0, 1e-3))
    table = Table.of(adult[["sex", "income"]])
    bounds = {"sex": ["Male", "Female"], "income": ["<=50K", ">50K"]}
    codes = []
    for name in table.names:
        _, column = learn_domain(table[name], bounds[name], mechanisms, 1.0, 0.0)
        assert column is not None
        codes.append(column)
    sizes = [int(column.max()) + 1 for column in codes]
    for columns in ((0,), (1,), (0, 1)):
        change = joint_counts(codes, sizes, columns) - joint_counts([column[:-1] for column in codes], sizes, columns)
        assert np.abs(change).sum() == 1.0
        assert (change**2).sum() == 1.0


def test_a_value_that_one_row_holds_is_neither_drawn_nor_stored(adult: pd.DataFrame, tmp_path: Path) -> None:
    columns = ["age", "workclass", "capital_gain"]
    secret_row = pd.DataFrame([[7_654_321, "Secret-Agency", 987_654_321]], columns=columns)
    neighbour = pd.concat([adult[columns], secret_row], ignore_index=True)
    learned = fit(neighbour, 10.0)
    drawn = learned.sample(60_000, seed=1)
    assert drawn["age"].max() < 256
    assert drawn["capital_gain"].max() < 2**20
    assert "Secret-Agency" not in set(drawn["workclass"])
    learned.save(tmp_path / "model.zip")
    with ZipFile(tmp_path / "model.zip") as archive:
        stored = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (b"Secret-Agency", b"7654321", b"987654321", np.float64(7_654_321).tobytes(), np.float64(987_654_321).tobytes()):
        assert secret not in stored


def test_a_stored_model_draws_the_same_rows(model: MarginalsModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.zip")
    loaded = MarginalsModel.load(tmp_path / "model.zip")
    pd.testing.assert_frame_equal(loaded.sample(70_000, seed=5), model.sample(70_000, seed=5))
    assert loaded.privacy == model.privacy


def test_two_fits_of_the_same_table_differ(adult: pd.DataFrame) -> None:
    first, second = (fit(adult[["age", "income"]].head(5_000)).sample(500, seed=1) for _ in range(2))
    assert not first.equals(second)


@pytest.mark.parametrize("gaps", [False, True])
def test_every_dtype_comes_back(every_dtype: pd.DataFrame, every_dtype_with_gaps: pd.DataFrame, gaps: bool) -> None:
    frame = every_dtype_with_gaps if gaps else every_dtype
    drawn = fit(frame, 50.0).sample(300, seed=1)
    for name in frame:
        real, made = frame[name].dtype, drawn[name].dtype
        if isinstance(real, pd.CategoricalDtype):  # categories are bought, so unused ones may be gone
            assert isinstance(made, pd.CategoricalDtype) and made.ordered == real.ordered, name
        else:
            assert made == real, name
        if not gaps:
            assert drawn[name].notna().all(), name
        elif frame[name].isna().any():
            assert 0.1 < drawn[name].isna().mean() < 0.3, name


def test_dates_written_as_text_keep_their_format_and_range() -> None:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.random.default_rng(0).integers(0, 700, 5_000), unit="D")
    drawn = fit(pd.DataFrame({"day": days.strftime("%d.%m.%Y").astype(object)})).sample(1_000, seed=1)
    back = pd.to_datetime(drawn["day"], format="%d.%m.%Y")
    assert back.between("2019-12-31", "2022-01-01").all()


def test_given_bounds_are_kept_and_nothing_is_spent_on_them(adult: pd.DataFrame) -> None:
    bounds = {"age": [20, 60], "sex": ["Male", "Female"], "income": ["<=50K", ">50K", ">1M"]}
    learned = fit(adult[list(bounds)], bounds=bounds)
    drawn = learned.sample(5_000, seed=1)
    assert drawn["age"].between(20, 60).all()
    assert set(drawn["sex"]) == {"Male", "Female"}
    assert (drawn["income"] == ">1M").mean() < 0.01
    assert "ranges of numbers" not in {entry.purpose for entry in learned.privacy.spent}
    assert "bounds of age, sex, income" in learned.privacy.public


def test_the_row_count_is_noisy_unless_it_is_public(adult: pd.DataFrame) -> None:
    frame = adult[["sex", "income"]].head(5_001)
    assert fit(frame, public_rows=True).privacy.rows == 5_001
    counts = {fit(frame, 0.5).privacy.rows for _ in range(5)}
    assert len(counts) > 1
    assert all(4_000 < count < 6_000 for count in counts)


def test_ids_are_counted_afresh_without_a_look_at_the_real_ones() -> None:
    frame = pd.DataFrame({"user_id": [f"U{number:05d}" for number in range(3_000)], "x": np.arange(3_000) % 7})
    drawn = fit(frame).sample(70_000, seed=1)
    assert drawn["user_id"].is_unique
    assert not set(drawn["user_id"]) & set(frame["user_id"])


@pytest.mark.parametrize(
    ("frame", "bounds", "field", "words"),
    [
        (pd.DataFrame({"note": [f"this is note number {n} of many" for n in range(50)]}), {}, "note", "free text"),
        (pd.DataFrame({"x": range(50)}), {"y": [0, 1]}, "bounds", "no column 'y'"),
        (pd.DataFrame({"x": np.arange(50) % 9}), {"x": [5]}, "bounds.x", "two values"),
        (pd.DataFrame({"x": np.arange(50) % 9}), {"x": [5, 5]}, "bounds.x", "below the highest"),
        (pd.DataFrame({"x": np.arange(50) % 9}), {"x": ["a", "b"]}, "bounds.x", "two numbers"),
        (pd.DataFrame({"x": ["a", "b"] * 25}), {"x": []}, "bounds.x", "at least one level"),
    ],
)
def test_what_cannot_be_learned_is_refused_by_name(frame: pd.DataFrame, bounds: dict[str, list[object]], field: str, words: str) -> None:
    with pytest.raises(ImcpError, match=words) as caught:
        fit(frame, bounds=bounds)
    assert caught.value.field == field


def test_free_text_may_become_a_given_constant() -> None:
    frame = pd.DataFrame({"note": [f"this is note number {n} of many" for n in range(50)], "x": np.arange(50) % 3})
    assert set(fit(frame, bounds={"note": ["[text]"]}).sample(20, seed=1)["note"]) == {"[text]"}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"code": [f"c{n % 10_000:05d}" for n in range(12_000)], "x": np.arange(12_000) % 97}),
        pd.DataFrame({"nothing": pd.Series([None] * 300, dtype=object), "x": np.arange(300) % 5}),
        pd.DataFrame({"same": ["Rome"] * 300, "x": np.arange(300) % 5}),
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
        pd.DataFrame({"id": range(100)}),
        pd.DataFrame({f"c{n}": np.arange(400) % (n + 2) for n in range(30)}),
    ],
    ids=["10,000 categories", "all missing", "constant", "two rows", "only ids", "30 columns"],
)
def test_hard_tables_come_back_in_shape(frame: pd.DataFrame) -> None:
    drawn = fit(frame, 1.0).sample(200, seed=1)
    assert drawn.shape == (200, frame.shape[1])
    assert list(drawn.dtypes) == list(frame.dtypes)
