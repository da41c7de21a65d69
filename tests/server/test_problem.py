from __future__ import annotations

import pytest
from tornado.web import HTTPError

from imcp_jupyter.errors import Conflict, InvalidInput, NotFound
from imcp_jupyter.server.problem import problem_of


@pytest.mark.parametrize(("error", "status"), [(InvalidInput("a"), 422), (NotFound("a"), 404), (Conflict("a"), 409)])
def test_our_errors_keep_their_status_code_field_and_hint(error: InvalidInput, status: int) -> None:
    error.field, error.hint = "rows", "fewer"
    problem = problem_of(error)
    assert (problem.status, problem.code, problem.field, problem.hint) == (status, error.code, "rows", "fewer")
    assert problem.type == f"urn:imcp:error:{error.code}"


def test_a_fault_of_ours_shows_nothing_of_itself() -> None:
    problem = problem_of(RuntimeError("password=hunter2"))
    assert (problem.status, problem.code) == (500, "internal_error")
    assert "hunter2" not in problem.model_dump_json()


def test_an_http_error_is_told_by_its_status() -> None:
    problem = problem_of(HTTPError(413, "too much"))
    assert (problem.title, problem.detail, problem.code) == ("Request Entity Too Large", "too much", "too_large")
