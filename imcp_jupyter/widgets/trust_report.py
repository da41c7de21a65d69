"""A validation or trust report, drawn: the score, its dimensions, every check with its evidence, distributions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import traitlets
from pydantic import ValidationError

from ..errors import InvalidInput
from ..models.validation import ReportDocument
from .base import Widget
from .fallback import report_html, report_sentence, report_title, score_text


class TrustReport(Widget):
    """`TrustReport(report)` draws a report, its `ReportDocument`, or that document as a dict.

    Raises `InvalidInput` naming the first field that does not fit.
    """

    _document = traitlets.Dict().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)

    def __init__(self, report: Any) -> None:
        self.document = _document_of(report)
        words = {
            "title": report_title(self.document),
            "sentence": report_sentence(self.document),
            "score": score_text(self.document),
        }
        # Through JSON, where NaN and infinity become null: comm messages may not hold them.
        plain = json.loads(self.document.model_dump_json(fallback=str))
        super().__init__("report", _document=plain, _words=words)

    def to_html(self) -> str:
        return report_html(self.document)

    def to_text(self) -> str:
        document = self.document
        return (
            f"{report_title(document)}: {score_text(document)} level={document.level} badge={document.badge}. {report_sentence(document)}"
        )


def _document_of(report: Any) -> ReportDocument:
    found = getattr(report, "document", report)
    if isinstance(found, ReportDocument):
        return found
    if not isinstance(found, Mapping):
        raise InvalidInput(f"a report is needed, got {type(report).__name__}", field="report", hint="pass what run_gatf_validation returns")
    try:
        return ReportDocument.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"the report's '{where}': {first['msg']}", field="report") from None
