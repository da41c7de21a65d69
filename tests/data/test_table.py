from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import NotFound


def test_codes_are_positions_in_sorted_categories_with_missing_as_minus_one() -> None:
    column = Table.of(pd.DataFrame({"x": ["b", None, "a", "b"]}))["x"]
    assert column.categories.tolist() == ["a", "b"]
    assert column.codes.tolist() == [1, -1, 0, 1]
    assert column.missing.tolist() == [False, True, False, False]


def test_unused_levels_of_a_category_are_left_out() -> None:
    series = pd.Series(pd.Categorical(["b", "c", None], categories=["a", "b", "c"], ordered=True))
    column = Table.of(pd.DataFrame({"x": series}))["x"]
    assert column.categories.tolist() == ["b", "c"]
    assert column.codes.tolist() == [0, 1, -1]


@pytest.mark.parametrize("values", [["1970-01-01", "1970-01-02", None], pd.to_datetime(["1970-01-01", "1970-01-02", None])])
def test_datetimes_are_nanoseconds_since_1970(values: object) -> None:
    column = Table.of(pd.DataFrame({"x": values}), {"x": "datetime"})["x"]
    np.testing.assert_array_equal(column.values, [0.0, 86400e9, np.nan])


def test_time_zones_are_counted_in_utc() -> None:
    stamps = pd.to_datetime(["1970-01-01 01:00"]).tz_localize("Europe/Berlin")
    assert Table.of(pd.DataFrame({"x": stamps}), {"x": "datetime"})["x"].values.tolist() == [0.0]


def test_the_hash_is_of_the_content_not_of_index_or_layout() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    assert content_hash(frame) == content_hash(frame.set_index(pd.Index([7, 8, 9]))) == content_hash(pd.concat([frame[:1], frame[1:]]))


@pytest.mark.parametrize(
    "other",
    [
        pd.DataFrame({"a": [1, 2, 4], "b": ["x", None, "z"]}),
        pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", None, "z"]}),
        pd.DataFrame({"a": [1, 2, 3], "c": ["x", None, "z"]}),
        pd.DataFrame({"a": [1, 2, 3], "b": ["x", "", "z"]}),
    ],
)
def test_other_content_has_another_hash(other: pd.DataFrame) -> None:
    assert content_hash(other) != content_hash(pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}))


def test_selecting_an_unknown_column_is_refused(adult: pd.DataFrame) -> None:
    with pytest.raises(NotFound, match="did you mean 'income'"):
        Table.of(adult).select_columns(["incom"])
