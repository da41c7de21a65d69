from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imcp_jupyter.widgets.cells import MAX_TEXT, cell_array, column_kind, plain_text


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pd.Series([1, 2]), "integer"),
        (pd.Series([1, None], dtype="Int64"), "integer"),
        (pd.Series([1.5]), "decimal"),
        (pd.Series([True]), "boolean"),
        (pd.Series(["a", None]), "text"),
        (pd.Series(["a"], dtype="string"), "text"),
        (pd.Series(["a"], dtype="category"), "category"),
        (pd.Series(pd.to_datetime(["2020-01-01"])), "datetime"),
        (pd.Series(pd.to_timedelta([1], unit="s")), "duration"),
        (pd.Series([datetime.date(2020, 1, 1)]), "date"),
        (pd.Series([[1], None]), "nested"),
        (pd.Series([1, "a"]), "mixed"),
        (pd.Series([None, None], dtype=object), "empty"),
        (pd.Series([[1]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "nested"),
        (pd.Series([1], dtype=pd.ArrowDtype(pa.timestamp("s"))), "datetime"),
        (pd.Series(["a"], dtype=pd.ArrowDtype(pa.string())), "text"),
    ],
)
def test_a_column_has_a_word_for_what_it_stores(series: pd.Series, kind: str) -> None:
    assert column_kind(series) == kind


def test_numbers_and_truth_values_stay_what_they_are() -> None:
    assert cell_array(pd.Series([1, 2**60])).to_pylist() == [1, 2**60]
    assert cell_array(pd.Series([1.5, np.nan, np.inf])).to_pylist() == [1.5, None, np.inf]
    assert cell_array(pd.Series([True, None], dtype="boolean")).to_pylist() == [True, None]
    assert cell_array(pd.Series([1.5], dtype="float16")).type == pa.float32()


def test_nan_beside_null_in_an_arrow_column_is_missing() -> None:
    column = pa.chunked_array([[1.0, None], [float("nan")]])
    assert cell_array(pd.Series(pd.arrays.ArrowExtensionArray(column))).to_pylist() == [1.0, None, None]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ([1, 2], "[1, 2]"),
        ({"a": 1}, "{'a': 1}"),
        (b"ab", "b'ab'"),
        (3 + 2j, "(3+2j)"),
        (10**30, str(10**30)),
        (Decimal("1.20"), "1.20"),
        (pd.Timestamp("2020-01-01"), "2020-01-01"),
        (pd.Timestamp("2020-01-01 10:00"), "2020-01-01 10:00:00"),
        (datetime.date(2020, 1, 1), "2020-01-01"),
        ("lone \ud800 surrogate", "lone ? surrogate"),
        (Hostile(), "<Hostile>"),
    ],
)
def test_anything_else_becomes_text(cell: Any, text: str) -> None:
    assert cell_array(pd.Series([cell, None], dtype=object)).to_pylist() == [text, None]


def test_mixed_columns_become_text() -> None:
    assert cell_array(pd.Series([1, "a", None, 2.5], dtype=object)).to_pylist() == ["1", "a", None, "2.5"]


def test_categories_are_shown_by_their_values() -> None:
    assert cell_array(pd.Series(["x", None, "y"], dtype="category")).to_pylist() == ["x", None, "y"]
    assert cell_array(pd.Series([3, 5, 3], dtype="category")).to_pylist() == [3, 5, 3]


def test_long_text_is_cut() -> None:
    assert len(plain_text("x" * 10_000)) == MAX_TEXT
    assert len(cell_array(pd.Series(["é" * 10_000]))[0].as_py()) == MAX_TEXT
