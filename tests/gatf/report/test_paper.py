from __future__ import annotations

import sys

import pytest

from imcp_jupyter.errors import MissingExtra
from imcp_jupyter.gatf.report import render_pdf
from imcp_jupyter.models.validation import ReportDocument


def text_of(content: bytes) -> list[str]:
    """The text of each page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_a_pdf_says_verdict_why_evidence_and_what_to_do(copied_report: ReportDocument) -> None:
    pages = text_of(render_pdf(copied_report))
    whole = "\n".join(pages)
    assert "No trust" in pages[0] and "24.0" in pages[0]
    marks = [whole.index(mark) for mark in ("\nWhy", "\nEvidence", "Pairs of columns", "\nWhat to do", "Weights and thresholds")]
    assert marks == sorted(marks)
    assert len(pages) <= 10


def test_hostile_names_are_only_text_on_paper(hostile: ReportDocument) -> None:
    whole = "".join(text_of(render_pdf(hostile)))
    assert "<script>alert(1)</script>" in whole


def test_a_report_of_odd_letters_is_drawn(hostile: ReportDocument) -> None:
    odd = hostile.model_copy(update={"synthetic": hostile.synthetic.model_copy(update={"name": "表 ✕ \ud800 \x07 Ω"})})
    assert render_pdf(odd).startswith(b"%PDF")


def test_the_same_report_gives_the_same_bytes(hostile: ReportDocument) -> None:
    assert render_pdf(hostile) == render_pdf(hostile)


def test_without_the_library_the_install_line_is_named(hostile: ReportDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.lib.pagesizes", None)
    with pytest.raises(MissingExtra, match=r"pip install 'imcp_jupyter\[documents\]'"):
        render_pdf(hostile)
