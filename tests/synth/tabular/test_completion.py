from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.errors import NotFound
from imcp_jupyter.synth.tabular.engine import TabularModel

ROWS = 4_000


@pytest.fixture(params=["cart", "copula"])
def model(request: pytest.FixtureRequest) -> TabularModel:
    found: TabularModel = request.getfixturevalue(f"adult_{request.param}")
    return found


@pytest.fixture(scope="module")
def unseen(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> pd.DataFrame:
    return adult_holdout[list(adult)].dropna().head(ROWS)  # keeps an index that does not count


def test_given_columns_come_back_unchanged_and_the_others_are_drawn(model: TabularModel, unseen: pd.DataFrame) -> None:
    partial = unseen.drop(columns=["income", "age"])
    made = model.complete(partial, 1)
    assert list(made) == list(unseen)
    assert made[list(partial)].equals(partial)
    assert made.income.notna().all() and made.age.between(17, 90).all()


def test_what_is_drawn_follows_what_is_given(model: TabularModel, unseen: pd.DataFrame) -> None:
    """A draw of the income agrees with the real one far more often than by chance, and has the right rate by education."""
    made = model.complete(unseen.drop(columns="income"), 1)
    chance = sum(share**2 for share in unseen.income.value_counts(normalize=True))
    assert (made.income == unseen.income).mean() > chance + 0.1
    rates = [(frame.income == ">50K").groupby(unseen.education_num >= 13).mean() for frame in (made, unseen)]
    assert (rates[0] - rates[1]).abs().max() < 0.06


def test_what_one_column_determines_is_filled_by_it(adult_cart: TabularModel, unseen: pd.DataFrame) -> None:
    for name in ("education", "education_num"):
        assert adult_cart.complete(unseen.drop(columns=name), 1)[name].equals(unseen[name])


def test_missing_cells_are_filled_and_given_cells_kept(model: TabularModel, unseen: pd.DataFrame) -> None:
    holes = np.random.default_rng(0).random(unseen.shape) < 0.2
    partial = unseen.astype(object).mask(holes)
    made = model.complete(partial, 1)
    assert not made.isna().any().any()
    assert list(made.dtypes) == list(unseen.dtypes)
    for place, name in enumerate(unseen):
        assert (made[name] == unseen[name])[~holes[:, place]].all(), name
    relation = (made.relationship == unseen.relationship)[holes[:, list(unseen).index("relationship")]].mean()
    assert relation > 0.45  # by chance 0.28


def test_the_same_seed_fills_alike_also_from_a_stored_model(model: TabularModel, unseen: pd.DataFrame, tmp_path: Path) -> None:
    partial = unseen.head(500).drop(columns=["sex", "race"])
    first = model.complete(partial, 7)
    model.save(tmp_path / "model")
    assert type(model).load(tmp_path / "model").complete(partial, 7).equals(first)
    assert not model.complete(partial, 8).equals(first)


def test_10_000_rows_take_about_a_second(model: TabularModel, adult_holdout: pd.DataFrame) -> None:
    partial = adult_holdout.dropna().head(10_000).drop(columns=["income", "occupation", "age"])
    began = time.process_time()
    assert len(model.complete(partial, 1)) == 10_000
    assert time.process_time() - began < 2.0


def test_unknown_columns_and_values_are_refused_by_name(model: TabularModel, unseen: pd.DataFrame) -> None:
    with pytest.raises(NotFound, match="there is no column 'wage'"):
        model.complete(unseen.assign(wage=1), 1)
    with pytest.raises(NotFound, match=r"column 'sex' has no value 'Femal' \(did you mean 'Female'"):
        model.complete(pd.DataFrame({"sex": ["Femal"]}), 1)
