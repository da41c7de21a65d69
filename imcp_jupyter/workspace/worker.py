"""A worker process: ``python -m imcp_jupyter.workspace.worker ENTRY`` runs one job at a time, handed to it on standard input.

ENTRY is a module with ``prepare()``, called while it idles to load what jobs need, and ``work(task, emit)``, called with each task (a dict)
and a callback for events (dicts). Floors above name it, so that this module needs to know nothing of them. One JSON object per
line both ways. The process ends when its input ends: a worker never outlives the server that started it.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
from typing import Any


def main(entry: str) -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not end up among the events
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        with lock:
            out.write(json.dumps(event) + "\n")

    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_tasks, args=(tasks,), daemon=True).start()
    module = importlib.import_module(entry)
    emit({"event": "ready"})
    if tasks.empty():  # a waiting task loads what it needs itself; an idle worker loads the rest ahead
        module.prepare()
    while True:
        module.work(tasks.get(), emit)
        emit({"event": "idle"})


def _read_tasks(tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    os._exit(0)  # the server is gone; its job must not go on in secret


if __name__ == "__main__":
    main(sys.argv[1])
