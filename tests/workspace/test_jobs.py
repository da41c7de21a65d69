from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.errors import Conflict, InvalidInput, JobCancelled, NotFound
from imcp_jupyter.models.job import Principal
from imcp_jupyter.workspace.workspace import Workspace


def test_a_job_goes_from_queued_over_running_to_succeeded(workspace: Workspace) -> None:
    job = workspace.jobs.create("count_rows", {"factor": 2}, Principal())
    assert job.state == "queued"
    workspace.jobs.start(job.id)
    workspace.jobs.report(job.id, 0.4, "half-way")
    assert (workspace.jobs[job.id].state, workspace.jobs[job.id].progress) == ("running", 0.4)
    workspace.jobs.succeed(job.id, {"count": 1}, {"x@1": "hash"}, lambda connection: None)
    done = workspace.jobs[job.id]
    assert (done.state, done.progress, done.result) == ("succeeded", 1.0, {"count": 1})
    assert done.started is not None and done.finished is not None


def test_an_ended_job_does_not_change_any_more(workspace: Workspace) -> None:
    job = workspace.jobs.create("t", {}, Principal())
    workspace.jobs.start(job.id)
    workspace.jobs.fail(job.id, InvalidInput("broken", field="x"))
    workspace.jobs.fail(job.id, JobCancelled("late"))
    assert workspace.jobs[job.id].state == "failed"
    with pytest.raises(JobCancelled):
        workspace.jobs.succeed(job.id, {}, {}, lambda connection: None)
    with pytest.raises(Conflict, match="already ended: failed"):
        workspace.jobs.request_cancel(job.id)


def test_a_queued_job_is_cancelled_at_once_and_never_starts(workspace: Workspace) -> None:
    job = workspace.jobs.create("t", {}, Principal())
    assert workspace.jobs.request_cancel(job.id).state == "cancelled"
    with pytest.raises(JobCancelled):
        workspace.jobs.start(job.id)


def test_a_running_job_hears_of_its_cancellation_when_it_reports(workspace: Workspace) -> None:
    job = workspace.jobs.create("t", {}, Principal())
    workspace.jobs.start(job.id)
    workspace.jobs.request_cancel(job.id)
    with pytest.raises(JobCancelled):
        workspace.jobs.report(job.id, 0.5, "still here")


def test_publishing_fails_with_the_job_when_a_row_cannot_be_written(workspace: Workspace) -> None:
    job = workspace.jobs.create("t", {}, Principal())
    workspace.jobs.start(job.id)

    def broken(connection: object) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        workspace.jobs.succeed(job.id, {}, {}, broken)
    assert workspace.jobs[job.id].state == "running"


def test_an_unknown_job_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="no job 'nope'"):
        workspace.jobs.get("nope")


def test_log_lines_are_numbered_and_can_be_followed(workspace: Workspace) -> None:
    job = workspace.jobs.create("t", {}, Principal())
    for text in ("one", "two", "three"):
        workspace.jobs.write_log(job.id, text)
    assert [line.message for line in workspace.jobs.log(job.id, after=1)] == ["two", "three"]


def test_jobs_of_a_dead_process_are_lost_and_those_of_a_living_one_are_not(workspace: Workspace, home: Path) -> None:
    mine = workspace.jobs.create("t", {}, Principal())
    code = (
        "import os; from imcp_jupyter.workspace.workspace import Workspace; from imcp_jupyter.models.job import Principal\n"
        "ws = Workspace.open(); job = ws.jobs.create('t', {}, Principal()); ws.jobs.start(job.id); print(job.id, flush=True); os._exit(9)"
    )
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    lost = workspace.jobs.get(theirs)
    assert lost.state == "lost"
    assert lost.error is not None and "run it again" in lost.error["hint"]
    assert workspace.jobs.get(mine.id).state == "queued"


def test_a_workspace_of_a_newer_schema_is_refused(workspace: Workspace) -> None:
    with workspace._database.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99'")
    with pytest.raises(Conflict, match="schema 99"):
        Workspace.open(workspace.settings)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="set IMCP_HOME to a writable folder"):
        Workspace.open(Settings.load(home=tmp_path / "file" / "home"))
