from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.check import checked_frame
from imcp_jupyter.errors import InvalidInput


@pytest.mark.parametrize(
    ("frame", "field", "words"),
    [
        (pd.DataFrame(), "data", "no columns"),
        (pd.DataFrame({"a": []}), "data", "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "data", "'a' occurs more than once"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "data", "'1' occurs more than once"),
        (pd.DataFrame({"a": [1.0, np.inf, -np.inf]}), "a", "2 infinite values"),
        (pd.DataFrame({"a": [1, "x", 2.5]}), "a", "mixes types: float, str"),
        (pd.DataFrame({"a": [[1], [2]]}), "a", "nested values"),
        (pd.DataFrame({"a": [{"k": 1}, None]}), "a", "nested values"),
        (pd.DataFrame({"a": [1j]}), "a", "complex"),
        (pd.DataFrame({"a": ["fine", "\ud800"]}), "a", "not valid Unicode"),
    ],
)
def test_a_broken_rule_names_its_column(frame: pd.DataFrame, field: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        checked_frame(frame)
    assert caught.value.field == field


def test_too_few_rows_say_how_many_are_needed() -> None:
    with pytest.raises(InvalidInput, match="has 1 row; at least 2"):
        checked_frame(pd.DataFrame({"a": [1]}), min_rows=2)


def test_names_become_text_and_the_index_plain() -> None:
    frame = checked_frame(pd.DataFrame({0: [1, 2], 1: ["a", None]}, index=[5, 9]))
    assert list(frame.columns) == ["0", "1"]
    assert list(frame.index) == [0, 1]


def test_ints_and_floats_in_one_object_column_are_not_mixed() -> None:
    assert len(checked_frame(pd.DataFrame({"a": pd.Series([1, 2.5, None], dtype=object)}))) == 3
