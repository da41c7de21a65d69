from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.widgets.pages import Condition, Page, PageRequest, Pages, SortKey


def read(page: Page) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = pa.ipc.open_stream(page.ipc).read_all().to_pydict()
    return found


def ask(pages: Pages, **wanted: Any) -> Page:
    return pages.page(PageRequest.model_validate({"start": 0, "count": 100} | wanted))


def order(pages: Pages, *sort: tuple[int | str, bool]) -> list[str]:
    return ask(pages, count=1000, sort=[SortKey(column=column, descending=descending) for column, descending in sort]).labels


def test_a_page_holds_the_asked_rows_and_columns(adult: pd.DataFrame) -> None:
    page = ask(Pages(adult), start=30_000, count=5, columns=["age", 1])
    assert read(page) == {"0": adult.age[30_000:30_005].tolist(), "1": adult.iloc[30_000:30_005, 1].tolist()}
    assert page.labels == ["30000", "30001", "30002", "30003", "30004"]
    assert page.rows == len(adult)


def test_rows_past_the_end_are_left_out(adult: pd.DataFrame) -> None:
    pages = Pages(adult)
    assert len(ask(pages, start=len(adult) - 2).labels) == 2
    assert ask(pages, start=len(adult) + 50).labels == []


def test_the_callers_frame_is_not_copied(adult: pd.DataFrame) -> None:
    pages = Pages(adult)
    assert pages._frame is adult
    assert np.shares_memory(pages._series(0).to_numpy(), adult.iloc[:, 0].to_numpy())
    table = pa.table({"a": np.arange(1000)})
    assert pages_address(Pages(table)) == table.column(0).chunk(0).buffers()[1].address


def pages_address(pages: Pages) -> int:
    array: pa.ChunkedArray = pages._series(0).array.__arrow_array__()
    address: int = array.chunk(0).buffers()[1].address
    return address


def test_sorting_adult_equals_pandas_stable_sort(adult: pd.DataFrame) -> None:
    pages = Pages(adult)
    for column in adult.columns:
        key = (lambda s: s.cat.codes.where(s.notna())) if isinstance(adult[column].dtype, pd.CategoricalDtype) else None
        for descending in (False, True):
            expected = adult.sort_values(column, ascending=not descending, kind="stable", na_position="last", key=key).index[:1000]
            assert order(pages, (column, descending)) == [str(label) for label in expected], (column, descending)


@given(st.lists(st.none() | st.integers(-3, 3) | st.just(float("nan")), max_size=30), st.booleans())
def test_sorting_is_stable_with_missing_values_last(values: list[Any], descending: bool) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype="float64")})
    present = [i for i, value in enumerate(values) if not pd.isna(value)]
    expected = sorted(present, key=lambda i: -values[i] if descending else values[i])
    expected += [i for i, value in enumerate(values) if pd.isna(value)]
    assert order(Pages(frame), ("x", descending)) == [str(i) for i in expected]


def test_a_second_key_orders_within_the_first() -> None:
    frame = pd.DataFrame({"a": ["y", "x", "y", "x", None], "b": [1, 2, 3, 4, 5]})
    assert order(Pages(frame), ("a", False), ("b", True)) == ["3", "1", "2", "0", "4"]


def test_ordered_categories_sort_by_their_order() -> None:
    levels = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
    frame = pd.DataFrame({"a": pd.Series(["high", "low", None, "middle"], dtype=levels)})
    assert order(Pages(frame), ("a", False)) == ["1", "3", "0", "2"]


@pytest.mark.parametrize("values", [[[2], [1], None], [1, "a", None], [{"b": 1}, {"a": 1}, None], [3j, 1j, None]])
def test_columns_without_an_order_of_their_own_sort_as_text(values: list[Any]) -> None:
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    expected = sorted([0, 1], key=lambda i: str(values[i]))
    assert order(Pages(frame), ("a", False)) == [*map(str, expected), "2"]


def test_an_arrow_table_with_repeated_names_and_nested_cells_is_read() -> None:
    columns = [
        pa.array([3, None, 1]),
        pa.array(["x", "y", None]),
        pa.array(["q", "r", "q"]).dictionary_encode(),
        pa.array([[1], [2], None]),
    ]
    pages = Pages(pa.Table.from_arrays(columns, names=["a", "a", "c", "d"]))
    assert [column["kind"] for column in pages.columns()] == ["integer", "text", "category", "nested"]
    assert read(ask(pages)) == {"0": [3, None, 1], "1": ["x", "y", None], "2": ["q", "r", "q"], "3": ["[1]", "[2]", None]}
    assert [order(pages, (column, True)) for column in range(4)] == [["0", "2", "1"], ["1", "0", "2"], ["1", "0", "2"], ["1", "0", "2"]]


def test_a_pandas_frame_with_repeated_names_is_read_by_position() -> None:
    pages = Pages(pd.DataFrame([[1, 20], [2, 10]], columns=["a", "a"]))
    assert read(ask(pages)) == {"0": [1, 2], "1": [20, 10]}
    assert order(pages, (1, False)) == ["1", "0"]


def test_rows_are_labelled_by_the_index() -> None:
    frame = pd.DataFrame({"a": [2, 1]}, index=["first", "second"])
    assert order(Pages(frame), ("a", False)) == ["second", "first"]


def test_objects_that_become_frames_are_accepted(adult: pd.DataFrame) -> None:
    class Dataset:
        def to_pandas(self) -> pd.DataFrame:
            return adult

    assert Pages(Dataset()).rows == len(adult)
    assert Pages(adult["age"]).names == ["age"]
    assert Pages(pa.record_batch({"a": [1]})).rows == 1


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InvalidInput, match="a table is needed, got int") as caught:
        Pages(3)
    assert caught.value.field == "frame"


@pytest.mark.parametrize("name", ["agee", 99])
def test_an_unknown_column_is_named(adult: pd.DataFrame, name: str | int) -> None:
    with pytest.raises(NotFound, match=f"there is no column '?{name}'?") as caught:
        ask(Pages(adult), sort=[SortKey(column=name)])
    assert caught.value.field == "sort"


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("=", "2", ["1"]),
        ("≠", 2, ["0", "3"]),
        ("<", 3, ["0", "1"]),
        ("≥", 2, ["1", "3"]),
        ("missing", None, ["2"]),
        ("present", None, ["0", "1", "3"]),
        ("contains", "3", ["3"]),
    ],
)
def test_a_condition_keeps_the_rows_that_fulfil_it(operator: Any, value: Any, expected: list[str]) -> None:
    page = ask(Pages(pd.DataFrame({"n": [1, 2, None, 3]})), filter=[Condition(column="n", operator=operator, value=value)])
    assert page.labels == expected
    assert page.rows == len(expected)


def test_text_is_filtered_as_text_whatever_its_case() -> None:
    pages = Pages(pd.DataFrame({"t": ["Private", "public", None, "(a"]}))
    assert ask(pages, filter=[Condition(column="t", operator="contains", value="P")]).labels == ["0", "1"]
    assert ask(pages, filter=[Condition(column="t", operator="contains", value="(")]).labels == ["3"]
    assert ask(pages, filter=[Condition(column="t", operator="<", value="b")]).labels == ["0", "3"]


def test_a_number_column_refuses_a_word() -> None:
    with pytest.raises(InvalidInput, match="'old' is not a number"):
        ask(Pages(pd.DataFrame({"n": [1]})), filter=[Condition(column="n", operator="=", value="old")])


def test_an_order_is_computed_once(adult: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(adult)
    calls = []
    compute = pages._compute_order
    monkeypatch.setattr(pages, "_compute_order", lambda *args: calls.append(args) or compute(*args))
    threads = [threading.Thread(target=order, args=(pages, ("age", True))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_frame_that_grew_is_ordered_anew() -> None:
    frame = pd.DataFrame({"a": [2, 1]})
    pages = Pages(frame)
    assert order(pages, ("a", False)) == ["1", "0"]
    frame.loc[2] = 0
    assert order(pages, ("a", False)) == ["2", "1", "0"]


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame(index=range(3))])
def test_empty_tables_have_pages_too(frame: pd.DataFrame) -> None:
    page = ask(Pages(frame))
    assert page.rows == len(frame)
    assert len(read(page)) == frame.shape[1]
