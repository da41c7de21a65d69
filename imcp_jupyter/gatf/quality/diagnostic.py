"""The two numbers of SDMetrics' diagnostic report, for those who compare with it. They carry no weight: `validity` and `structure` do."""

from __future__ import annotations

import numpy as np

from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped
from .overlap import SDMETRICS
from .shapes import mean_present
from .worst import lowest, rounded


class DataValidity(Measure):
    """SDMetrics' rules: a missing cell is invalid where real's column has none, and every column of unique ids is a key."""

    id = "data_validity"
    dimension = "quality"
    title = "SDMetrics data validity"
    source = f"{SDMETRICS}: DiagnosticReport, BoundaryAdherence, CategoryAdherence, KeyUniqueness, DatetimeFormatAdherence"
    weight = 0.0

    def run(self, comparison: Comparison) -> Finding | Skipped:
        scores = _scores(comparison, comparison.real, comparison.synthetic)
        scores |= {f"{name} (format)": share for name, share in self._formats(comparison).items()}
        value = mean_present(list(scores.values()))
        if np.isnan(value):
            return Skipped("no shared column has a rule that SDMetrics checks")
        ceiling = mean_present(list(_scores(comparison, *comparison.ceiling).values()))
        return Finding(
            value,
            0.5,
            1.0 if np.isnan(ceiling) else max(ceiling, 0.9),
            f"SDMetrics' data validity is {value:.1%}.",
            {
                "columns": {name: rounded(score) for name, score in scores.items()},
                "worst": lowest(scores),
                "floor": "half of the cells invalid",
            },
        )

    def _formats(self, comparison: Comparison) -> dict[str, float]:
        """Share of cells that are missing or can be read under the format of real's text column."""
        shares = {}
        for field in comparison.fields:
            column = comparison.column("real", field.name)
            if column.schema.datetime_format is not None:
                shares[field.name] = 1 - comparison.unreadable.get(field.name, 0) / comparison.synthetic.n_rows
        return shares


class DataStructure(Measure):
    """Column names with their dtypes, shared by both tables, of all that either has."""

    id = "data_structure"
    dimension = "quality"
    title = "SDMetrics data structure"
    source = f"{SDMETRICS}: DiagnosticReport, TableStructure"
    weight = 0.0

    def run(self, comparison: Comparison) -> Finding | Skipped:
        real, synthetic = (
            {(name, str(dtype)) for name, dtype in comparison.tables[role].frame.dtypes.items()} for role in ("real", "synthetic")
        )
        value = len(real & synthetic) / len(real | synthetic)
        differing = sorted(str(name) for name, _ in real ^ synthetic)
        return Finding(
            value,
            0.5,
            1.0,
            f"SDMetrics' data structure is {value:.1%}: names and storage types of columns.",
            {"columns": list(dict.fromkeys(differing))[:20], "floor": "half of the columns"},
        )


def _scores(comparison: Comparison, real: Encoded, other: Encoded) -> dict[str, float]:
    return {field.name: _adherence(field, real, other) for field in comparison.fields if field.kind != "text"}


def _adherence(field: Field, real: Encoded, other: Encoded) -> float:
    mine, theirs = real[field.name], other[field.name]
    gaps, missing = real.missing(field.name), other.missing(field.name)
    if field.kind == "id":
        return len(np.unique(theirs[~missing])) / len(theirs)
    if not field.is_numeric:
        known = np.zeros(field.n_levels + 1, dtype=bool)
        known[mine[~gaps]] = True
        known[-1] = gaps.any()
        return float(known[theirs].mean())
    if gaps.any():
        theirs = theirs[~missing]
    if not len(theirs):
        return float("nan")
    if gaps.all():
        return 0.0
    with np.errstate(invalid="ignore"):
        return float(((theirs >= mine[~gaps].min()) & (theirs <= mine[~gaps].max())).mean())
