from __future__ import annotations

from pathlib import Path

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.gatf.report import FORMATS, content_of, write_report
from imcp_jupyter.models.validation import ReportDocument


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_letters_that_no_file_can_hold_are_replaced(hostile: ReportDocument, form: str) -> None:
    broken = hostile.model_copy(update={"synthetic": hostile.synthetic.model_copy(update={"name": "a\ud800b"})})
    assert content_of(broken, form)


def test_json_holds_no_numbers_that_json_lacks(hostile: ReportDocument) -> None:
    hostile.checks[0].evidence["ratio"] = float("nan")
    assert b"NaN" not in content_of(hostile, "json")


def test_a_file_that_cannot_be_written_is_refused(hostile: ReportDocument, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot write"):
        write_report(hostile, "md", tmp_path / "nowhere" / "r.md")
