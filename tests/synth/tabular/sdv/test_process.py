from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput, JobCancelled, WorkerDied
from imcp_jupyter.synth.tabular.engine import no_progress
from imcp_jupyter.synth.tabular.sdv.engine import CtganEngine
from imcp_jupyter.synth.tabular.sdv.model import SdvModel
from imcp_jupyter.synth.tabular.sdv.process import SdvProcess

ORPHAN = """
import signal
from imcp_jupyter.synth.tabular.sdv.process import SdvProcess
process = SdvProcess("sdv:ctgan")
print(process.pid, process.folder, flush=True)
signal.pause()
"""


def running(pid: int) -> bool:
    """Whether process `pid` runs; a dead one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_cancel_ends_the_process_within_a_second(model: SdvModel, fit_again: Callable[..., SdvModel]) -> None:
    process = model.process
    moments: list[float] = []

    def cancel(share: float, message: str) -> None:
        moments.append(time.monotonic())
        if len(moments) == 3:
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        process.ask(cancel, do="sample", rows=50_000_000, seed=1, data={"table": str(process.folder / "never")})
    assert time.monotonic() - moments[-1] < 1
    assert max(later - earlier for earlier, later in pairwise(moments)) < 1  # a cancel is heard of in time
    assert not running(process.pid)
    assert not process.folder.exists()


def test_a_cancel_while_sdv_starts_ends_the_fit(table: Table) -> None:
    started: list[float] = []

    def cancel(share: float, message: str) -> None:
        if message == "starting SDV":
            started.append(time.monotonic())
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        CtganEngine().fit(table, cancel)
    assert time.monotonic() - started[0] < 1


def test_the_process_ends_with_its_parent_and_leaves_no_files(until: Callable[..., None]) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, folder = parent.stdout.readline().split()
    assert running(int(pid))
    assert Path(folder).stat().st_mode & 0o777 == 0o700
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    until(lambda: not running(int(pid)))
    assert not Path(folder).exists()


def test_a_process_that_is_killed_is_said_to_be() -> None:
    process = SdvProcess("sdv:ctgan")
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="ended by SIGKILL"):
        process.ask(no_progress, do="sample", rows=1, seed=1, data="never")
    assert not process.folder.exists()


def test_what_sdv_refuses_is_said_in_its_words(tmp_path: Path) -> None:
    process = SdvProcess("sdv:ctgan")
    with pytest.raises(InvalidInput, match="SDV refused") as caught:
        process.ask(no_progress, do="nothing of the kind")
    assert caught.value.field == "engine"
