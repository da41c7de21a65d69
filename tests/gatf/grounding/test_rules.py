from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.grounding import DocumentPage, DocumentsMatchRecords, DomainRules, Mismatch
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.models.validation import Check


def loans(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 100, rows)
    town = rng.choice(["Rome", "Oslo"], rows)
    return pd.DataFrame(
        {
            "low": low,
            "high": low + rng.integers(0, 50, rows),
            "town": town,
            "country": np.where(town == "Rome", "IT", "NO"),
            "code": [f"AB-{n:04d}" for n in rng.permutation(rows)],
        }
    )


def compared(frame: pd.DataFrame, *rules: dict[str, Any], real: pd.DataFrame | None = None) -> Comparison:
    facts = Facts(constraints=[parse_constraint(rule, index) for index, rule in enumerate(rules)])
    return Comparison(Table.of(frame), None if real is None else Table.of(real), replicates=5, facts=facts)


def judged(*args: Any, **named: Any) -> Check:
    return judge(DomainRules(), compared(*args, **named), Limits()).check


ORDER = {"kind": "inequality", "low": "low", "high": "high"}


@pytest.mark.parametrize(
    ("rule", "column", "value"),
    [
        (ORDER, "high", -1),
        ({"kind": "bounds", "column": "low", "max": 120}, "low", 500),
        ({"kind": "format", "column": "code", "pattern": r"AB-\d{4}"}, "code", "zz"),
        ({"kind": "predicate", "where": "low >= 0"}, "low", -7),
        ({"kind": "not_null", "column": "town"}, "town", None),
        ({"kind": "unique", "columns": ["code"]}, "code", "same"),
        ({"kind": "fixed_combinations", "columns": ["town", "country"]}, "country", "XX"),
        ({"kind": "functional_dependency", "determinant": ["town"], "dependent": ["country"]}, "country", "XX"),
    ],
)
def test_rows_that_break_a_declared_rule_fail_and_are_named(rule: dict[str, Any], column: str, value: Any) -> None:
    frame = loans(200, 1)
    real = loans(300, 0)
    assert judged(frame, rule, real=real).verdict == "pass"
    frame.loc[[3, 8], column] = value
    comparison = compared(frame, rule, real=real)
    found = judge(DomainRules(), comparison, Limits()).check
    assert found.verdict == "fail"
    expected = [8] if rule["kind"] == "unique" else [3, 8]
    assert found.evidence["row_positions"] == expected
    affected = DomainRules().affected(comparison)
    assert affected is not None
    assert affected.rows is not None
    assert np.flatnonzero(affected.rows).tolist() == expected


def test_rules_are_judged_without_the_real_table_as_far_as_they_can_be() -> None:
    frame = loans(100, 2)
    frame.loc[4, "high"] = -1
    found = judged(frame, ORDER, {"kind": "fixed_combinations", "columns": ["town", "country"]})
    assert (found.verdict, found.evidence["row_positions"]) == ("fail", [4])
    assert list(found.evidence["not_judged"].values()) == ["needs the real table"]


def test_a_rule_that_real_rows_break_as_often_is_forgiven() -> None:
    real, frame = loans(1_000, 0), loans(500, 1)
    real.loc[:99, "high"], frame.loc[:49, "high"] = -1, -1
    assert judged(frame, ORDER, real=real).verdict == "pass"
    frame.loc[:200, "high"] = -1
    assert judged(frame, ORDER, real=real).verdict == "fail"


def test_a_rule_that_cannot_be_read_is_named_and_none_is_a_reason_to_skip() -> None:
    frame = loans(100, 0)
    wrong = {"kind": "bounds", "column": "nowhere", "min": 0}
    found = judged(frame, wrong)
    assert found.verdict == "skipped"
    assert "nowhere" in found.explanation
    assert judged(frame, wrong, ORDER).verdict == "pass"
    assert "no rules were declared" in judged(frame).explanation.lower()


def test_the_score_falls_with_the_dose() -> None:
    scores = []
    for dose in (0, 1, 5, 15):
        frame = loans(200, 1)
        frame.loc[range(dose), "high"] = -1
        scores.append(judged(frame, ORDER).score or 0.0)
    assert scores[0] == 100
    assert scores == sorted(set(scores), reverse=True)


@dataclass(frozen=True)
class Page:
    record: int
    fields: Mapping[str, Any]


class SameText(DocumentsMatchRecords):
    id = "same_text"
    title = "Same text"
    source = "test"

    def mismatches(self, pages: Sequence[DocumentPage], comparison: Comparison) -> list[Mismatch]:
        frame = comparison.tables["synthetic"].frame
        return [
            Mismatch(page.record, name)
            for page in pages
            for name, value in page.fields.items()
            if str(frame[name].iloc[page.record]) != str(value)
        ]


def test_documents_are_held_against_their_records_and_skipped_where_there_are_none() -> None:
    table = Table.of(loans(20, 0))
    assert judge(SameText(), Comparison(table, replicates=5), Limits()).check.verdict == "skipped"
    pages = [Page(row, {"town": table.frame["town"].iloc[row]}) for row in range(5)]
    good = Comparison(table, replicates=5, facts=Facts(declared={"documents": pages}))
    assert judge(SameText(), good, Limits()).check.verdict == "pass"
    bad = Comparison(table, replicates=5, facts=Facts(declared={"documents": [*pages, Page(7, {"town": "Bern"})]}))
    found = judge(SameText(), bad, Limits()).check
    assert (found.verdict, found.evidence["row_positions"], found.evidence["columns"]) == ("fail", [7], ["town"])
