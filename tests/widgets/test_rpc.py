from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.widgets.rpc import Reply, answer


class Params(BaseModel):
    count: int


def _double(params: dict[str, Any]) -> Reply:
    return Reply(2 * Params.model_validate(params).count, [b"bytes"])


def _refuse(params: dict[str, Any]) -> Reply:
    raise InvalidInput("must be odd", field="count", hint="add one")


def _break(params: dict[str, Any]) -> Reply:
    raise RuntimeError("secret detail")


METHODS = {"double": _double, "refuse": _refuse, "break": _break}


def test_an_answer_carries_the_id_the_result_and_the_buffers() -> None:
    assert answer(METHODS, {"id": "a-1", "method": "double", "params": {"count": 4}}) == ({"id": "a-1", "result": 8}, [b"bytes"])


def test_an_error_of_ours_keeps_its_field_and_hint() -> None:
    message, buffers = answer(METHODS, {"id": "a-1", "method": "refuse"}) or ({}, [])
    assert message["error"] == {"code": "invalid_input", "message": "must be odd", "field": "count", "hint": "add one"}
    assert buffers == []


def test_parameters_that_do_not_fit_name_their_field() -> None:
    message, _ = answer(METHODS, {"id": "a-1", "method": "double", "params": {"count": "many"}}) or ({}, [])
    assert message["error"]["code"] == "invalid_input"
    assert message["error"]["field"] == "count"


def test_an_unknown_method_is_answered_with_the_nearest() -> None:
    message, _ = answer(METHODS, {"id": "a-1", "method": "duble"}) or ({}, [])
    assert message["error"]["hint"] == "did you mean 'double'?"


def test_a_fault_is_answered_without_its_details_and_logged_with_them(caplog: pytest.LogCaptureFixture) -> None:
    message, _ = answer(METHODS, {"id": "a-1", "method": "break"}) or ({}, [])
    assert message["error"]["code"] == "internal_error"
    assert "secret" not in str(message)
    assert "secret detail" in caplog.text


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_what_is_not_a_question_gets_no_answer(content: Any) -> None:
    assert answer(METHODS, content) is None
