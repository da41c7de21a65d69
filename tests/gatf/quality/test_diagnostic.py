"""Parity with SDMetrics' diagnostic report."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest

from bench.similarity import sdmetrics_columns
from bench.tables import census
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Finding
from imcp_jupyter.gatf.quality.diagnostic import DataStructure, DataValidity

from ..conftest import mixed
from .test_reference import booleans, constants, datetimes, many_levels, with_gaps


def diagnostic(real: pd.DataFrame, synthetic: pd.DataFrame) -> dict[str, float]:
    table = Table.of(real)
    keys = [column.name for column in table.schema.columns if column.kind == "id"]
    metadata: dict[str, Any] = {"columns": sdmetrics_columns(table)}
    if keys:
        metadata |= {"primary_key": keys[0], "alternate_keys": keys[1:]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SDMetrics warns of its own future
        from sdmetrics.reports.single_table import DiagnosticReport

        report = DiagnosticReport()
        report.generate(real, synthetic, metadata, verbose=False)
    scores: dict[str, float] = report.get_properties().set_index("Property")["Score"].to_dict()
    return scores


def assert_same(real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
    comparison, wanted = Comparison(Table.of(synthetic), Table.of(real), replicates=5), diagnostic(real, synthetic)
    for measure, name in ((DataValidity(), "Data Validity"), (DataStructure(), "Data Structure")):
        found = measure.found(comparison)
        assert isinstance(found, Finding)
        assert found.value == pytest.approx(wanted[name], abs=1e-9), name


def test_adult_is_diagnosed_as_by_sdmetrics(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> None:
    assert_same(adult, adult_holdout)


@pytest.mark.parametrize("make", [mixed, with_gaps, constants, booleans, datetimes, many_levels, census])
def test_hard_frames_are_diagnosed_as_by_sdmetrics(make: Any) -> None:
    assert_same(make(1_500, 1), make(1_200, 2))


def test_faults_are_diagnosed_as_by_sdmetrics() -> None:
    real, synthetic = mixed(600, 0), mixed(600, 1)
    synthetic.loc[:50, "id"] = 7
    synthetic.loc[::3, "x"] = None
    synthetic.loc[::4, "level"] = "new"
    synthetic.loc[::5, "amount"] = 1e6
    assert_same(real, synthetic.assign(flag=synthetic["flag"].astype(object)))
