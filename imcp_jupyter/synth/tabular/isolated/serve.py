"""The child's end: ``python -m CHILD FOLDER``, one JSON object per line both ways.

A request ``{"do": NAME, …}`` calls the session's method NAME with the rest: ``fit``, ``load`` and ``sample``. Answers: ``{"share",
"message"}`` any number of times, then ``{"done": true}`` or ``{"error", "kind"}``. The process ends when its input ends: it never outlives
its parent, and takes FOLDER, where the files between the two are, with it.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

Tell = Callable[[float, str], None]


def serve(folder: str, begin: Callable[[Tell], Any]) -> None:
    """Answer requests with the session that `begin` makes; never returns."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # libraries print; that must not end up among the answers

    def answer(content: dict[str, Any]) -> None:
        out.write(json.dumps(content) + "\n")

    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, folder), daemon=True).start()
    session = begin(lambda share, message: answer({"share": share, "message": message}))
    while True:
        request = requests.get()
        try:
            getattr(session, request.pop("do"))(**request)
        except ImportError as error:
            answer({"error": str(error), "kind": "missing"})
        except Exception as error:  # whatever the library raises is an answer, and the log has its trace
            sys.excepthook(type(error), error, error.__traceback__)
            answer({"error": f"{type(error).__name__}: {error}", "kind": "failed"})
        else:
            answer({"done": True})


def seed_everything(seed: int) -> None:
    """Seed whatever torch libraries draw from; `seed` has 32 bits, which is all that numpy's old generator takes."""
    import random

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def _read(requests: queue.SimpleQueue[dict[str, Any]], folder: str) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
