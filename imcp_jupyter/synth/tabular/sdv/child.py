"""The process that runs SDV: ``python -m imcp_jupyter.synth.tabular.sdv.child FOLDER`` (see `isolated.serve`).

In requests, ``model`` and ``data`` are paths; a fit takes ``{"sdtypes", "key", "data"}`` per table.
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

    def fit(
        self,
        synthesizer: str,
        options: dict[str, Any],
        tables: dict[str, dict[str, Any]],
        relationships: list[dict[str, str]],
        model: str,
        seed: int,
    ) -> None:
        self._tell(0.0, "starting SDV")
        kind = _synthesizer_class(synthesizer)
        _count_epochs(self._tell)
        _count_families(self._tell, len(relationships))
        from joblib import parallel_config
        from pyarrow.feather import read_feather
        from sdv.metadata import Metadata

        frames = {}
        for name, table in tables.items():
            frames[name] = read_feather(table["data"])
            os.unlink(table["data"])
        # Given, never detected: SDV takes a column called "city" for personal data and throws its statistics away.
        described = {name: _described(table) for name, table in tables.items()}
        metadata = Metadata.load_from_dict({"METADATA_SPEC_VERSION": "V1", "tables": described, "relationships": relationships})
        self._tell(_LOADED, f"fitting {synthesizer}")
        seed_everything(seed)
        fitted = _new(kind, metadata, options)
        # CTGAN asks joblib for all cores: what those processes draw would depend on how many there are.
        with parallel_config(backend="sequential"):
            fitted.fit(frames)
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
        """Of the one table."""
        self._seed(seed)
        main = {"main_table_name": TABLE} if _has_families(self._synthesizer) else {}
        _write(self._synthesizer.sample(rows, **main)[TABLE], data)

    def sample_tables(self, scale: float, seed: int, data: dict[str, str]) -> None:
        """Of several tables, `data` a path for each."""
        self._seed(seed)
        frames = self._synthesizer.sample_scale(scale)
        for name, path in data.items():
            _write(frames[name], path)

    def _seed(self, seed: int) -> None:
        seed_everything(seed)
        self._synthesizer.reset_sampling()
        _seed_sampling(self._synthesizer, seed)


def _write(frame: Any, path: str) -> None:
    from pyarrow.feather import write_feather

    write_feather(frame.reset_index(drop=True), path, compression="uncompressed")


def _described(table: dict[str, Any]) -> dict[str, Any]:
    columns = {name: {"sdtype": sdtype} for name, sdtype in table["sdtypes"].items()}
    return {"columns": columns} | ({"primary_key": table["key"]} if table["key"] else {})


def _has_families(synthesizer: Any) -> bool:
    return hasattr(synthesizer, "set_table_parameters")


def _new(kind: Any, metadata: Any, options: dict[str, Any]) -> Any:
    """A synthesizer that does not round: the codec in our process does."""
    if not _has_families(kind):
        return kind(metadata, enforce_rounding=False, **options)
    made = kind(metadata, verbose=False)
    given = {name: value for name, value in options.items() if value is not None}
    for table in metadata.tables:
        made.set_table_parameters(table, {**made._table_parameters[table], "enforce_rounding": False, **given})
    return made


def _seed_sampling(synthesizer: Any, seed: int) -> None:
    """SDV has no public seed: unset, `sample` would set its own fixed one (sdv 2.0, single_table/base.py, _sample_rows)."""
    if not _has_families(synthesizer):
        synthesizer._set_random_state(seed)
        return
    import numpy as np

    # HMA makes a synthesizer per family while it samples; each would start from the same fixed seed, and all families
    # would have the same luck. `_numpy_seed` is what it seeds numpy with before that.
    synthesizer._numpy_seed = seed
    recreate = type(synthesizer)._recreate_child_synthesizer

    def seeded(*family: Any) -> Any:
        made = recreate(synthesizer, *family)
        made._set_random_state(int(np.random.randint(2**31)))
        return made

    synthesizer._recreate_child_synthesizer = seeded
    for number, table in enumerate(synthesizer._table_synthesizers.values()):
        if table._model is not None:
            table._set_random_state((seed + number) % 2**32)


def _synthesizer_class(name: str) -> Any:
    import logging
    import warnings

    logging.disable(logging.CRITICAL)  # SDV keeps a log file of its own about what is fitted
    warnings.simplefilter("ignore")
    module = importlib.import_module("sdv.multi_table" if name == "HMASynthesizer" else "sdv.single_table")
    import torch

    torch.set_num_threads(1)  # sums in another order are other sums
    return getattr(module, name)


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


class _Families:
    """Stands in for tqdm around the loops over families, one loop per relation: tells of every hundredth of each."""

    def __init__(self, tell: Tell, relations: int) -> None:
        self._tell = tell
        self._relations = relations
        self._relation = 0

    def __call__(self, items: Iterable[Any], desc: str = "", **_: Any) -> Iterator[Any]:
        # The other loop that SDV shows goes over tables: few steps, after all families.
        return self._counted(list(items)) if " and " in desc else iter(items)

    def _counted(self, families: list[Any]) -> Iterator[Any]:
        total, step = len(families), max(len(families) // 100, 1)
        for number, family in enumerate(families, start=1):
            yield family
            if number % step == 0:
                done = (self._relation + number / total) / self._relations
                words = f"family {number:,} of {total:,}, relation {self._relation + 1} of {self._relations}"
                self._tell(_LOADED + (_LEARNED - _LOADED) * 0.9 * done, words)
        self._relation += 1


def _count_families(tell: Tell, relations: int) -> None:
    if relations:
        module: Any = importlib.import_module("sdv.multi_table.hma")
        module.tqdm = _Families(tell, relations)


def _count_epochs(tell: Tell) -> None:
    for name in ("ctgan.synthesizers.ctgan", "ctgan.synthesizers.tvae"):
        module: Any = importlib.import_module(name)
        module.tqdm = lambda epochs, **_: _Epochs(tell, epochs)


if __name__ == "__main__":
    serve(sys.argv[1], Session)
