from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import NotFound
from imcp_jupyter.synth.tabular.cart import CartEngine
from imcp_jupyter.synth.tabular.copula import CopulaEngine
from imcp_jupyter.synth.tabular.rare import protected

ROWS = 2_000


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """One row alone has its town and its code, a few have theirs; 'part' follows from 'town'."""
    rng = np.random.default_rng(0)
    town = rng.choice(["north", "south", "east"], ROWS).astype(object)
    town[0], town[1:5], town[5:10] = "lonely", "few", "enough"
    return pd.DataFrame(
        {
            "town": town,
            "part": pd.Series(town).map({"north": "A", "south": "B", "east": "A", "lonely": "C", "few": "A", "enough": "B"}),
            "grade": pd.Categorical(np.where(np.arange(ROWS) == 100, "top", "plain"), categories=["plain", "top"], ordered=True),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.permutation(ROWS), unit="D"),
            "pay": rng.gamma(2.0, 1_000.0, ROWS).round(2),
        }
    )


def test_a_level_that_few_rows_have_is_gone_and_one_that_enough_have_stays(people: pd.DataFrame) -> None:
    kept = protected(Table.of(people), 5, blunt=False)
    assert set(kept["town"].categories) == {"north", "south", "east", "enough"}
    assert kept.frame.dtypes.to_dict() == people.dtypes.to_dict()


def test_rows_leave_as_a_whole_so_that_what_determines_a_column_still_does(people: pd.DataFrame) -> None:
    kept = protected(Table.of(people), 5, blunt=False).frame
    assert kept.groupby("town")["part"].nunique().max() == 1


def test_nothing_is_changed_where_nothing_is_protected(people: pd.DataFrame) -> None:
    table = Table.of(people)
    assert protected(table, 1, blunt=True) is table


def test_a_row_that_leaves_can_make_another_level_rare() -> None:
    frame = pd.DataFrame({"x": ["a"] * 300 + ["b"] * 5, "y": ["p"] * 304 + ["q"]})
    kept = protected(Table.of(frame), 5, blunt=False)
    assert set(kept["x"].categories) == {"a"} and set(kept["y"].categories) == {"p"}


def test_where_rare_levels_are_in_many_rows_cells_change_and_all_rows_stay() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": np.where(rng.permutation(200) < 4, "rare", "common") for i in range(12)})
    kept = protected(Table.of(frame), 5, blunt=False)
    assert kept.n_rows == 200 and (kept.frame == "common").all().all()


def test_a_column_of_many_levels_keeps_them_and_shuffles_them_among_neighbours_when_blunt() -> None:
    frame = pd.DataFrame({"zip": [f"{code:05d}" for code in np.repeat(np.arange(600), 2)], "row": np.arange(1_200) % 97})
    table = Table.of(frame)
    assert protected(table, 5, blunt=False)["zip"].categories.tolist() == table["zip"].categories.tolist()
    moved = protected(table, 5, blunt=True).frame["zip"]
    assert sorted(moved) == sorted(frame["zip"]) and (moved != frame["zip"]).mean() > 0.5
    assert (moved.astype(int) - frame["zip"].astype(int)).abs().max() < 10


def test_the_ends_of_datetimes_become_the_kth(people: pd.DataFrame) -> None:
    born = protected(Table.of(people[["born", "pay"]]), 5, blunt=False).frame["born"]
    ordered = people["born"].sort_values()
    assert born.min() == ordered.iloc[4] and born.max() == ordered.iloc[-5]
    assert (born == born.min()).sum() == 5


def test_the_ends_of_numbers_stay_unless_blunt(people: pd.DataFrame) -> None:
    table = Table.of(people)
    assert protected(table, 5, blunt=False).frame["pay"].max() >= people["pay"].sort_values().iloc[-10]
    assert protected(table.select_columns(["pay"]), 5, blunt=True).frame["pay"].max() == people["pay"].sort_values().iloc[-5]


def test_missing_cells_stay_missing() -> None:
    frame = pd.DataFrame({"x": ["a"] * 197 + [None, None, "b"], "y": pd.array([*range(199), None], dtype="Int64")})
    kept = protected(Table.of(frame), 5, blunt=True).frame
    assert kept["x"].isna().sum() == 2 and "b" not in set(kept["x"].dropna())


def test_the_order_of_an_ordinal_forgets_what_left() -> None:
    frame = pd.DataFrame({"x": ["low"] * 100 + ["high"] * 100 + ["secret"]})
    table = Table.of(frame, {"x": {"kind": "ordinal", "order": ["low", "high", "secret", "never seen"]}})
    assert protected(table, 5, blunt=False).schema["x"].order == ["low", "high", "never seen"]


def test_spared_columns_and_all_rows_stay(people: pd.DataFrame) -> None:
    kept = protected(Table.of(people), 5, blunt=False, spared=["town"])
    assert kept.frame["town"].equals(people["town"])
    assert "C" not in set(kept.frame["part"])


@pytest.mark.parametrize("kind", [CartEngine, CopulaEngine])
def test_an_engine_neither_draws_nor_stores_a_rare_level(kind: type[CartEngine] | type[CopulaEngine], people: pd.DataFrame) -> None:
    model = kind().fit(Table.of(people))
    assert not set(model.sample(20_000, seed=1)["town"]) & {"lonely", "few"}
    with pytest.raises(NotFound, match="no value 'lonely'"):
        model.sample_given(5, 1, {"town": "lonely"})


def test_fidelity_draws_every_level(people: pd.DataFrame) -> None:
    assert "lonely" in set(CartEngine(privacy="fidelity").fit(Table.of(people)).sample(20_000, seed=1)["town"])


@pytest.mark.parametrize("kind", [CartEngine, CopulaEngine])
def test_high_never_gives_the_real_extremes(kind: type[CartEngine] | type[CopulaEngine], people: pd.DataFrame) -> None:
    drawn = kind(privacy="high").fit(Table.of(people)).sample(20_000, seed=1)
    for name in ("pay", "born"):
        assert people[name].min() < drawn[name].min() and drawn[name].max() < people[name].max()
