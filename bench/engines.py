"""Engines that the tables of the benchmark compare: ours, and SDV's on the same rows."""

from __future__ import annotations

import importlib
import logging
import warnings
from typing import Any

import pandas as pd

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.registry import find_engine

Frame = pd.DataFrame


def load_peers() -> None:
    """Import what the peers need: an import is no part of a fit, and is not to be timed as one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("sdv.single_table")


def native(name: str, train: Frame, rows: int, seed: int) -> Frame:
    """Fit the engine `name` on `train` and draw."""
    return find_engine(name).fit(Table.of(train)).sample(rows, seed)


def sdv_copula(train: Frame, rows: int, metadata: dict[str, Any]) -> Frame:
    """SDV's GaussianCopulaSynthesizer with its defaults, told the same kinds of columns as SDMetrics; it takes no seed."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    known = Metadata.load_from_dict({"tables": {"table": metadata}, "relationships": []})
    logging.getLogger("sdv").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        synthesizer = GaussianCopulaSynthesizer(known)
        synthesizer.fit({"table": train})
        made: Frame = synthesizer.sample(rows)["table"]
    return made
