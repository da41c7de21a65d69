"""``api/v1/jobs``: follow and cancel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast, get_args

from ...errors import InvalidInput
from ...models.job import FINAL_STATES, Job, JobState
from ..contents import read_job
from ..handler import ImcpHandler, allowed
from ..operation import Described, Operation, Query
from ..sse import EventStream

if TYPE_CHECKING:
    from ...models.job import LogLine
    from ...workspace.workspace import Workspace

_STATES = get_args(JobState)
_LIMIT = Query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "how many of the newest")
_STATE = Query("state", {"enum": list(_STATES)}, "only jobs in this state")
_TOOL = Query("tool", {"type": "string"}, "only jobs of this tool")
_POLL_SECONDS = 0.2


class JobsHandler(Described, ImcpHandler):
    path = "api/v1/jobs"
    operations = {"get": Operation("The newest jobs of people and agents", Job, many=True, query=(_LIMIT, _STATE, _TOOL))}

    @allowed("read")
    async def get(self) -> None:
        workspace = (await self.runtime.opened()).workspace
        limit = self.whole_number("limit", 100, 1, 1000)
        state = cast("JobState", self.choice("state", _STATES)) if self.get_query_argument("state", None) else None
        found = await asyncio.to_thread(workspace.jobs.list, limit, state, self.get_query_argument("tool", None))
        self.finish_json({"items": [job.model_dump(mode="json") for job in found]})


class JobHandler(Described, ImcpHandler):
    path = "api/v1/jobs/{id}"
    operations = {
        "get": Operation("A job", Job),
        "delete": Operation("Cancel a job that is queued or running", Job, status=202, also={409: "it has ended already"}),
    }

    @allowed("read")
    async def get(self, job_id: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        self.finish_json(await asyncio.to_thread(read_job, workspace, job_id))

    @allowed("execute")
    async def delete(self, job_id: str) -> None:
        opened = await self.runtime.opened()
        await opened.calls.cancel(job_id)
        self.set_status(202)
        self.finish_json(await asyncio.to_thread(read_job, opened.workspace, job_id))


class JobEventsHandler(Described, ImcpHandler):
    """Events ``log`` (a log line, its number as event id), ``progress`` (the job) and at last ``end`` (the job)."""

    path = "api/v1/jobs/{id}/events"
    operations = {"get": Operation("Progress and log of a job as they come; Last-Event-ID resumes the log", "text/event-stream")}

    @allowed("read")
    async def get(self, job_id: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        events, seen = EventStream(self), self._last_event_id()
        told: tuple[object, ...] = ()
        while not self.gone.is_set():
            job, lines = await asyncio.to_thread(_news, workspace, job_id, seen)
            for line in lines:
                await events.send("log", line.model_dump(mode="json"), line.seq)
                seen = line.seq
            if job.state in FINAL_STATES:
                await events.send("end", job.model_dump(mode="json"))
                return
            if (job.state, job.progress, job.message) != told:
                told = (job.state, job.progress, job.message)
                await events.send("progress", job.model_dump(mode="json"))
            await events.ping_when_idle()
            await self._pause()

    def _last_event_id(self) -> int:
        value = str(self.request.headers.get("Last-Event-ID", "0"))
        if not value.isdecimal():
            raise InvalidInput(f"must be the id of an event, got '{value}'", field="Last-Event-ID")
        return int(value)

    async def _pause(self) -> None:
        """Until the next look, or until the client has gone."""
        try:
            await asyncio.wait_for(self.gone.wait(), _POLL_SECONDS)
        except TimeoutError:
            return


def _news(workspace: Workspace, job_id: str, seen: int) -> tuple[Job, list[LogLine]]:
    """The job, read before its log: a job that has ended has no later lines. Raises `NotFound`."""
    job = workspace.jobs.get(job_id)
    return job, list(workspace.jobs.log(job_id, seen))
