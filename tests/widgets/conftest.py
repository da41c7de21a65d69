"""A whole report document, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imcp_jupyter.models.validation import ReportDocument


@pytest.fixture
def report_dict() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("report.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def document(report_dict: dict[str, Any]) -> ReportDocument:
    return ReportDocument.model_validate(report_dict)
