from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.errors import InvalidInput, JobCancelled, NotFound
from imcp_jupyter.models.job import Principal
from imcp_jupyter.server.calls import Calls, _ProgressRelay
from imcp_jupyter.tools.service import ToolService
from imcp_jupyter.workspace.workspace import Workspace

from .conftest import until

ADA = Principal(subject="ada")


@pytest.fixture
def service(fixture_tools: None, tmp_path: Path) -> Iterator[ToolService]:
    service = ToolService(Workspace.open(Settings.load(home=tmp_path / "workspace")))
    service.start()
    yield service
    service.stop()


async def test_a_bad_call_is_refused_before_anything_starts(service: ToolService) -> None:
    calls = Calls(service)
    with pytest.raises(NotFound):
        await calls.run("ecko", {}, ADA)
    with pytest.raises(InvalidInput):
        await calls.submit("count_slowly", {"steps": 0}, ADA)
    assert len(service.workspace.jobs) == 0


async def test_a_caller_that_leaves_while_the_job_is_being_made_cancels_it(service: ToolService) -> None:
    calls = Calls(service)
    calling = asyncio.ensure_future(calls.run("count_slowly", {"steps": 1000, "seconds": 0.1}, ADA))
    await asyncio.sleep(0)
    calling.cancel()
    await asyncio.wait({calling})

    async def cancelled() -> bool:
        return [job.state for job in service.workspace.jobs.list()] == ["cancelled"]

    await until(cancelled)
    await calls.settle()


async def test_a_job_that_is_cancelled_by_others_raises_job_cancelled(service: ToolService) -> None:
    calls = Calls(service)
    calling = asyncio.ensure_future(calls.run("count_slowly", {"steps": 1000, "seconds": 0.1}, ADA))

    async def made() -> str | None:
        return next((job.id for job in service.workspace.jobs.list()), None)

    await calls.cancel(await until(made))
    with pytest.raises(JobCancelled):
        await calling


async def test_progress_that_does_not_grow_is_not_sent() -> None:
    sent: list[tuple[float, str]] = []

    async def send(share: float, message: str) -> None:
        sent.append((share, message))

    relay = _ProgressRelay(send)
    for share in (0.2, 0.1, 0.2, 0.5):
        relay._offer(share, str(share))
        await relay.flush()
    assert sent == [(0.2, "0.2"), (0.5, "0.5")]


async def test_a_slow_reader_gets_the_newest_progress_and_no_backlog() -> None:
    sent: list[float] = []
    free = asyncio.Event()

    async def send(share: float, message: str) -> None:
        sent.append(share)
        await free.wait()

    relay = _ProgressRelay(send)
    sending = asyncio.ensure_future(relay.send_all())
    await asyncio.to_thread(relay, 0.1, "")
    await asyncio.sleep(0)
    for share in (0.2, 0.3, 0.9):
        await asyncio.to_thread(relay, share, "")
    free.set()
    await relay.flush()
    sending.cancel()
    assert sent == [0.1, 0.9]
