"""Our end of the process that runs a library."""

from __future__ import annotations

import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

from ....errors import InvalidInput, WorkerDied
from ..engine import Progress
from .library import Library

log = logging.getLogger(__name__)

_BEAT = 0.1  # seconds without news after which `progress` is called again: it is how a cancel gets through
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # one: sums in another order are other sums
_ROOT = Path(__file__).parents[4]  # the folder that holds the package
_LOG_TAIL = 4_000  # bytes


class EngineProcess:
    """One process with `library`, and a folder (mode 0700) for the files that go between. Ended with `close`, or with this object."""

    def __init__(self, engine: str, library: Library) -> None:
        self._engine = engine
        self._library = library
        self.folder = Path(tempfile.mkdtemp(prefix=f"imcp-{library.extra}-"))
        self._log = self.folder / "log"
        paths = [str(_ROOT), *(os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path)]
        env = os.environ | dict.fromkeys(_THREAD_VARIABLES, "1") | {"PYTHONPATH": os.pathsep.join(paths)}
        env["PYTHONHASHSEED"] = "0"  # SDV walks over sets of table names while it draws
        with self._log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", library.child, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                env=env,
                cwd=self.folder,  # libraries may leave files where they run
                start_new_session=True,  # Ctrl-C is ours to handle; and the group can be ended with all its children
            )
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._process, self._answers), name=f"imcp-{library.extra}", daemon=True).start()
        self._lock = threading.Lock()
        self.close = weakref.finalize(self, _end, self._process, self.folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, progress: Progress, **request: Any) -> None:
        """Send `request` (see `serve`) and wait for its end.

        Calls `progress` at least every `_BEAT` seconds; what it raises ends the process. Raises `InvalidInput` with the library's own
        words, `MissingExtra` when a part of it cannot be imported, `WorkerDied` when the process ended.
        """
        with self._lock:
            try:
                self._send(request)
                self._wait(progress)
            except BaseException:
                self.close()
                raise

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._death() from None

    def _wait(self, progress: Progress) -> None:
        share, message = 0.0, f"starting {self._library.title}"
        while True:
            try:
                answer = self._answers.get(timeout=_BEAT)
            except queue.Empty:
                progress(share, message)
                continue
            if answer is None:
                raise self._death()
            if "done" in answer:
                return
            if "error" in answer:
                raise self._refusal(answer)
            share, message = answer["share"], answer["message"]
            progress(share, message)

    def _refusal(self, answer: dict[str, Any]) -> Exception:
        if answer["kind"] == "missing":
            log.error("%s cannot be imported: %s", self._library.title, answer["error"])
            return self._library.missing(self._engine)
        log.error("%s failed: %s", self._library.title, self._tail())
        return InvalidInput(
            f"{self._library.title} refused ({answer['error'].splitlines()[0]})",
            field="engine",
            hint="the engines cart and copula take any table",
        )

    def _death(self) -> WorkerDied:
        code = self._process.wait()
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        title = self._library.title
        log.error("%s ended %s: %s", title, how, self._tail())
        return WorkerDied(
            f"the process that ran {title} ended {how}", hint="out of memory or killed from outside: try fewer rows or columns"
        )

    def _tail(self) -> str:
        try:
            return self._log.read_bytes()[-_LOG_TAIL:].decode(errors="replace")
        except OSError:
            return ""


def _listen(process: subprocess.Popen[str], answers: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            answers.put(json.loads(line))
    answers.put(None)


def _end(process: subprocess.Popen[str], folder: Path) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with suppress(OSError):  # a request that nobody read
            process.stdin.close()
    shutil.rmtree(folder, ignore_errors=True)
