"""SDMetrics' numbers by the kept real side, on tables that are easy to get wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.tables import census
from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.gatf.quality.reference import Reference

from ..conftest import mixed
from .test_shapes import sdmetrics_report


def assert_as_in_sdmetrics(real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
    found = Reference(Table.of(real)).compare(Table.of(synthetic))
    report = sdmetrics_report(real, synthetic)
    shapes = report.get_details("Column Shapes").set_index("Column")["Score"]
    assert set(found.shapes) == set(shapes.index)
    for name, score in found.shapes.items():
        assert score == pytest.approx(shapes[name], abs=1e-9, nan_ok=True), name
    pairs = report.get_details("Column Pair Trends")
    counted = pairs[pairs["Meets Threshold?"].fillna(False).astype(bool)].set_index(["Column 1", "Column 2"])["Score"]
    for names, score in counted.items():
        assert found.pairs[names] == pytest.approx(score, abs=1e-9, nan_ok=True), names
    assert found.score == pytest.approx(report.get_score(), abs=1e-9)


def with_gaps(rows: int, seed: int) -> pd.DataFrame:
    frame, rng = mixed(rows, seed).drop(columns="id"), np.random.default_rng(seed)
    for name in ("x", "amount", "level", "at"):
        frame.loc[rng.random(rows) < 0.4, name] = None
    return frame


def constants(rows: int, seed: int) -> pd.DataFrame:
    frame = mixed(rows, seed)[["x", "y", "level", "group"]]
    return frame.assign(one=1.0, word="w", nearly=(frame["x"] > 2.5).astype(float))


def booleans(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    first = rng.random(rows) < 0.4
    second = first ^ (rng.random(rows) < 0.1)
    gaps = pd.Series(second, dtype="object").where(rng.random(rows) < 0.9)
    return pd.DataFrame({"first": first, "second": second, "gaps": gaps, "x": first + rng.normal(size=rows)})


def datetimes(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2020-02-28") + pd.to_timedelta(rng.integers(0, 10**8, rows), unit="s")
    end = start + pd.to_timedelta(rng.integers(0, 10**6, rows), unit="s")
    return pd.DataFrame(
        {"start": start, "end": end.where(rng.random(rows) < 0.8), "day": start.strftime("%Y-%m-%d"), "x": rng.normal(size=rows)}
    )


def many_levels(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    code = np.minimum(rng.zipf(1.2, rows), 5_000)
    return pd.DataFrame({"code": [f"c{value}" for value in code], "zone": [f"z{value % 700}" for value in code],
                         "number": rng.integers(0, 10**12, rows), "tiny": rng.normal(size=rows) * 1e-13})  # fmt: skip


@pytest.mark.parametrize("make", [with_gaps, constants, booleans, datetimes, many_levels, census])
def test_hard_frames_score_as_in_sdmetrics(make: Any) -> None:
    assert_as_in_sdmetrics(make(2_500, 1), make(2_000, 2))


def test_adult_scores_as_in_sdmetrics(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> None:
    assert_as_in_sdmetrics(adult, adult_holdout)


def test_a_second_candidate_scores_as_it_does_alone() -> None:
    real, first, second = (Table.of(mixed(500, seed, levels)) for seed, levels in ((0, "abc"), (1, "abx"), (2, "yz")))
    kept = Reference(real)
    kept.compare(first)
    assert kept.compare(second) == Reference(real).compare(second)


def test_a_candidate_with_fewer_columns_is_compared_over_those_it_has() -> None:
    found = Reference(Table.of(mixed(300, 0))).compare(Table.of(mixed(300, 1)[["x", "y"]]))
    assert set(found.shapes) == {"x", "y"}
    assert set(found.pairs) == {("x", "y")}


def test_a_candidate_without_shared_columns_is_refused() -> None:
    with pytest.raises(InvalidInput, match="share no column"):
        Reference(Table.of(mixed(50, 0))).compare(Table.of(pd.DataFrame({"other": [1, 2]})))
