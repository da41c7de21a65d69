"""What the magics show that is not a result of a tool: help, status and lists."""

from __future__ import annotations

from html import escape
from typing import Any

from .._version import __version__
from ..tools.registry import all_tools
from ..tools.tool import Result
from ..workspace.workspace import Workspace


class Listing:
    """Text, and a table where there are rows."""

    def __init__(self, text: str, rows: list[dict[str, Any]] | None = None) -> None:
        self.text = text
        self.rows = rows or []

    @classmethod
    def of(cls, result: Result) -> Listing:
        """A result's summary, and its first list of records as a table."""
        data = result.model_dump(mode="json", exclude={"links"})
        preview = data.get("preview")
        if preview:
            rows = [dict(zip(preview["columns"], row, strict=True)) for row in preview["rows"]]
        else:
            rows = next((value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)), [])
        return cls(result.summary, rows)

    def __repr__(self) -> str:
        if not self.rows:
            return self.text
        names = list(self.rows[0])
        table = [names, *([str(row[name]) for name in names] for row in self.rows)]
        widths = [max(len(line[position]) for line in table) for position in range(len(names))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]
        return "\n".join([self.text, "", *lines])

    def _repr_html_(self) -> str | None:
        if not self.rows:
            return f"<pre>{escape(self.text)}</pre>"
        names = list(self.rows[0])
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join("<tr>" + "".join(f"<td>{escape(_shown(row[name]))}</td>" for name in names) + "</tr>" for row in self.rows)
        return f"<p>{escape(self.text)}</p><table><tr>{head}</tr>{body}</table>"


def help_text(_: Workspace) -> Listing:
    lines = ["%imcp VERB [DATA] [--option value …]      %imcp VERB --help shows a verb's options", ""]
    for tool in all_tools():
        verb = tool.verb or tool.name
        lines += [f"  {verb:<20} {tool.title}", f"      %imcp {verb} {tool.example}".rstrip()]
    lines += [
        "  models, reports      what the workspace keeps",
        "  ledger               privacy budgets: spent and left",
        "  status               the workspace in a few lines",
        "",
    ]
    lines += ["DATA is a frame of this notebook or a reference: name, name@version, demo:adult, file.csv"]
    return Listing("\n".join(lines))


def status(workspace: Workspace) -> Listing:
    jobs = workspace.jobs.list(limit=200)
    running = sum(job.state in ("queued", "running") for job in jobs)
    lines = [
        f"imcp_jupyter {__version__}",
        f"workspace   {workspace.home}",
        f"datasets    {len(workspace.datasets)}",
        f"models      {len(workspace.models.list())}",
        f"reports     {len(workspace.reports.list())}",
        f"jobs        {len(workspace.jobs)}, {running} not finished",
    ]
    return Listing("\n".join(lines))


def models(workspace: Workspace) -> Listing:
    rows = [info.model_dump(mode="json", include={"id", "engine", "created", "bytes"}) for info in workspace.models]
    return Listing(f"{len(rows)} models", rows)


def reports(workspace: Workspace) -> Listing:
    rows = [info.model_dump(mode="json", exclude={"job_id"}) for info in workspace.reports.list()]
    return Listing(f"{len(rows)} reports", rows)


def ledger(workspace: Workspace) -> Listing:
    rows = [account.model_dump(mode="json", exclude={"content_hash"}) for account in workspace.ledger]
    return Listing(f"{len(rows)} privacy budgets in use", rows)


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)
