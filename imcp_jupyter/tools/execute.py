"""Run one tool call as a job, in whatever process this is: the kernel, a script, or a worker of the server."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import __version__
from ..config import Settings
from ..errors import ImcpError, InternalError, JobCancelled
from ..models.job import Job, Principal
from ..workspace.context import JobContext
from ..workspace.redaction import redacted
from ..workspace.workspace import Workspace
from .registry import AnyTool, all_tools, find_tool
from .tool import Params, Result

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
Report = Callable[[float, str], None]
WORKER_ENTRY = __name__  # see workspace.worker: its `prepare` and `work`


def create_job(workspace: Workspace, tool: AnyTool, params: Params, principal: Principal) -> Job:
    """The queued job of a call whose parameters are valid."""
    return workspace.jobs.create(tool.name, redacted(params.model_dump(mode="json")), principal, getattr(params, "seed", None))


def run_inline(
    workspace: Workspace,
    name: str,
    arguments: dict[str, Any],
    principal: Principal,
    frames: Mapping[str, pd.DataFrame] | None = None,
    on_progress: Report | None = None,
) -> Result:
    """Validate and run a call in this process, as a job. Raises `ImcpError`; Ctrl-C cancels the job and is passed on."""
    tool = find_tool(name)
    params = tool.parse(arguments)
    if tool.runs == "inline":
        return run_quick(workspace, tool, params, principal)
    job = create_job(workspace, tool, params, principal)
    return run_job(workspace, job.id, tool, params, principal, frames or {}, on_progress)


def run_quick(
    workspace: Workspace, tool: AnyTool, params: Params, principal: Principal, kill: Callable[[str], bool] | None = None
) -> Result:
    """A look at the workspace, without a job. `kill` ends the worker of a job, where the caller has workers."""
    context = JobContext(workspace, "", principal, 0, {}, kill=kill)
    result: Result = tool.run(params, context)
    return result


def run_job(
    workspace: Workspace,
    job_id: str,
    tool: AnyTool,
    params: Params,
    principal: Principal,
    frames: Mapping[str, pd.DataFrame],
    on_progress: Report | None,
) -> Result:
    """Run a queued job to its end: outputs and success in one transaction, or nothing and the reason."""
    context: JobContext | None = None
    try:
        workspace.jobs.start(job_id)
        asked = getattr(params, "seed", None)
        seed = secrets.randbits(31) if asked is None else asked
        context = JobContext(workspace, job_id, principal, seed, _versions(), frames=frames, on_progress=on_progress)
        _open_inputs(tool, params, context)
        fixed = asked is not None or "seed" not in type(params).model_fields
        cache_key = _cache_key(tool, params, context) if tool.cacheable and fixed else None
        workspace.jobs.describe(job_id, inputs=context.inputs, versions=context.versions, seed=seed, cache_key=cache_key)
        earlier = workspace.jobs.find_cached(cache_key) if cache_key else None
        if earlier is not None and earlier.result is not None:
            return _answer_from(workspace, job_id, tool, earlier)
        result: Result = tool.run(params, context)
        result = result.model_copy(update={"job_id": job_id})
        context.move_files()
        workspace.jobs.succeed(job_id, result.model_dump(mode="json"), context.outputs, context.publish)
    except BaseException as error:
        _end_badly(workspace, job_id, error)
        if context is not None:
            context.discard()
        if isinstance(error, (ImcpError, KeyboardInterrupt, SystemExit)):
            raise
        raise InternalError(_fault(error), hint=f"the log has the details of job {job_id}") from error
    finally:
        workspace.remove_staging(job_id)
    return result


def prepare() -> None:
    """Load what most jobs need, so that the first one does not wait for imports."""
    import pyarrow.parquet  # noqa: F401
    import sklearn.ensemble
    import sklearn.tree  # noqa: F401

    all_tools()


def work(task: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
    """Entry of a worker process: run the job that `task` names; its end is in the database, events tell of it at once."""
    workspace = _worker_workspace(task["home"])
    try:
        tool = find_tool(task["tool"])
        params = tool.parse(task["arguments"])
        principal = Principal.model_validate(task["principal"])

        def on_progress(share: float, message: str) -> None:
            emit({"event": "progress", "share": share, "message": message})

        result = run_job(workspace, task["job_id"], tool, params, principal, {}, on_progress)
        emit({"event": "result", "result": result.model_dump(mode="json")})
    except ImcpError as error:
        emit({"event": "error", "error": error.to_dict()})


@cache
def _worker_workspace(home: str) -> Workspace:
    return Workspace(Settings.load(home=Path(home)))


def _open_inputs(tool: AnyTool, params: Params, context: JobContext) -> None:
    for name, reference in tool.references(params).items():
        context.inputs[name] = context.source(reference, name).content_hash


def _cache_key(tool: AnyTool, params: Params, context: JobContext) -> str:
    arguments = params.model_dump(mode="json", exclude=set(tool.data_fields()))
    # Names of inputs count beside their content: they stand in the result.
    labels = {name: context.source(reference, name).key for name, reference in tool.references(params).items()}
    key: dict[str, Any] = {"tool": tool.name, "version": tool.cache_version(params), "package": __version__, "arguments": arguments}
    key["files"] = [hashlib.sha256(content).hexdigest() for content in tool.files(params, context.workspace.settings)]
    # The order of tables counts: it decides which is drawn first.
    key |= {"inputs": list(context.inputs.items()), "labels": labels, "versions": context.versions}
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def _answer_from(workspace: Workspace, job_id: str, tool: AnyTool, earlier: Job) -> Result:
    stored: Result = tool.result_type.model_validate(earlier.result)
    result = stored.model_copy(update={"cached": True, "job_id": job_id})
    workspace.jobs.succeed_from_cache(job_id, earlier, result.model_dump(mode="json"))
    return result


def _end_badly(workspace: Workspace, job_id: str, error: BaseException) -> None:
    if isinstance(error, KeyboardInterrupt):
        workspace.jobs.fail(job_id, JobCancelled("interrupted from the keyboard"))
    elif isinstance(error, ImcpError):
        workspace.jobs.fail(job_id, error)
    else:
        log.error("job %s failed", job_id, exc_info=error)
        workspace.jobs.fail(job_id, InternalError(_fault(error)))


def _fault(error: BaseException) -> str:
    """The kind of a fault of ours; its text may hold data, so it stays in the log."""
    return f"this is a fault of imcp_jupyter ({type(error).__name__})"


@cache
def _versions() -> dict[str, str]:
    names = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
    return {"imcp_jupyter": __version__} | {name: distribution_version(name) for name in names}
