from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.compliance import AuditChain, LineageComplete, PurposeAndRetention
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Limits, Measure, judge
from imcp_jupyter.models.generation import DataCard
from imcp_jupyter.models.validation import Check

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
WHO = {"principal": "ada", "created": "2026-01-31T10:00:00+00:00", "inputs": {"data": Table.of(FRAME).content_hash}}


def card(source: str = "") -> DataCard:
    return DataCard(
        engine="cart",
        engine_version="1",
        engine_licence="",
        parameters={"rows": 3},
        seed=0,
        source_hash=source or Table.of(FRAME).content_hash,
        source_rows=3,
        versions={"numpy": "2"},
    )


def judged(measure: Measure, real: bool = False, **facts: Any) -> Check:
    table = Table.of(FRAME)
    return judge(measure, Comparison(table, table if real else None, replicates=5, facts=Facts(**facts)), Limits()).check


def test_a_whole_record_passes() -> None:
    found = judged(LineageComplete(), real=True, card=card(), lineage=WHO)
    assert (found.verdict, found.score) == ("pass", 100)


def test_what_is_not_on_record_is_named() -> None:
    found = judged(LineageComplete(), card=card(), lineage={"inputs": WHO["inputs"]})
    assert (found.verdict, found.evidence["missing"]) == ("warn", ["who", "when"])
    assert judged(LineageComplete(), lineage={"seed": 0}).evidence["on_record"] == ["seed"]


def test_a_record_of_another_source_is_told() -> None:
    found = judged(LineageComplete(), real=True, card=card("0" * 64), lineage={**WHO, "inputs": {}})
    assert found.verdict == "warn"
    assert "another table" in found.explanation


@pytest.mark.parametrize("measure", [LineageComplete(), AuditChain(), PurposeAndRetention()])
def test_without_any_record_the_check_is_skipped_with_a_reason(measure: Measure) -> None:
    found = judged(measure)
    assert found.verdict == "skipped"
    assert len(found.explanation) > 20


@pytest.mark.parametrize(
    ("audit", "verdict"), [({"intact": True, "entries": 7}, "pass"), ({"intact": False, "entries": 7}, "fail"), (False, "fail")]
)
def test_a_broken_audit_chain_fails(audit: Any, verdict: str) -> None:
    found = judged(AuditChain(), lineage={"audit": audit})
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("declared", "verdict", "until"),
    [
        ({"purpose": "model tests", "retention": "2999-12-31"}, "pass", "2999-12-31"),
        ({"purpose": "model tests", "retention": "36500 days"}, "pass", "2125-12-29"),
        ({"purpose": "model tests", "retention": "P30D"}, "pass", None),
        ({"purpose": "model tests", "retention": "2001-01-01"}, "fail", "2001-01-01"),
        ({"purpose": "model tests", "retention": "as long as needed"}, "warn", None),
        ({"purpose": "model tests"}, "warn", None),
        ({"retention": "2999-12-31"}, "warn", "2999-12-31"),
    ],
)
def test_purpose_and_retention_are_read(declared: dict[str, str], verdict: str, until: str | None) -> None:
    lineage = {"created": "2026-01-22"} if "days" in declared.get("retention", "") else {}
    found = judged(PurposeAndRetention(), declared=declared, lineage=lineage)
    assert (found.verdict, found.evidence["until"]) == (verdict, until)
