from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imcp_jupyter.widgets import DataPreview


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    messages: list[tuple[Any, Any]] = []
    monkeypatch.setattr(DataPreview, "send", lambda self, content, buffers=None: messages.append((content, buffers)))
    return messages


def test_the_first_page_is_in_the_state(adult: pd.DataFrame) -> None:
    state = DataPreview(adult).get_state()
    assert state["_view"] == "grid"
    assert state["_info"]["rows"] == len(adult)
    assert state["_info"]["columns"][0] == {"name": "age", "kind": "integer"}
    first = pa.ipc.open_stream(state["_first"]).read_all()
    assert first.column(0).to_pylist() == adult.age[: state["_info"]["block_rows"]].tolist()


def test_a_million_rows_add_little_to_the_state() -> None:
    widget = DataPreview(pd.DataFrame({"a": np.arange(1_000_000), "b": "text"}))
    assert len(widget._first) < 20_000


def test_a_question_is_answered_over_the_comm(adult: pd.DataFrame, sent: list[tuple[Any, Any]]) -> None:
    widget = DataPreview(adult)
    question = {
        "id": "v-1",
        "method": "page",
        "params": {"start": 0, "count": 3, "columns": [0], "sort": [{"column": 0, "descending": True}]},
    }
    widget._handle_custom_msg(question, [])
    (message, buffers) = sent[0]
    assert message["id"] == "v-1"
    assert message["result"]["rows"] == len(adult)
    assert pa.ipc.open_stream(buffers[0]).read_all().column(0).to_pylist() == [90, 90, 90]


def test_a_question_for_too_many_rows_is_refused(adult: pd.DataFrame, sent: list[tuple[Any, Any]]) -> None:
    DataPreview(adult)._handle_custom_msg({"id": "v-1", "method": "page", "params": {"start": 0, "count": 10**9}}, [])
    assert sent[0][0]["error"]["field"] == "count"


def test_a_saved_notebook_shows_the_first_rows(adult: pd.DataFrame) -> None:
    data, _ = DataPreview(adult)._repr_mimebundle_() or ({}, {})
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/html"].count("<tr>") == 21
    assert data["text/plain"] == "DataPreview: 32,561 rows × 15 columns"


def test_the_static_picture_escapes_names_cells_and_labels() -> None:
    hostile = "<script>alert('x')</script>"
    page = DataPreview(pd.DataFrame({hostile: [hostile, None]}, index=[hostile, "b"])).to_html()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3
    assert "–" in page
