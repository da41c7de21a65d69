"""The process that runs SDV: ``python -m imcp_jupyter.synth.tabular.sdv.child FOLDER`` (see `isolated.serve`).

In requests, ``data`` and ``model`` are paths.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from ..isolated.serve import Tell, seed_everything, serve

TABLE = "table"
_LOADED, _LEARNED = 0.1, 0.95  # shares of a fit after which SDV is imported, and its model is fitted


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
        seed_everything(seed)
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

        seed_everything(seed)
        self._synthesizer.reset_sampling()
        # SDV has no public seed: unset, `sample` would set its own fixed one (sdv 2.0, single_table/base.py, _sample_rows).
        self._synthesizer._set_random_state(seed)
        frame = self._synthesizer.sample(rows)[TABLE]
        write_feather(frame.reset_index(drop=True), data, compression="uncompressed")


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
    serve(sys.argv[1], Session)
