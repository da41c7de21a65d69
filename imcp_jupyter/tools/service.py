"""The tools of a server: calls are validated at once, run in worker processes, and told of as they go."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ..errors import Conflict, ImcpError, InternalError, JobCancelled, WorkerDied, error_from_dict
from ..models.job import Principal
from ..workspace.pool import WorkerPool
from ..workspace.redaction import redacted
from ..workspace.workspace import Workspace
from .execute import WORKER_ENTRY, create_job, run_job, run_quick
from .registry import AnyTool, find_tool
from .tool import Params, Result

log = logging.getLogger(__name__)
Report = Callable[[float, str], None]


@dataclass
class Call:
    """One call. `job_id` is None for a quick look at the workspace that the caller waits for."""

    job_id: str | None
    future: Future[Result] = field(default_factory=Future)


class ToolService:
    """Runs tools for a server. Its methods are quick and may be called from any thread; only `submit` writes, one row."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._pool = WorkerPool(WORKER_ENTRY, workspace.settings)
        self._quick = ThreadPoolExecutor(max_workers=4, thread_name_prefix="imcp-quick")

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> None:
        self._pool.stop()
        self._quick.shutdown(cancel_futures=True)
        self.workspace.close()

    def submit(
        self,
        name: str,
        arguments: dict[str, Any],
        principal: Principal,
        *,
        on_progress: Report | None = None,
        as_job: bool = False,
    ) -> Call:
        """Start a call. Raises `NotFound` for the tool or `InvalidInput` for a parameter; later faults are in the future.

        `on_progress` is called from another thread. With `as_job` even a quick look becomes a job with an id.
        """
        try:
            tool = find_tool(name)
            params = tool.parse(arguments)
        except ImcpError as error:
            self.workspace.trail.record(name, redacted(arguments), principal, error, refused=True)
            raise
        if tool.runs == "inline" and not as_job:
            call = Call(None)
            self._quick.submit(self._finish, call.future, lambda: self._look(tool, params, principal))
            return call
        job = create_job(self.workspace, tool, params, principal)
        call = Call(job.id)
        if tool.runs == "inline":
            run = lambda: run_job(self.workspace, job.id, tool, params, principal, {}, on_progress)  # noqa: E731  # one line, used once
            self._quick.submit(self._finish, call.future, run)
        else:
            self._pool.submit(job.id, self._task(job.id, tool, params, principal), _Listener(self.workspace, call, tool, on_progress))
        return call

    def _look(self, tool: AnyTool, params: Params, principal: Principal) -> Result:
        """Run a quick call, and write it into the trail: it has no job that would tell of it."""
        fault: ImcpError | None = None
        try:
            return run_quick(self.workspace, tool, params, principal, self._pool.kill)
        except ImcpError as error:
            fault = error
            raise
        finally:
            self.workspace.trail.record(tool.name, redacted(params.model_dump(mode="json")), principal, fault)

    def cancel(self, job_id: str) -> None:
        """End a job. Raises `NotFound`, or `Conflict` when it has ended already."""
        self.workspace.jobs.request_cancel(job_id)
        self._pool.kill(job_id)

    def check(self) -> None:
        """Raises `Conflict` when no worker is left that should be there."""
        if self._pool.size < min(self.workspace.settings.warm_workers, self.workspace.settings.workers):
            raise Conflict("worker processes could not be started", hint="the server's log says why")

    def pid_of(self, job_id: str) -> int | None:
        """The worker process that runs the job."""
        return self._pool.pid_of(job_id)

    def _task(self, job_id: str, tool: AnyTool, params: Params, principal: Principal) -> dict[str, Any]:
        return {
            "home": str(self.workspace.home),
            "job_id": job_id,
            "tool": tool.name,
            "arguments": params.model_dump(mode="json"),
            "principal": principal.model_dump(),
        }

    @staticmethod
    def _finish(future: Future[Result], run: Callable[[], Result]) -> None:
        try:
            future.set_result(run())
        except BaseException as error:
            future.set_exception(error)


class _Listener:
    """Turns the events of a worker into the end of a `Call`."""

    def __init__(self, workspace: Workspace, call: Call, tool: AnyTool, on_progress: Report | None) -> None:
        self._workspace = workspace
        self._call = call
        self._tool = tool
        self._on_progress = on_progress
        self._answer: dict[str, Any] = {}

    def on_event(self, event: dict[str, Any]) -> None:
        if event["event"] != "progress":
            self._answer = event
        elif self._on_progress is not None:
            self._on_progress(event["share"], event["message"])

    def on_end(self, death: WorkerDied | None) -> None:
        try:
            outcome = self._outcome() if death is None else self._after_death(self._call.job_id or "", death)
        except Exception as error:  # whoever waits must hear of any fault, and the worker's thread must live on
            log.exception("job %s ended without a readable answer", self._call.job_id)
            outcome = InternalError(f"the worker's answer cannot be read ({type(error).__name__})")
        if isinstance(outcome, Result):
            self._call.future.set_result(outcome)
        else:
            self._call.future.set_exception(outcome)

    def _outcome(self) -> Result | ImcpError:
        if self._answer["event"] == "error":
            return error_from_dict(self._answer["error"])
        result: Result = self._tool.result_type.model_validate(self._answer["result"])
        return result

    def _after_death(self, job_id: str, death: WorkerDied) -> Result | ImcpError:
        """The database has the truth: the worker may have died after its job had ended."""
        job = self._workspace.jobs.get(job_id)
        if job.state == "succeeded":
            result: Result = self._tool.result_type.model_validate(job.result)
            return result
        error = JobCancelled("the job was cancelled") if self._workspace.jobs.cancel_requested(job_id) else death
        self._workspace.jobs.fail(job_id, error)
        self._workspace.clean_up()
        return error
