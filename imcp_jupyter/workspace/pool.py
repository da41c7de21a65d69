"""A pool of warm worker processes; one thread per worker feeds it and reads its events."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any, Protocol

from ..config import Settings
from ..errors import WorkerDied

log = logging.getLogger(__name__)

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Listener(Protocol):
    """Hears of one task. Called from the worker's thread."""

    def on_event(self, event: dict[str, Any]) -> None: ...

    def on_end(self, death: WorkerDied | None) -> None:
        """The task is over; `death` when its process ended instead of answering."""


@dataclass
class _Entry:
    key: str
    task: dict[str, Any]
    listener: Listener


class WorkerPool:
    """At most `settings.workers` processes. Idle ones stay warm; a killed one is replaced."""

    def __init__(self, entry: str, settings: Settings) -> None:
        self._entry = entry
        self._settings = settings
        self._tasks: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._waiting: dict[str, _Entry] = {}  # by key; what was taken back is in the queue only
        self._threads: list[threading.Thread] = []
        self._processes: dict[str, subprocess.Popen[str]] = {}  # by key of the running task
        self._idle = 0
        self._lock = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Start `settings.warm_workers` processes, so that the first job need not wait for imports."""
        for _ in range(min(self._settings.warm_workers, self._settings.workers)):
            self._add_worker()

    def submit(self, key: str, task: dict[str, Any], listener: Listener) -> None:
        with self._lock:
            busy = self._idle <= len(self._waiting)
            grow = busy and len(self._threads) < self._settings.workers
            self._waiting[key] = _Entry(key, task, listener)
        self._tasks.put(key)
        if grow:
            self._add_worker()

    def kill(self, key: str) -> bool:
        """Take task `key` back, or end the process that runs it; False when it is neither waiting nor running."""
        with self._lock:
            process, waiting = self._processes.get(key), self._waiting.pop(key, None)
        if waiting is not None:
            waiting.listener.on_end(WorkerDied("the task was taken back before a worker began it"))
        elif process is not None:
            process.kill()
        return waiting is not None or process is not None

    def pid_of(self, key: str) -> int | None:
        with self._lock:
            process = self._processes.get(key)
        return process.pid if process is not None else None

    @property
    def size(self) -> int:
        """Workers that there are, busy or idle."""
        with self._lock:
            return len(self._threads)

    def stop(self) -> None:
        """End all workers, also busy ones."""
        self._stopped = True
        with self._lock:
            running = list(self._processes.values())
            threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)
        for process in running:
            process.kill()
        for thread in threads:
            thread.join(timeout=5)

    def _add_worker(self) -> None:
        thread = threading.Thread(target=self._serve, name="imcp-worker", daemon=True)
        with self._lock:
            self._threads.append(thread)
            self._idle += 1
        thread.start()

    def _serve(self) -> None:
        """The life of one worker thread: a process, then task after task; a process that has died is replaced."""
        process: subprocess.Popen[str] | None = None
        try:
            while not self._stopped:
                if process is None or process.poll() is not None:
                    process = self._replaced(process)
                key = self._tasks.get()
                with self._lock:
                    entry = self._waiting.pop(key, None) if key is not None else None
                    self._idle -= entry is not None
                if key is None:
                    return
                if entry is None:  # taken back meanwhile
                    continue
                if process.poll() is not None:  # ended while it was idle
                    process = self._replaced(process)
                self._run(process, entry)
                with self._lock:
                    self._idle += 1
        except OSError as error:
            log.exception("a worker process could not be started")
            self._give_up(
                WorkerDied(f"a worker process could not be started: {error.strerror}", hint="free memory or processes, then run it again")
            )
        finally:
            if process is not None:
                _end(process)

    def _replaced(self, process: subprocess.Popen[str] | None) -> subprocess.Popen[str]:
        if process is not None:
            _end(process)
        return self._spawn()

    def _give_up(self, error: WorkerDied) -> None:
        """This thread ends without a process. If it was the last, whoever waits is told; the next task tries anew."""
        with self._lock:
            self._threads.remove(threading.current_thread())
            self._idle -= 1
            left_alone = list(self._waiting.values()) if not self._threads else []
            if left_alone:
                self._waiting.clear()
        for entry in left_alone:
            entry.listener.on_end(error)

    def _run(self, process: subprocess.Popen[str], entry: _Entry) -> None:
        with self._lock:
            self._processes[entry.key] = process
        answered = self._converse(process, entry)
        with self._lock:
            del self._processes[entry.key]
        entry.listener.on_end(None if answered else WorkerDied(_how_it_ended(process.wait()), hint=_DEATH_HINT))

    def _converse(self, process: subprocess.Popen[str], entry: _Entry) -> bool:
        """Hand over the task and read events until the worker is idle again; False when it died first."""
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:  # both are pipes, see _spawn
            return False
        try:
            stdin.write(json.dumps(entry.task) + "\n")
            stdin.flush()
        except OSError:
            return False
        for line in stdout:
            event = json.loads(line)
            if event["event"] == "idle":
                return True
            if event["event"] != "ready":
                entry.listener.on_event(event)
        return False

    def _spawn(self) -> subprocess.Popen[str]:
        threads = str(self._settings.threads_per_worker)
        env = os.environ | dict.fromkeys(_THREAD_VARIABLES, threads) | {"OMP_WAIT_POLICY": "PASSIVE"}
        command = [sys.executable, "-m", "imcp_jupyter.workspace.worker", self._entry]
        # A session of its own: Ctrl-C in the server's terminal must not reach the worker before the server has decided.
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=env, start_new_session=True
        )


_DEATH_HINT = "out of memory or killed from outside: run it again, with fewer rows or on a larger machine if it was memory"


def _how_it_ended(code: int) -> str:
    if code < 0:
        try:
            return f"the worker process was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"the worker process was ended by signal {-code}"
    return f"the worker process ended with exit code {code}"


def _end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.kill()
    process.wait()
