"""The sections of the tabular benchmark run on small tables, so that they do not rot between measurements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench import quality, tabular
from bench.collection import RealTable, collection
from bench.forest import forest
from bench.packages import NotToBeHad


def gone() -> tuple[pd.DataFrame, pd.DataFrame]:
    raise NotToBeHad("flowers==1.0 could not be fetched")


@pytest.fixture(scope="module")
def text(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> str:
    woods = forest(1000, np.random.default_rng(1)).drop(columns=[f"soil_{kind}" for kind in range(3, 41)])
    return quality.section(
        [
            RealTable("adult", "bundled", "CC BY 4.0", "income", lambda: (adult.head(500), adult_holdout.head(500)), peer_rows=200),
            RealTable("woods", "made here", "ours", "elevation", lambda: (woods.head(500), woods.tail(500)), peer_rows=0),
            RealTable("flowers", "flowers 1.0", "MIT", "species", gone),
        ]
    )


def test_our_engines_have_a_row_for_every_table(text: str) -> None:
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert sum(line.startswith("|  | `cart` |") for line in rows) == 2
    assert sum(line.startswith("|  | `copula` |") for line in rows) == 2


def test_a_peer_that_learned_from_fewer_rows_says_so(text: str) -> None:
    assert "SDV GaussianCopula (200 rows)" in text


def test_published_scores_stand_beside_those_of_this_run(text: str) -> None:
    (row,) = [line for line in text.splitlines() if line.startswith("| adult |")]
    assert "| 0.879 |" in row
    assert "(0.943)" in row


def test_the_bar_of_a_stand_in_is_neither_met_nor_missed() -> None:
    published = quality.PUBLISHED["covtype-size"]
    assert quality._bar(0.99, published, stand_in=True) == "not the same table (above 0.979)"
    assert quality._bar(0.95, published, stand_in=True) == "not the same table (below 0.979)"
    assert quality._bar(0.95, published, stand_in=False) == "missed (0.979)"


def test_a_table_that_cannot_be_had_is_named(text: str) -> None:
    assert "- flowers: flowers==1.0 could not be fetched" in text


def test_an_engine_that_fails_is_named_with_its_error(text: str) -> None:
    (line,) = [line for line in text.splitlines() if line.startswith("- SDV GaussianCopula on woods: ")]
    assert "Error: " in line


def test_the_section_on_adult_runs_at_a_small_size() -> None:
    lines = tabular.section(500).splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")][2:] == [
        "holdout itself (the ceiling)", "`cart`", "`copula`", "SDV GaussianCopula, defaults",
    ]  # fmt: skip


def test_tables_are_named_once_and_say_where_they_come_from() -> None:
    tables = collection()
    assert len({table.name for table in tables}) == len(tables)
    assert all(table.source and table.licence and table.target for table in tables)
