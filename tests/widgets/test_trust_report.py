from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.models.validation import ReportDocument
from imcp_jupyter.widgets import TrustReport


@pytest.mark.parametrize(
    "wrap", [lambda document: document, lambda document: document.model_dump(), lambda document: SimpleNamespace(document=document)]
)
def test_a_report_its_document_and_its_dict_are_the_same(document: ReportDocument, wrap: Any) -> None:
    assert TrustReport(wrap(document)).get_state()["_document"] == json.loads(document.model_dump_json())


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(InvalidInput, match="a report is needed, got int"):
        TrustReport(3)


def test_a_bad_document_names_the_field(report_dict: dict[str, Any]) -> None:
    report_dict["level"] = "superb"
    with pytest.raises(InvalidInput, match="the report's 'level'"):
        TrustReport(report_dict)


def test_numbers_that_json_cannot_hold_become_null(document: ReportDocument) -> None:
    document.checks[0].evidence["ratio"] = float("nan")
    state = TrustReport(document).get_state()
    assert state["_document"]["checks"][0]["evidence"]["ratio"] is None
    json.dumps(state["_document"], allow_nan=False)


def test_the_words_match_the_document(document: ReportDocument) -> None:
    words = TrustReport(document).get_state()["_words"]
    assert words["title"] == "Trust report"
    assert words["score"] == "82.7 of 100 [80.9, 84.3]"
    assert "7 of 10 checks pass, 2 warn, 1 fail, 1 skipped" in words["sentence"]


def test_a_failed_gate_is_in_the_sentence(document: ReportDocument) -> None:
    document.gates_failed.append("copies")
    assert "capped because a gate failed: Copied training rows" in TrustReport(document).get_state()["_words"]["sentence"]


def test_a_validation_is_scored_from_0_to_1(report_dict: dict[str, Any]) -> None:
    widget = TrustReport(report_dict | {"kind": "validation", "score": 0.91, "interval": (0.9, 0.92), "holdout": None})
    assert widget.to_text().startswith("Validation report: 0.910 of 1 [0.900, 0.920] level=high badge=silver.")


def test_a_saved_notebook_shows_score_dimensions_and_checks(document: ReportDocument) -> None:
    data, _ = TrustReport(document)._repr_mimebundle_() or ({}, {})
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    for words in ("82.7 of 100", "high", "silver", "fairness", "Demographic parity gap", "✗ fail", "no rules or source documents"):
        assert words in data["text/html"]


def test_the_static_picture_escapes_every_text(document: ReportDocument) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    document.synthetic.name = hostile
    document.checks[0].title = hostile
    document.dimensions[0].reason = hostile
    page = TrustReport(document).to_html()
    assert "<img" not in page
    assert page.count("&lt;img") == 3
