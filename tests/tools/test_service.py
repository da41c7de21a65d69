"""Calls in worker processes: progress, cancel, death, cache. Real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.errors import Conflict, InternalError, InvalidInput, JobCancelled, NotFound, WorkerDied
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.service import Call, ToolService
from imcp_jupyter.workspace.workspace import Workspace

Until = Callable[..., None]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, toy_modules: None) -> Iterator[ToolService]:
    """One service for all: a pool that had a worker killed must serve the next test as well."""
    started = ToolService(Workspace.open(Settings.load(home=tmp_path_factory.mktemp("service"))))
    started.start()
    yield started
    started.stop()


def files_of(service: ToolService) -> list[str]:
    """Staged files, and files that no row names."""
    workspace = service.workspace
    named = {f"{info.reference}.parquet" for info in workspace.datasets.list(all_versions=True)} | {
        f"{info.id}.zip" for info in workspace.models
    }
    published = {path.name for folder in (workspace.datasets_folder, workspace.models_folder) for path in folder.iterdir()}
    return [*(path.name for path in workspace.staging_folder.iterdir()), *(published - named)]


def hanging(service: ToolService, until: Until, **arguments: bool) -> Call:
    """A call of the tool that never ends, once it hangs."""
    reached: Future[None] = Future()
    call = service.submit("hang", arguments, Principal(), on_progress=lambda *_: reached.done() or reached.set_result(None))
    reached.result(timeout=60)
    return call


def test_a_call_runs_in_another_process_and_tells_of_progress(service: ToolService) -> None:
    heard: list[tuple[float, str]] = []
    call = service.submit("generate_tabular", {"data": "demo:adult", "rows": 100, "engine": "copula", "seed": 1}, Principal(),
                          on_progress=lambda share, message: heard.append((share, message)))  # fmt: skip
    result = call.future.result(timeout=120)
    assert result.job_id == call.job_id
    assert [share for share, _ in heard] == sorted(share for share, _ in heard)
    assert len(heard) > 3
    job = service.workspace.jobs[result.job_id or ""]
    assert (job.state, job.seed) == ("succeeded", 1)
    assert set(job.outputs) == {"adult-synthetic@1", f"model:{result.model_dump()['model']}"}
    assert os.getpid() != service.pid_of(call.job_id or "")


def test_a_worker_killed_in_the_middle_ends_its_job_failed_and_the_next_job_runs(service: ToolService, until: Until) -> None:
    call = hanging(service, until)
    os.kill(service.pid_of(call.job_id or "") or 0, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="ended by SIGKILL"):
        call.future.result(timeout=30)
    job = service.workspace.jobs[call.job_id or ""]
    assert job.state == "failed"
    assert job.error is not None and job.error["code"] == "worker_died" and "memory" in job.error["hint"]
    assert "half" not in service.workspace.datasets
    assert files_of(service) == []
    after = service.submit("count_rows", {"data": "demo:adult"}, Principal())
    assert after.future.result(timeout=60).model_dump()["count"] == 32_561


def test_a_fit_killed_in_the_middle_leaves_no_dataset_and_no_model(service: ToolService) -> None:
    models, datasets = len(service.workspace.models.list()), len(service.workspace.datasets.list(all_versions=True))
    fitting: Future[None] = Future()

    def on_progress(share: float, message: str) -> None:
        if share > 0.05 and not fitting.done():
            fitting.set_result(None)

    call = service.submit("generate_tabular", {"data": "demo:adult", "engine": "cart", "seed": 3}, Principal(), on_progress=on_progress)
    fitting.result(timeout=60)
    os.kill(service.pid_of(call.job_id or "") or 0, signal.SIGKILL)
    with pytest.raises(WorkerDied):
        call.future.result(timeout=30)
    assert len(service.workspace.models.list()) == models
    assert len(service.workspace.datasets.list(all_versions=True)) == datasets
    assert files_of(service) == []


@pytest.mark.parametrize("polite", [True, False])
def test_a_cancelled_job_ends_within_a_second_and_leaves_nothing(service: ToolService, until: Until, polite: bool) -> None:
    call = hanging(service, until, polite=polite)
    asked = time.monotonic()
    service.cancel(call.job_id or "")
    with pytest.raises(JobCancelled):
        call.future.result(timeout=30)
    assert time.monotonic() - asked < 1.0
    assert service.workspace.jobs[call.job_id or ""].state == "cancelled"
    assert files_of(service) == []
    with pytest.raises(Conflict, match="already ended: cancelled"):
        service.cancel(call.job_id or "")


def test_the_cancel_tool_ends_a_worker_too(service: ToolService, until: Until) -> None:
    call = hanging(service, until)
    service.submit("cancel_job", {"job_id": call.job_id}, Principal()).future.result(timeout=30)
    with pytest.raises(JobCancelled):
        call.future.result(timeout=30)


def test_a_queued_job_can_be_cancelled_before_a_worker_takes_it(service: ToolService, until: Until) -> None:
    running = [hanging(service, until) for _ in range(service.workspace.settings.workers)]
    waiting = service.submit("hang", {}, Principal())
    service.cancel(waiting.job_id or "")
    with pytest.raises(JobCancelled):
        waiting.future.result(timeout=1)
    assert service.workspace.jobs[waiting.job_id or ""].state == "cancelled"
    for call in running:
        service.cancel(call.job_id or "")


def test_a_fault_of_ours_is_named_by_kind_and_hides_its_data(service: ToolService) -> None:
    call = service.submit("crash", {}, Principal())
    with pytest.raises(InternalError) as caught:
        call.future.result(timeout=60)
    assert "KeyError" in str(caught.value)
    assert "secret-cell-value" not in str(caught.value)
    assert "secret-cell-value" not in service.workspace.jobs[call.job_id or ""].model_dump_json()
    assert files_of(service) == []


def test_bad_arguments_are_refused_before_there_is_a_job(service: ToolService) -> None:
    before = len(service.workspace.jobs)
    for name, arguments, kind in (("nope", {}, NotFound), ("generate_tabular", {"data": "demo:adult", "rows": 0}, InvalidInput)):
        with pytest.raises(kind):
            service.submit(name, arguments, Principal())
    assert len(service.workspace.jobs) == before


def test_the_same_call_is_answered_from_the_cache_and_says_so(service: ToolService) -> None:
    arguments = {"data": "demo:adult", "factor": 3}
    first = service.submit("count_rows", arguments, Principal()).future.result(timeout=60)
    again = service.submit("count_rows", arguments, Principal()).future.result(timeout=60)
    other = service.submit("count_rows", arguments | {"factor": 4}, Principal()).future.result(timeout=60)
    assert (first.cached, again.cached, other.cached) == (False, True, False)
    assert again.model_dump()["count"] == first.model_dump()["count"]
    assert service.workspace.jobs[again.job_id or ""].cached_from == first.job_id


def test_a_changed_file_is_not_answered_from_the_cache(service: ToolService, tmp_path: Path) -> None:
    for rows in (3, 4):
        pd.DataFrame({"x": range(rows)}).to_parquet(tmp_path / "t.parquet")
        result = service.submit("count_rows", {"data": str(tmp_path / "t.parquet")}, Principal()).future.result(timeout=60)
        assert (result.model_dump()["count"], result.cached) == (rows, False)


def test_a_quick_look_is_no_job_unless_asked(service: ToolService) -> None:
    assert service.submit("list_datasets", {}, Principal()).job_id is None
    call = service.submit("list_datasets", {}, Principal(), as_job=True)
    call.future.result(timeout=30)
    assert service.workspace.jobs[call.job_id or ""].state == "succeeded"


def test_a_killed_server_keeps_finished_datasets_and_loses_only_the_running_job(home: Path, toy_modules: None, tmp_path: Path) -> None:
    pd.DataFrame({"x": range(50)}).to_csv(tmp_path / "kept.csv", index=False)
    code = f"""
import os, threading
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.service import ToolService
from imcp_jupyter.workspace.workspace import Workspace
if __name__ == "__main__":
    service = ToolService(Workspace.open()); service.start()
    service.submit("import_data", {{"source": {str(tmp_path / "kept.csv")!r}}}, Principal()).future.result()
    hanging = threading.Event()
    call = service.submit("hang", {{}}, Principal(), on_progress=lambda *_: hanging.set())
    hanging.wait()
    print(call.job_id, service.pid_of(call.job_id), flush=True)
    os.kill(os.getpid(), 9)
"""
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    job_id, worker = died.stdout.split()
    workspace = Workspace.open(Settings.load())
    try:
        assert len(workspace.datasets["kept"].to_pandas()) == 50
        assert workspace.jobs[job_id].state == "lost"
        assert "half" not in workspace.datasets
        deadline = time.monotonic() + 10
        while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
            os.sched_yield()
        assert not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text()
        workspace.clean_up()
        assert list(workspace.staging_folder.iterdir()) == []
    finally:
        workspace.close()


def test_every_call_leaves_a_trail(service: ToolService) -> None:
    agent = Principal(subject="trail-agent", kind="agent", face="mcp")
    service.submit("list_datasets", {}, agent).future.result(timeout=60)
    with pytest.raises(NotFound):
        service.submit("preview_dataset", {"dataset": "nowhere"}, agent).future.result(timeout=60)
    with pytest.raises(InvalidInput):
        service.submit("generate_tabular", {"data": "demo:adult", "rows": -1, "api_key": "hush"}, agent)
    call = service.submit("generate_tabular", {"data": "demo:adult", "rows": 30, "engine": "copula"}, agent)
    call.future.result(timeout=120)
    trail = service.workspace.trail.of("trail-agent")
    assert [(one.tool, one.state) for one in trail] == [
        ("list_datasets", "succeeded"), ("preview_dataset", "failed"), ("generate_tabular", "refused"), ("generate_tabular", "succeeded"),
    ]  # fmt: skip
    assert [one.job_id for one in trail] == [None, None, None, call.job_id]
    assert "hush" not in str(trail)
    assert "trail-agent" in list(service.workspace.trail.subjects())
    report = service.submit("gatf_validate", {"subject": "agent:trail-agent", "task_tools": ["list_datasets"]}, agent).future.result(
        timeout=120
    )
    assert report.level == "none"  # four calls say nothing
    with pytest.raises(NotFound, match="nobody called 'nobody' made a call"):
        service.submit("gatf_validate", {"subject": "agent:nobody"}, agent).future.result(timeout=120)
