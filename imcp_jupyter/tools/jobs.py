"""Follow and end jobs."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..models.job import Job, JobState, LogLine
from ..workspace.context import JobContext
from .tool import Annotations, Link, Params, Result, Tool


def job_link(job: Job) -> Link:
    return Link(uri=f"imcp://jobs/{job.id}", name=job.id, title=f"{job.tool}, {job.state}")


class JobParams(Params):
    job_id: str


class JobResult(Result):
    job: Job
    log: list[LogLine] = Field(default_factory=list)


class GetJob(Tool[JobParams, JobResult]):
    name = "get_job"
    title = "Get a job"
    description = "State, progress, log, inputs, outputs, result or error of one job."
    verb = "job"
    icon = "job"
    annotations = Annotations(read_only=True, idempotent=True)
    runs = "inline"

    def run(self, params: JobParams, context: JobContext) -> JobResult:
        job = context.workspace.jobs.get(params.job_id)
        log = list(context.workspace.jobs.log(job.id))[-50:]
        return JobResult(summary=_line(job), job=job, log=log, links=[job_link(job)])


class ListJobsParams(Params):
    limit: int = Field(20, ge=1, le=200)
    state: JobState | None = None
    tool: str | None = Field(None, description="only jobs of this tool")


class JobRow(BaseModel):
    job_id: str
    tool: str
    state: JobState
    progress: float
    message: str
    created: str


class ListJobsResult(Result):
    jobs: list[JobRow]


class ListJobs(Tool[ListJobsParams, ListJobsResult]):
    name = "list_jobs"
    title = "List jobs"
    description = "The newest jobs of people and agents."
    verb = "jobs"
    icon = "job"
    annotations = Annotations(read_only=True, idempotent=True)
    runs = "inline"

    def run(self, params: ListJobsParams, context: JobContext) -> ListJobsResult:
        found = context.workspace.jobs.list(params.limit, params.state, params.tool)
        rows = [
            JobRow(
                job_id=job.id,
                tool=job.tool,
                state=job.state,
                progress=job.progress,
                message=job.message,
                created=job.created.isoformat(timespec="seconds"),
            )
            for job in found
        ]
        running = sum(row.state in ("queued", "running") for row in rows)
        return ListJobsResult(summary=f"{len(rows)} jobs shown, {running} not finished.", jobs=rows)


class CancelJob(Tool[JobParams, JobResult]):
    name = "cancel_job"
    title = "Cancel a job"
    description = "End a queued or running job. Nothing of it stays in the workspace."
    verb = "cancel"
    icon = "job"
    annotations = Annotations(destructive=True, idempotent=True)
    runs = "inline"

    def run(self, params: JobParams, context: JobContext) -> JobResult:
        context.cancel(params.job_id)
        job = context.workspace.jobs.get(params.job_id)
        return JobResult(summary=f"Job {job.id} ({job.tool}) is being ended.", job=job, links=[job_link(job)])


def _line(job: Job) -> str:
    if job.state == "succeeded" and job.result is not None:
        return f"Job {job.id} ({job.tool}) succeeded: {job.result.get('summary', '')}"
    if job.error is not None:
        return f"Job {job.id} ({job.tool}) {job.state}: {job.error['message']}"
    return f"Job {job.id} ({job.tool}) is {job.state}, {job.progress:.0%}: {job.message}"
