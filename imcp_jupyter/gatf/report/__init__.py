"""A report document as a page, a Markdown summary, a PDF, JUnit XML or JSON."""

from .files import FORMATS, content_of, write_report
from .junit import render_junit
from .markdown import render_markdown
from .page import render_html
from .paper import render_pdf
from .schema import report_schema

__all__ = ["FORMATS", "content_of", "render_html", "render_junit", "render_markdown", "render_pdf", "report_schema", "write_report"]
