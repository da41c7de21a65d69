"""The process that runs SDV: ``python -m imcp_jupyter.synth.tabular.sdv.child FOLDER``, one JSON object per line both ways.

Requests: ``{"do": "fit", "synthesizer", "options", "sdtypes", "data", "model", "seed"}``, ``{"do": "load", "synthesizer", "model"}``
and ``{"do": "sample", "rows", "seed", "data"}``, where ``data`` and ``model`` are paths. Answers: ``{"share", "message"}`` any
number of times, then ``{"done": true}`` or ``{"error", "kind"}``. The process ends when its input ends: it never outlives its parent,
and takes FOLDER, where the files between the two are, with it.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

TABLE = "table"
Tell = Callable[[float, str], None]
_LOADED, _LEARNED = 0.1, 0.95  # shares of a fit after which SDV is imported, and its model is fitted


def main(folder: str) -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # SDV prints; that must not end up among the answers

    def answer(content: dict[str, Any]) -> None:
        out.write(json.dumps(content) + "\n")

    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, folder), daemon=True).start()
    session = Session(lambda share, message: answer({"share": share, "message": message}))
    while True:
        request = requests.get()
        try:
            getattr(session, request.pop("do"))(**request)
        except ImportError as error:
            answer({"error": str(error), "kind": "missing"})
        except Exception as error:  # whatever SDV raises is an answer, and the log has its trace
            sys.excepthook(type(error), error, error.__traceback__)
            answer({"error": f"{type(error).__name__}: {error}", "kind": "failed"})
        else:
            answer({"done": True})


class Session:
    """One synthesizer, fitted or loaded here."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._synthesizer: Any = None

    def fit(self, synthesizer: str, options: dict[str, Any], sdtypes: dict[str, str], data: str, model: str, seed: int) -> None:
        self._tell(0.0, "starting SDV")
        kind = _synthesizer_class(synthesizer)
        _count_epochs(self._tell)
        from joblib import parallel_config
        from pyarrow.feather import read_feather
        from sdv.metadata import Metadata

        frame = read_feather(data)
        os.unlink(data)
        # Given, never detected: SDV takes a column called "city" for personal data and throws its statistics away.
        columns = {name: {"sdtype": sdtype} for name, sdtype in sdtypes.items()}
        metadata = Metadata.load_from_dict({"METADATA_SPEC_VERSION": "V1", "tables": {TABLE: {"columns": columns}}, "relationships": []})
        self._tell(_LOADED, f"fitting {synthesizer}")
        _seed_everything(seed)
        # The codec in our process rounds; SDV need not.
        fitted = kind(metadata, enforce_rounding=False, **options)
        # CTGAN asks joblib for all cores: what those processes draw would depend on how many there are.
        with parallel_config(backend="sequential"):
            fitted.fit({TABLE: frame})
        self._tell(_LEARNED, "keeping the model")
        fitted.save(model)
        # A freshly read model, so that a stored one draws the very same rows.
        self._synthesizer = _read_model(model)
        self._tell(1.0, "fitted")

    def load(self, synthesizer: str, model: str) -> None:
        """Unpickle `model`. The caller has checked its signature."""
        self._tell(0.0, "starting SDV")
        _synthesizer_class(synthesizer)
        self._synthesizer = _read_model(model)

    def sample(self, rows: int, seed: int, data: str) -> None:
        from pyarrow.feather import write_feather

        _seed_everything(seed)
        self._synthesizer.reset_sampling()
        # SDV has no public seed: unset, `sample` would set its own fixed one (sdv 2.0, single_table/base.py, _sample_rows).
        self._synthesizer._set_random_state(seed)
        frame = self._synthesizer.sample(rows)[TABLE]
        write_feather(frame.reset_index(drop=True), data, compression="uncompressed")


def _read(requests: queue.SimpleQueue[dict[str, Any]], folder: str) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _synthesizer_class(name: str) -> Any:
    import logging
    import warnings

    logging.disable(logging.CRITICAL)  # SDV keeps a log file of its own about what is fitted
    warnings.simplefilter("ignore")
    single_table = importlib.import_module("sdv.single_table")
    import torch

    torch.set_num_threads(1)  # sums in another order are other sums
    return getattr(single_table, name)


def _read_model(path: str) -> Any:
    return importlib.import_module("sdv.utils").load_synthesizer(path)


def _seed_everything(seed: int) -> None:
    import random

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)  # the generator that SDV draws from
    torch.manual_seed(seed)


class _Epochs:
    """Stands in for tqdm around the loop over epochs: tells of each one."""

    def __init__(self, tell: Tell, epochs: Iterable[int]) -> None:
        self._tell = tell
        self._epochs = list(epochs)

    def __iter__(self) -> Iterator[int]:
        total = len(self._epochs)
        for number, epoch in enumerate(self._epochs, start=1):
            yield epoch
            self._tell(_LOADED + (_LEARNED - _LOADED) * number / total, f"epoch {number} of {total}")


def _count_epochs(tell: Tell) -> None:
    for name in ("ctgan.synthesizers.ctgan", "ctgan.synthesizers.tvae"):
        module: Any = importlib.import_module(name)
        module.tqdm = lambda epochs, **_: _Epochs(tell, epochs)


if __name__ == "__main__":
    main(sys.argv[1])
