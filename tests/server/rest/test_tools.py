from __future__ import annotations

import json

import jsonschema
import pytest

from imcp_jupyter.tools.registry import all_tools

from ..conftest import until


async def test_all_tools_are_listed_with_their_schemas(lab) -> None:
    items = (await lab.get("api/v1/tools"))["items"]
    assert [item["name"] for item in items] == [tool.name for tool in all_tools()]
    for item, tool in zip(items, all_tools(), strict=True):
        assert item["input_schema"] == tool.input_schema()
        assert item["icon"].startswith("data:image/svg+xml;base64,")
        assert set(item["annotations"]) == {"read_only", "destructive", "idempotent", "open_world"}
        assert item == await lab.get(f"api/v1/tools/{tool.name}")


async def test_a_tool_runs_and_answers_with_its_result(lab) -> None:
    result = await lab.run("count_slowly", steps=2)
    assert result["counted"] == 2
    jsonschema.validate(result, (await lab.get("api/v1/tools/count_slowly"))["output_schema"])
    assert (await lab.get(f"api/v1/jobs/{result['job_id']}"))["principal"] == {"subject": "jupyter-token", "kind": "person", "face": "rest"}


async def test_a_caller_that_does_not_wait_gets_the_job_and_its_place(lab) -> None:
    response = await lab.fetch("api/v1/tools/count_slowly?wait=false", "POST", {"steps": 2})
    job = json.loads(response.body)
    assert (response.code, job["tool"]) == (202, "count_slowly")
    assert response.headers["Location"] == f"{lab.base}api/v1/jobs/{job['id']}"
    ended = await until(lambda: _ended(lab, job["id"]))
    assert (ended["state"], ended["result"]["counted"]) == ("succeeded", 2)


async def test_a_quick_tool_becomes_a_job_when_nobody_waits(lab) -> None:
    job = await _start_and_end(lab, "echo", text="x")
    assert (job["state"], job["result"]["text"]) == ("succeeded", "x")


async def test_a_job_that_nobody_waits_for_keeps_its_error(lab) -> None:
    job = await _start_and_end(lab, "break", how="known")
    assert (job["state"], job["error"]["code"]) == ("failed", "conflict")


@pytest.mark.parametrize(
    ("tool", "body", "status", "code", "field"),
    [
        ("ecko", {}, 404, "not_found", "tool"),
        ("echo", {}, 422, "invalid_input", "text"),
        ("echo", {"text": "x", "texd": "y"}, 422, "invalid_input", "texd"),
        ("echo", "{", 422, "invalid_input", "body"),
        ("echo", "[1]", 422, "invalid_input", "body"),
        ("break", {"how": "known"}, 409, "conflict", "how"),
        ("break", {"how": "oddly"}, 500, "internal_error", None),
        ("echo?wait=perhaps", {"text": "x"}, 422, "invalid_input", "wait"),
    ],
)
async def test_what_goes_wrong_is_a_problem_that_names_the_field(lab, tool: str, body: object, status: int, code: str, field: str) -> None:
    response = await lab.fetch(f"api/v1/tools/{tool}", "POST", body)
    problem = json.loads(response.body)
    assert (response.code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["code"], problem.get("field")) == (status, code, field)
    assert {"type", "title", "detail"} <= set(problem)
    assert "secret" not in response.body.decode()


async def test_the_hint_of_a_problem_says_what_was_meant(lab) -> None:
    response = await lab.fetch("api/v1/tools/ecko", "POST", {})
    assert json.loads(response.body)["hint"] == "did you mean 'echo'?"


async def test_a_number_that_json_does_not_have_is_null(lab) -> None:
    response = await lab.fetch("api/v1/tools/measure", "POST", {})
    assert b'"value":null' in response.body


async def test_unknown_paths_and_methods_are_problems(lab) -> None:
    for path, method, status in (("api/v1/gadgets", "GET", 404), ("api/v1/tools", "DELETE", 405), ("", "GET", 404)):
        response = await lab.fetch(path, method)
        assert (response.code, response.headers["Content-Type"]) == (status, "application/problem+json")


async def _ended(lab, job_id: str) -> object:
    job = await lab.get(f"api/v1/jobs/{job_id}")
    return job if job["finished"] else None


async def _start_and_end(lab, tool: str, **arguments: object) -> dict[str, object]:
    job_id = await lab.start(tool, **arguments)
    return await until(lambda: _ended(lab, job_id))
