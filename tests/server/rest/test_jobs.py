from __future__ import annotations

import asyncio
import json
from typing import Any

from ..conftest import until


def _events(body: bytes) -> list[tuple[str, str | None, Any]]:
    """The (event, id, data) of each event."""
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


async def test_events_tell_of_progress_and_log_and_end(lab) -> None:
    job_id = await lab.start("count_slowly", steps=6, seconds=0.25)
    response = await lab.fetch(f"api/v1/jobs/{job_id}/events")
    assert response.headers["Content-Type"] == "text/event-stream"
    events = _events(response.body)
    shares = [data["progress"] for event, _, data in events if event == "progress"]
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert [(identity, data["message"]) for event, identity, data in events if event == "log"] == [("1", "counted")]
    event, _, job = events[-1]
    assert (event, job["state"], job["result"]["counted"]) == ("end", "succeeded", 6)


async def test_events_of_a_job_that_has_ended_are_its_log_and_end(lab) -> None:
    job_id = (await lab.run("count_slowly", steps=1))["job_id"]
    assert [event for event, _, _ in _events((await lab.fetch(f"api/v1/jobs/{job_id}/events")).body)] == ["log", "end"]


async def test_a_reader_that_comes_back_gets_only_new_log_lines(lab) -> None:
    job_id = (await lab.run("count_slowly", steps=1))["job_id"]
    response = await lab.fetch(f"api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "1"})
    assert [event for event, _, _ in _events(response.body)] == ["end"]
    assert (await lab.fetch(f"api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "x"})).code == 422


async def test_events_of_no_job_are_a_problem(lab) -> None:
    response = await lab.fetch("api/v1/jobs/nothing/events")
    assert (response.code, response.headers["Content-Type"]) == (404, "application/problem+json")


async def test_a_running_job_is_cancelled_within_a_second(lab) -> None:
    job_id = await lab.start("count_slowly", steps=1000, seconds=0.1)
    await until(lambda: _in_state(lab, job_id, "running"))
    following = asyncio.ensure_future(lab.fetch(f"api/v1/jobs/{job_id}/events"))
    assert (await lab.fetch(f"api/v1/jobs/{job_id}", "DELETE")).code == 202
    await until(lambda: _in_state(lab, job_id, "cancelled"), seconds=1.0)
    assert _events((await following).body)[-1][0] == "end"
    again = await lab.fetch(f"api/v1/jobs/{job_id}", "DELETE")
    assert (again.code, json.loads(again.body)["code"]) == (409, "conflict")


async def test_a_caller_that_hangs_up_leaves_the_job_running(lab) -> None:
    arguments = {"steps": 5, "seconds": 0.1}
    job = (await lab.post_and_hang_up("api/v1/tools/count_slowly", arguments, {}, lambda: _listed(lab, "state=running")))[0]
    await until(lambda: _in_state(lab, job["id"], "succeeded"))


async def test_jobs_are_filtered_and_limited(lab) -> None:
    for text in ("a", "b", "c"):
        await lab.start("echo", text=text)
    await lab.start("break", how="known")
    await until(lambda: _listed(lab, "state=failed"))
    assert [job["tool"] for job in await _listed(lab, "state=failed")] == ["break"]
    assert len(await _listed(lab, "tool=echo&limit=2")) == 2
    assert len(await _listed(lab, "")) == 4
    for query, field in (("limit=0", "limit"), ("limit=x", "limit"), ("state=asleep", "state")):
        response = await lab.fetch(f"api/v1/jobs?{query}")
        assert (response.code, json.loads(response.body)["field"]) == (422, field)


async def _listed(lab, query: str) -> list[dict[str, Any]]:
    return (await lab.get(f"api/v1/jobs?{query}"))["items"]


async def _in_state(lab, job_id: str, state: str) -> bool:
    return (await lab.get(f"api/v1/jobs/{job_id}"))["state"] == state
