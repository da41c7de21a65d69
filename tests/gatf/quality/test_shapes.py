"""Parity with SDMetrics, number by number."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.similarity import sdmetrics_columns
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.validate import validate_data
from imcp_jupyter.models.validation import ReportDocument

from ..conftest import check, mixed


def sdmetrics_report(real: pd.DataFrame, synthetic: pd.DataFrame) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SDMetrics warns of its own future
        from sdmetrics.reports.single_table import QualityReport

        report = QualityReport()
        report.num_rows_subsample = None  # by default it looks at 50,000 random rows
        report.generate(real, synthetic, {"columns": sdmetrics_columns(Table.of(real))}, verbose=False)
    return report


def assert_same(document: ReportDocument, report: Any) -> None:
    properties = report.get_properties().set_index("Property")["Score"]
    assert check(document, "column_shapes").value == pytest.approx(properties["Column Shapes"], abs=1e-9)
    assert check(document, "column_pairs").value == pytest.approx(properties["Column Pair Trends"], abs=1e-9)
    assert document.score == pytest.approx(report.get_score(), abs=1e-9)
    details = report.get_details("Column Shapes").set_index("Column")["Score"]
    columns = check(document, "column_shapes").evidence["columns"]
    assert set(columns) == set(details.index)
    for name, score in columns.items():
        assert score == pytest.approx(details[name], abs=1e-6), name


def test_adult_scores_as_in_sdmetrics(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> None:
    document = validate_data(Table.of(adult_holdout), Table.of(adult), replicates=10)
    assert_same(document, sdmetrics_report(adult, adult_holdout))


def test_shuffled_adult_scores_as_in_sdmetrics(adult: pd.DataFrame, shuffled: pd.DataFrame) -> None:
    assert_same(validate_data(Table.of(shuffled), Table.of(adult), replicates=10), sdmetrics_report(adult, shuffled))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_kind_of_column_scores_as_in_sdmetrics(seed: int) -> None:
    real, synthetic = mixed(2000, seed), mixed(1500, seed + 10, levels="abcdxy")  # two levels that real lacks, one it misses
    assert_same(validate_data(Table.of(synthetic), Table.of(real), replicates=10), sdmetrics_report(real, synthetic))


def test_a_very_wide_table_is_paired_on_a_stated_set_of_columns() -> None:
    rng = np.random.default_rng(0)
    real, synthetic = (pd.DataFrame(rng.normal(size=(40, 1)) + rng.normal(size=(40, 500)) / 5).add_prefix("c") for _ in range(2))
    found = check(validate_data(Table.of(synthetic), Table.of(real), replicates=2), "column_pairs")
    assert found.evidence["columns_paired"] == 300
    assert found.evidence["pairs"] == 300 * 299 / 2
