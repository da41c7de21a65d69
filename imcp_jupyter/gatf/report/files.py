"""A report in a named form, as text or bytes, and as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...errors import InvalidInput
from ...models.validation import ReportDocument
from .junit import render_junit
from .markdown import render_markdown
from .page import render_html
from .paper import render_pdf


@dataclass(frozen=True)
class Format:
    media_type: str
    render: Callable[[ReportDocument], str | bytes]


def _json(document: ReportDocument) -> str:
    return document.model_dump_json(indent=2)


FORMATS: dict[str, Format] = {
    "json": Format("application/json", _json),
    "html": Format("text/html", render_html),
    "md": Format("text/markdown", render_markdown),
    "pdf": Format("application/pdf", render_pdf),
    "junit": Format("application/xml", render_junit),
}


def content_of(document: ReportDocument, form: str) -> bytes:
    """Raises `MissingExtra` for a PDF without reportlab."""
    rendered = FORMATS[form].render(document)
    return rendered.encode("utf-8") if isinstance(rendered, str) else rendered


def write_report(document: ReportDocument, form: str, path: Path) -> None:
    """Raises `InvalidInput` where `path` cannot be written."""
    content = content_of(document, form)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"cannot write '{path}': {error.strerror}", field=form) from None
