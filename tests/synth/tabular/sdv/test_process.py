from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import JobCancelled
from imcp_jupyter.synth.tabular.sdv.engine import CtganEngine
from imcp_jupyter.synth.tabular.sdv.model import SdvModel


def test_a_cancel_ends_the_process_within_a_second(model: SdvModel, fit_again: Callable[..., SdvModel]) -> None:
    process = model.process
    moments: list[float] = []

    def cancel(share: float, message: str) -> None:
        moments.append(time.monotonic())
        if len(moments) == 3:
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        process.ask(cancel, do="sample", rows=50_000_000, seed=1, data={"table": str(process.folder / "never")})
    assert time.monotonic() - moments[-1] < 1
    assert max(later - earlier for earlier, later in pairwise(moments)) < 1  # a cancel is heard of in time
    assert not process.alive
    assert not process.folder.exists()


def test_a_cancel_while_sdv_starts_ends_the_fit(table: Table) -> None:
    started: list[float] = []

    def cancel(share: float, message: str) -> None:
        if message == "starting SDV":
            started.append(time.monotonic())
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        CtganEngine().fit(table, cancel)
    assert time.monotonic() - started[0] < 1
