"""SDMetrics' quality numbers of two draws of the mixed table: by SDMetrics, and by `Reference`."""

from __future__ import annotations

import statistics
from functools import partial
from typing import Any

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.quality.reference import Reference, Similarity

from .measure import timed
from .tables import census

SDTYPES = {"continuous": "numerical", "integer": "numerical", "boolean": "boolean", "datetime": "datetime", "id": "id", "text": "unknown"}


def sdmetrics_columns(table: Table) -> dict[str, dict[str, str]]:
    """The columns of `table` as SDMetrics' metadata describes them."""
    described = {}
    for column in table.schema.columns:
        described[column.name] = {"sdtype": SDTYPES.get(column.kind, "categorical")}
        if column.datetime_format:
            described[column.name]["datetime_format"] = column.datetime_format
    return described


def sdmetrics_quality(rows: int) -> dict[str, Any]:
    from sdmetrics.reports.single_table import QualityReport

    real, candidate = census(rows, 0), census(rows, 1)
    columns = sdmetrics_columns(Table.of(real))

    def judged(first: Any, second: Any) -> Any:
        report = QualityReport()
        report.num_rows_subsample = None
        report.generate(first, second, {"columns": columns}, verbose=False)
        return report

    judged(real.head(1_000), candidate.head(1_000))
    found = timed(lambda: judged(real, candidate))
    parts = found.value.get_properties().set_index("Property")["Score"]
    return {"cpu": found.cpu, "wall": found.wall, "score": float(found.value.get_score()),
            "column_shapes": float(parts["Column Shapes"]), "column_pairs": float(parts["Column Pair Trends"])}  # fmt: skip


def similarity(rows: int) -> dict[str, Any]:
    """CPU seconds: `cold` from two frames, `warm` with the real side kept, `typed` with the candidate's types known too."""
    real, candidate = census(rows, 0), census(rows, 1)
    Reference(Table.of(census(3_000, 2))).compare(Table.of(census(3_000, 3)))

    def cold() -> tuple[Reference, Similarity]:
        reference = Reference(Table.of(real))
        return reference, reference.compare(Table.of(candidate))

    runs = [timed(cold) for _ in range(3)]
    reference, found = runs[-1].value
    schema = Table.of(candidate).schema
    warm = [timed(lambda: reference.compare(Table.of(candidate))).cpu for _ in range(3)]
    typed = [timed(partial(reference.compare, Table.of(candidate, schema))).cpu for _ in range(3)]
    return {"cold": statistics.median(run.cpu for run in runs), "warm": statistics.median(warm), "typed": statistics.median(typed),
            "score": found.score, "column_shapes": found.column_shapes, "column_pairs": found.column_pairs}  # fmt: skip
