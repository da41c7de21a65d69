"""Real keys that do not fit are refused, dropped or emptied, with counts."""

from __future__ import annotations

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.relational import RelationalModel, fit_tables

from .conftest import Frames

RELATIONS = [
    Relation(parent="people", child="visits", key="id", foreign_key="person"),
    Relation(parent="visits", child="notes", key="visit", foreign_key="visit"),
]


def three(adult: pd.DataFrame) -> Frames:
    people = adult[["age", "sex"]].head(100).assign(id=range(100))
    visits = pd.DataFrame({"visit": range(300), "person": [i // 3 for i in range(300)], "length": [i % 7 for i in range(300)]})
    notes = pd.DataFrame({"visit": [i // 2 for i in range(600)], "stars": [i % 5 for i in range(600)]})
    visits.loc[:9, "person"] = 999
    return {"people": people, "visits": visits, "notes": notes}


def fitted(frames: Frames, on_orphans: str = "refuse") -> RelationalModel:
    return fit_tables({name: Table.of(frame) for name, frame in frames.items()}, RELATIONS, on_orphans=on_orphans)  # type: ignore[arg-type]


def test_orphans_are_refused_with_their_number_and_column(adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="10 of 300 rows of 'visits' have a 'person' that is no 'id' of 'people'") as caught:
        fitted(three(adult))
    assert caught.value.field == "visits.person"


def test_dropped_orphans_take_their_children_along(adult: pd.DataFrame) -> None:
    model = fitted(three(adult), "drop")
    assert [(found.relation.child, found.rows, found.done) for found in model.orphans] == [
        ("visits", 10, "dropped"),
        ("notes", 20, "dropped"),
    ]
    assert {name: len(frame) for name, frame in model.sample(seed=1).items()} == {"people": 100, "visits": 290, "notes": 580}


def test_emptied_orphans_are_missing_at_their_rate(adult: pd.DataFrame) -> None:
    model = fitted(three(adult), "null")
    made = model.sample(seed=1)
    assert [(found.rows, found.done) for found in model.orphans] == [(10, "nulled")]
    assert made["visits"]["person"].isna().sum() == 10
    assert len(made["notes"]) == 600


def test_rows_below_a_dropped_row_of_their_own_table_are_dropped_too() -> None:
    tree = pd.DataFrame({"id": range(40), "up": [None, 99, 1, 2, *([0] * 36)], "size": range(40)})
    model = fit_tables({"tree": Table.of(tree)}, [Relation(parent="tree", child="tree", key="id", foreign_key="up")], on_orphans="drop")
    assert model.orphans[0].rows == 3


def test_repeated_and_missing_keys_are_refused(adult: pd.DataFrame) -> None:
    frames = three(adult)
    twice = frames["people"].assign(id=[0, *range(99)])
    with pytest.raises(InvalidInput, match="key 'id' of table 'people' has 1 repeated values"):
        fitted(frames | {"people": twice})
    with pytest.raises(InvalidInput, match="key 'id' of table 'people' is missing in 1 rows"):
        fitted(frames | {"people": frames["people"].assign(id=[None, *range(99)])})


def test_containers_of_keys_do_not_matter(adult: pd.DataFrame) -> None:
    frames = three(adult)
    frames["visits"] = frames["visits"].iloc[10:].assign(person=lambda frame: frame["person"].astype("Int64"))
    frames["people"] = frames["people"].assign(id=frames["people"]["id"].astype(float))
    frames["notes"] = frames["notes"].iloc[20:].assign(visit=lambda frame: frame["visit"].astype("category"))
    made = fitted(frames).sample(seed=1)
    assert str(made["visits"]["person"].dtype) == "Int64"
    assert isinstance(made["notes"]["visit"].dtype, pd.CategoricalDtype)
    assert made["visits"]["person"].isin(made["people"]["id"]).all()
    assert made["notes"]["visit"].isin(made["visits"]["visit"]).all()


def test_an_unknown_treatment_of_orphans_is_refused(adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="must be one of refuse, drop, null"):
        fitted(three(adult), "ignore")


def test_a_table_of_one_row_is_refused_by_name(adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="table 'one' has 1 usable rows"):
        fit_tables({"one": Table.of(adult.head(1))}, [])
