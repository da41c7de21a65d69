from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from imcp_jupyter.errors import InvalidInput, JobCancelled, MissingExtra, WorkerDied
from imcp_jupyter.synth.tabular.engine import no_progress
from imcp_jupyter.synth.tabular.isolated.library import Library
from imcp_jupyter.synth.tabular.isolated.process import EngineProcess

FIXTURES = Path(__file__).parents[3] / "fixtures"
TOY = Library(title="Toy", module="no_such_module_anywhere", extra="toy", child="toy_child")
ORPHAN = """
import signal
from imcp_jupyter.synth.tabular.isolated.library import Library
from imcp_jupyter.synth.tabular.isolated.process import EngineProcess
process = EngineProcess("toy", Library(title="Toy", module="toy", extra="toy", child="toy_child"))
print(process.pid, process.folder, flush=True)
signal.pause()
"""


def running(pid: int) -> bool:
    """Whether process `pid` runs; a dead one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineProcess]:
    monkeypatch.setenv("PYTHONPATH", str(FIXTURES))
    process = EngineProcess("toy", TOY)
    yield process
    process.close()


def test_progress_is_heard_and_prints_are_not(toy: EngineProcess) -> None:
    heard: list[tuple[float, str]] = []
    toy.ask(lambda share, message: heard.append((share, message)), do="count", steps=2)
    assert [said for said in heard if said[0]] == [(0.5, "step 1"), (1.0, "step 2")]
    assert toy.alive


def test_a_cancel_ends_the_process_within_a_second(toy: EngineProcess) -> None:
    moments: list[float] = []

    def cancel(share: float, message: str) -> None:
        if message == "waiting":
            moments.append(time.monotonic())
            if len(moments) == 3:
                raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        toy.ask(cancel, do="wait")
    assert time.monotonic() - moments[-1] < 1
    assert max(later - earlier for earlier, later in pairwise(moments)) < 1  # a cancel is heard of in time
    assert not running(toy.pid)
    assert not toy.folder.exists()


def test_the_process_ends_with_its_parent_and_leaves_no_files(until: Callable[..., None]) -> None:
    env = os.environ | {"PYTHONPATH": str(FIXTURES)}
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, env=env)
    assert parent.stdout is not None
    pid, folder = parent.stdout.readline().split()
    assert running(int(pid))
    assert Path(folder).stat().st_mode & 0o777 == 0o700
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    until(lambda: not running(int(pid)))
    assert not Path(folder).exists()


def test_a_process_that_is_killed_is_said_to_be(toy: EngineProcess) -> None:
    os.kill(toy.pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="the process that ran Toy ended by SIGKILL"):
        toy.ask(no_progress, do="wait")
    assert not toy.folder.exists()


def test_what_the_library_refuses_is_said_in_its_words(toy: EngineProcess) -> None:
    with pytest.raises(InvalidInput, match=r"Toy refused \(ValueError: this table is too odd\)") as caught:
        toy.ask(no_progress, do="fail")
    assert caught.value.field == "engine"


def test_a_part_that_cannot_be_imported_names_the_install_line(toy: EngineProcess) -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'imcp_jupyter\[toy\]'"):
        toy.ask(no_progress, do="need")


def test_a_library_that_is_not_there_is_not_installed() -> None:
    assert not TOY.installed
    assert not Library(title="Toy", module="no_such_package.module", extra="toy", child="toy_child").installed
