from __future__ import annotations

import re

from imcp_jupyter.gatf.report import render_markdown
from imcp_jupyter.models.validation import ReportDocument


def test_the_summary_says_verdict_why_and_what_to_do(hostile: ReportDocument) -> None:
    text = render_markdown(hostile)
    assert text.startswith("## ✕ Trust report:")
    assert "**Trust score 24.0 of 100 [24.0 – 24.0]** · No trust · No badge" in text
    assert text.index("Capped at 24 by a failed gate.") < text.index("### What to do") < text.index("All checks")
    assert "- ✕ failed **Copies** (gate): All rows are copies. Do not share this table." in text
    assert "### Evidence for controls" in text


def test_names_become_neither_markup_nor_mentions_nor_links(hostile: ReportDocument) -> None:
    text = render_markdown(hostile)
    assert set(re.findall(r"<(\w+)", text)) == {"details", "summary", "sub"}
    for live in ("@everyone", "https://", "[x](", " #1 "):
        assert live not in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head(hostile: ReportDocument) -> None:
    blocks = [block for block in render_markdown(hostile).split("\n\n") if block.startswith("|")]
    assert len(blocks) == 3
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_a_report_without_faults_asks_for_nothing(hostile: ReportDocument) -> None:
    quiet = hostile.model_copy(update={"checks": [check for check in hostile.checks if check.verdict == "pass"], "gates_failed": []})
    assert "What to do" not in render_markdown(quiet)
