"""The JSON Schema of a report document, as docs/schemas publishes it."""

from __future__ import annotations

from typing import Any

from ...models.validation import ReportDocument

VERSION = ReportDocument.model_fields["schema_version"].default


def report_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what `ReportDocument` is written as."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:imcp-jupyter:schema:report:{VERSION}",
        **ReportDocument.model_json_schema(mode="serialization"),
    }
