"""The section on related tables, row by row on small tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench import related
from imcp_jupyter.errors import InvalidInput, JobCancelled
from imcp_jupyter.models.relations import Relation

AIRLINES = pd.DataFrame({"carrier": [f"A{number}" for number in range(30)], "name": [f"Air {number % 4}" for number in range(30)]})
FLIGHTS = pd.DataFrame({"carrier": np.repeat(AIRLINES["carrier"].to_numpy(), np.arange(30)), "miles": np.arange(435) % 50})
FRAMES = {"airlines": AIRLINES, "flights": FLIGHTS}
RELATIONS = [Relation(parent="airlines", child="flights", key="carrier", foreign_key="carrier")]


def test_a_row_tells_of_time_orphans_and_children() -> None:
    row = related._row("ours", FRAMES, RELATIONS, lambda progress: related._native(FRAMES, RELATIONS, progress))
    assert row[:3] == ["ours", "435", "1"] and row[5] == "0"
    assert float(row[6]) >= 0.95


def test_orphans_are_counted() -> None:
    lost = FRAMES | {"flights": FLIGHTS.assign(carrier="nobody")}
    row = related._row("broken", FRAMES, RELATIONS, lambda progress: lost)
    assert row[5] == "435"


def test_an_engine_that_is_stopped_or_refuses_says_so() -> None:
    def stopped(progress: related.Progress) -> related.Frames:
        progress(0.5, "family 3 of 9")
        raise JobCancelled("stopped after 1 s")

    def refused(progress: related.Progress) -> related.Frames:
        raise InvalidInput("too many tables")

    assert related._row("slow", FRAMES, RELATIONS, stopped)[3] == "stopped after 1 s (family 3 of 9)"
    assert related._row("strict", FRAMES, RELATIONS, refused)[3] == "too many tables"
