"""Whole runs on Adult, made once: they are the known answers that many tests look at."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.models.validation import Check, ReportDocument


@dataclass(frozen=True)
class Halves:
    """Adult's training rows and two random halves of its holdout."""

    real: Table
    holdout: Table
    unseen: pd.DataFrame


@pytest.fixture(scope="session")
def halves(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> Halves:
    order = np.random.default_rng(0).permutation(len(adult_holdout))
    middle = len(order) // 2
    return Halves(Table.of(adult), Table.of(adult_holdout.iloc[order[middle:]]), adult_holdout.iloc[order[:middle]])


@pytest.fixture(scope="session")
def shuffled(adult: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({name: column.to_numpy()[rng.permutation(len(adult))] for name, column in adult.items()}).iloc[:16_281]


@pytest.fixture(scope="session")
def unseen_report(halves: Halves) -> ReportDocument:
    return run_gatf(Table.of(halves.unseen), halves.real, halves.holdout)


@pytest.fixture(scope="session")
def copied_report(adult: pd.DataFrame, halves: Halves) -> ReportDocument:
    copies = adult.sample(16_281, random_state=1)
    return run_gatf(Table.of(copies), halves.real, halves.holdout)


@pytest.fixture(scope="session")
def shuffled_run(shuffled: pd.DataFrame, adult_holdout: pd.DataFrame, halves: Halves) -> tuple[ReportDocument, float]:
    """A run of full size, with its CPU seconds."""
    started = time.process_time()
    document = run_gatf(Table.of(shuffled), halves.real, Table.of(adult_holdout))
    return document, time.process_time() - started


@pytest.fixture(scope="session")
def shuffled_report(shuffled_run: tuple[ReportDocument, float]) -> ReportDocument:
    return shuffled_run[0]


def check(document: ReportDocument, check_id: str) -> Check:
    return next(item for item in document.checks if item.id == check_id)


def mixed(rows: int, seed: int, levels: str = "abcde") -> pd.DataFrame:
    """A table with every kind of column, relations between them and missing values."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    level = rng.choice(list(levels), rows)
    frame = pd.DataFrame(
        {
            "id": np.arange(1000, 1000 + rows),
            "x": x,
            "y": 2 * x + rng.normal(size=rows) / 2,
            "amount": np.round(rng.exponential(size=rows), 2),
            "level": level,
            "group": np.where(rng.random(rows) < 0.8, np.char.upper(level), "A"),
            "flag": rng.random(rows) < 0.3,
            "at": pd.Timestamp("2024-01-01") + pd.to_timedelta((x * 100).round().astype(int), unit="h"),
            "same": "constant",
        }
    )
    frame["day"] = frame["at"].dt.strftime("%Y-%m-%d")
    frame.loc[rng.random(rows) < 0.1, "y"] = np.nan
    frame.loc[rng.random(rows) < 0.1, "group"] = None
    frame.loc[rng.random(rows) < 0.05, "at"] = pd.NaT
    return frame
