"""The process that runs TabularARGN: ``python -m imcp_jupyter.synth.tabular.mostly.child FOLDER`` (see `isolated.serve`).

In requests, ``data`` and ``model`` are paths. A model goes between as ``MODEL.json`` (the text of the engine's own JSON files, by file) and
``MODEL.npz`` (the network's weights): the engine keeps its weights in torch's pickled format, which we neither store nor read.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..isolated.serve import Tell, seed_everything, serve

STORED = ("ModelStore/tgt-stats/stats.json", "ModelStore/model-data/model-configs.json")  # what drawing reads, besides the weights
_WEIGHTS = "ModelStore/model-data/model-weights.pt"
_LOADED, _ENCODED, _LEARNED = 0.1, 0.15, 0.98  # shares of a fit after which the engine is imported, the table encoded, the model fitted


class Session:
    """One model, fitted or loaded here, in the engine's own folder."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._place = Path.cwd() / "engine"  # the private folder between the two processes

    def fit(self, options: dict[str, Any], kinds: dict[str, str], data: str, model: str, seed: int) -> None:
        self._tell(0.0, "starting MOSTLY")
        engine = _engine()
        from joblib import parallel_config
        from pyarrow.feather import read_feather

        frame = read_feather(data)
        os.unlink(data)
        shutil.rmtree(self._place, ignore_errors=True)
        self._tell(_LOADED, "encoding")
        engine.set_random_state(seed)
        # The engine asks joblib for all cores but one: what those processes draw would depend on how many there are.
        with parallel_config(backend="sequential"):
            engine.split(frame, tgt_encoding_types=kinds, model_type="TABULAR", workspace_dir=self._place)
            engine.analyze(value_protection=options.pop("value_protection"), workspace_dir=self._place)
            engine.encode(workspace_dir=self._place)
        self._tell(_ENCODED, "training")
        size = options.pop("model").capitalize()
        progress = _progress(self._tell, options["max_epochs"])
        engine.train(model=f"MOSTLY_AI/{size}", workspace_dir=self._place, device="cpu", update_progress=progress, **options)
        self._tell(_LEARNED, "keeping the model")
        self._export(model)
        self._tell(1.0, "fitted")

    def load(self, model: str) -> None:
        import torch

        self._tell(0.0, "starting MOSTLY")
        _engine()
        shutil.rmtree(self._place, ignore_errors=True)
        for name, content in json.loads(Path(f"{model}.json").read_text()).items():
            path = self._place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        with np.load(f"{model}.npz", allow_pickle=False) as weights:
            state = {name: torch.from_numpy(weights[name]) for name in weights.files}
        if state:
            torch.save(state, self._place / _WEIGHTS)

    def sample(self, rows: int, seed: int, data: str) -> None:
        import pandas as pd
        from pyarrow.feather import write_feather

        engine = _engine()
        from mostlyai.engine._common import load_generated_data

        seed_everything(seed)
        engine.generate(
            sample_size=rows, batch_size=rows, rare_category_replacement_method="SAMPLE", device="cpu", workspace_dir=self._place
        )
        frame = load_generated_data(self._place)
        # What stands for a value that only a few rows have, "_RARE_" or nothing, is no number: the parent sees a gap.
        numbers = {name: pd.to_numeric(frame[name], errors="coerce").to_numpy("float64", na_value=np.nan) for name in frame}
        write_feather(pd.DataFrame(numbers), data, compression="uncompressed")

    def _export(self, model: str) -> None:
        import torch

        stored = {name: (self._place / name).read_text() for name in STORED if (self._place / name).exists()}
        Path(f"{model}.json").write_text(json.dumps(stored))
        path = self._place / _WEIGHTS
        state = torch.load(path, map_location="cpu", weights_only=True) if path.exists() else {}  # none: too few rows to train on
        np.savez(f"{model}.npz", **{name: tensor.numpy() for name, tensor in state.items()})


def skip_language_models() -> None:
    """Let the package be imported without its language models, which TabularARGN does not need: transformers, which they import,
    takes most of the start, and does not load where torchvision was built for another torch.
    """
    part = "mostlyai.engine._language"
    sys.modules[part], face = ModuleType(part), ModuleType(f"{part}.interface")
    face.__dict__["LanguageModel"] = None
    sys.modules[face.__name__] = face


def _engine() -> Any:
    """The package, computing on one thread, with its files in the private folder, and blind to how much memory is free."""
    if "mostlyai.engine" not in sys.modules:
        folder = str(Path.cwd())
        # Hugging Face's datasets would leave a copy of the table in the user's cache.
        os.environ.update(HF_HOME=folder, HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
        # Batch sizes follow the free memory (engine 2.7, _memory.py): the same seed must not give other rows on a busier machine.
        os.environ["MOSTLY_ENGINE_AVAILABLE_RAM_FOR_HEURISTICS"] = "16g"
        skip_language_models()
    import torch
    from mostlyai import engine

    torch.set_num_threads(1)  # sums in another order are other sums
    return engine


def _progress(tell: Tell, epochs: float) -> Callable[..., None]:
    def hear(total: int | None = None, completed: int | None = None, message: dict[str, Any] | None = None, **_: Any) -> None:
        if total and completed is not None and message is not None:
            share = _ENCODED + (_LEARNED - _ENCODED) * min(completed / total, 1)
            tell(share, f"epoch {math.ceil(message['epoch'])} of at most {epochs:g}")

    return hear


if __name__ == "__main__":
    serve(sys.argv[1], Session)
