"""Write docs/reference.md and docs/schemas from the registry, the settings, the error tree and the models: ``make docs``."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from imcp_jupyter import errors
from imcp_jupyter.config import Settings
from imcp_jupyter.gatf.report.schema import VERSION, report_schema
from imcp_jupyter.tools.registry import AnyTool, all_tools

TARGET = Path(__file__).parent / "reference.md"
SCHEMA = Path(__file__).parent / "schemas" / f"report-{VERSION}.json"


def render() -> str:
    tools = "\n\n".join(_tool(tool) for tool in all_tools())
    return (
        "# Reference\n\nWritten by `make docs` from the code.\n\n## Tools\n\n"
        "Each is a Python function, a command, a magic, a REST path and an MCP tool.\n\n"
        f"{tools}\n\n## Settings\n\nEnvironment variables; in a Jupyter server also traits (`c.IMCP.workers = 4`).\n\n{_settings()}\n\n"
        f"## Errors\n\nThe same on every face: `code`, `message`, `field`, `hint`.\n\n{_errors()}\n"
    )


def schema_text() -> str:
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


def _tool(tool: AnyTool) -> str:
    schema = tool.input_schema()
    required = schema.get("required", [])
    rows = []
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else _default(field)
        rows.append(f"| `{name}` | {_kind(field)} | {default} | {field.get('description', '')} |")
    verb = tool.verb or tool.name
    table = "\n".join(["| parameter | type | default | meaning |", "|---|---|---|---|", *rows]) if rows else "No parameters."
    return f"### `{tool.name}`\n\n{tool.description}\n\n`imcp {verb} {tool.example}`".rstrip(" `") + f"`\n\n{table}"


def _kind(field: dict[str, Any]) -> str:
    options = [option.get("type") or option.get("$ref", "").rpartition("/")[2] for option in field.get("anyOf", [field])]
    return " or ".join(dict.fromkeys(str(option) for option in options if option)) or "any"


def _default(field: dict[str, Any]) -> str:
    return "–" if field.get("default") is None else f"`{field['default']}`"


def _settings() -> str:
    rows = []
    for item in fields(Settings):
        value = (
            "the user's Jupyter data folder, `imcp`" if item.name == "home" else f"{item.default:,}" if item.type == "int" else item.default
        )
        rows.append(f"| `IMCP_{item.name.upper()}` | {value} {item.metadata['unit']} | {item.metadata['help']} |")
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _errors() -> str:
    kinds = sorted(errors._tree(errors.ImcpError), key=lambda kind: kind.code)
    rows = [f"| `{kind.code}` | {kind.status} | {(kind.__doc__ or '').strip().splitlines()[0] if kind.__doc__ else ''} |" for kind in kinds]
    return "\n".join(["| code | HTTP status | when |", "|---|---|---|", *rows])


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
