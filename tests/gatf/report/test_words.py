from __future__ import annotations

from imcp_jupyter.gatf.report.words import headline
from imcp_jupyter.models.validation import ReportDocument


def test_a_failed_gate_is_named_first(hostile: ReportDocument) -> None:
    assert headline(hostile).why == "Capped at 24 by a failed gate. Copies: All rows are copies."


def test_the_worst_check_is_named_before_what_was_not_measured(hostile: ReportDocument) -> None:
    open_gates = hostile.model_copy(update={"gates_failed": [], "badge": "bronze"})
    assert headline(open_gates).why == "What holds it back most: Copies. All rows are copies. Not measured: security."


def test_checks_that_do_not_count_hold_nothing_back(hostile: ReportDocument) -> None:
    shown_only = [check.model_copy(update={"weight": 0.0}) if check.verdict != "pass" else check for check in hostile.checks]
    found = headline(hostile.model_copy(update={"gates_failed": [], "badge": "none", "checks": shown_only}))
    assert found.why.startswith("Every check that counts and was measured passes. Not measured: security. A badge needs")


def test_a_quality_score_is_told_of_a_hundred(hostile: ReportDocument) -> None:
    quick = hostile.model_copy(update={"kind": "validation", "score": 0.91, "interval": (0.9, 0.92), "gates_failed": []})
    assert (headline(quick).score, headline(quick).range, headline(quick).badge) == ("91.0", "90.0 – 92.0", "")
