from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.fairness.protected import OTHERS, attributes, intersections


def compared(frame: pd.DataFrame, synthetic: pd.DataFrame | None = None, facts: Facts | None = None) -> Comparison:
    return Comparison(Table.of(frame if synthetic is None else synthetic), Table.of(frame), facts=facts)


@pytest.mark.parametrize(
    "name", ["sex", "Gender", "patient_gender", "raceCode", "ETHNICITY", "marital-status", "date of birth", "native_country"]
)
def test_names_tell_protected_columns(name: str) -> None:
    frame = pd.DataFrame({name: ["a", "b"] * 30, "x": range(60)})
    assert [attribute.name for attribute in attributes(compared(frame))] == [name]


@pytest.mark.parametrize("name", ["mileage", "page", "stage", "package", "sextant", "trace", "average_price", "interface"])
def test_names_that_only_contain_such_a_word_do_not(name: str) -> None:
    frame = pd.DataFrame({name: ["a", "b"] * 30, "x": range(60)})
    assert attributes(compared(frame)) == []


def test_values_tell_a_column_whose_name_does_not() -> None:
    frame = pd.DataFrame({"q1": ["M", "F", "M"] * 30, "q2": ["Asian", "Hispanic", "White"] * 30, "colour": ["white", "black", "red"] * 30})
    assert {attribute.name: attribute.why for attribute in attributes(compared(frame))} == {
        "q1": "its values are sexes",
        "q2": "its values are races",
    }


def test_ages_fall_into_groups_of_life_and_other_numbers_into_quarters() -> None:
    frame = pd.DataFrame({"age": np.arange(600) % 60 + 18, "weight": np.arange(600) / 7})
    age, weight = attributes(compared(frame, facts=Facts(protected=["age", "weight"])))
    assert age.labels == ["under 30", "30 to 44", "45 to 59", "60 and over"]
    assert np.bincount(age.codes["real"])[0] == 120
    assert len(weight.labels) == 4


def test_rare_levels_are_one_group_and_unknown_ones_none() -> None:
    levels = [f"c{at:02}" for at in range(30)]
    frame = pd.DataFrame({"nationality": np.repeat(levels, np.arange(1, 31)), "x": 1.5})
    (found,) = attributes(compared(frame, synthetic=frame.assign(nationality=["new", *frame["nationality"].iloc[1:]])))
    assert (len(found.labels), found.labels[-1]) == (12, OTHERS)
    assert found.codes["synthetic"][0] == -1
    assert found.codes["real"].min() == 0


def test_every_two_columns_are_crossed() -> None:
    frame = pd.DataFrame({"sex": ["f", "m"] * 50, "race": ["a", "a", "b", "b"] * 25})
    (crossed,) = intersections(compared(frame))
    assert crossed.labels == ["f, a", "f, b", "m, a", "m, b"]
    assert np.bincount(crossed.codes["real"]).tolist() == [25, 25, 25, 25]
