from __future__ import annotations

import json

import jsonschema
import pytest

from imcp_jupyter.gatf.report import report_schema
from imcp_jupyter.models.validation import ReportDocument


def test_reports_keep_to_the_schema(hostile: ReportDocument, unseen_report: ReportDocument) -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())
    for document in (hostile, unseen_report):
        jsonschema.validate(json.loads(document.model_dump_json()), report_schema())


def test_the_schema_refuses_what_is_no_report(hostile: ReportDocument) -> None:
    wrong = json.loads(hostile.model_dump_json()) | {"level": "superb"}
    with pytest.raises(jsonschema.ValidationError, match="superb"):
        jsonschema.validate(wrong, report_schema())
