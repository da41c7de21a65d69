"""What the workspace holds, as MCP resources: ``imcp://datasets/NAME``, ``reports/ID``, ``jobs/ID``, ``models/ID``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)
from pydantic_core import to_json

from ...errors import ImcpError
from ..contents import SCHEME, read_uri
from .tools import icon

if TYPE_CHECKING:
    from ...workspace.workspace import Workspace

Context = ServerRequestContext[dict[str, Any], Any]
_JSON = "application/json"
_PAGE = 100
_TEMPLATES = (
    ("datasets", "name", "Dataset", "Columns, origin, data card and the first 20 rows of a dataset; name or name@version"),
    ("models", "id", "Model", "Engine, source and size of a fitted model"),
    ("reports", "id", "Report", "A validation or trust report with all its checks"),
    ("jobs", "id", "Job", "State, progress, parameters and outcome of a tool call"),
)


class Resources:
    """Handlers of the resource methods."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def list(self, context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        start = _offset(params.cursor if params else None)
        found = await asyncio.to_thread(_listed, self._workspace)
        more = str(start + _PAGE) if start + _PAGE < len(found) else None
        return ListResourcesResult(resources=found[start : start + _PAGE], next_cursor=more)

    async def templates(self, context: Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(
            resource_templates=[
                ResourceTemplate(
                    uri_template=f"{SCHEME}{kind}/{{{variable}}}", name=kind, title=title, description=description, mime_type=_JSON
                )
                for kind, variable, title, description in _TEMPLATES
            ]
        )

    async def read(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        uri = str(params.uri)
        try:
            content = await asyncio.to_thread(read_uri, self._workspace, uri)
        except ImcpError as error:
            raise MCPError(INVALID_PARAMS, f"Resource not found: {error}", {"uri": uri}) from None
        text = to_json(content, inf_nan_mode="null").decode()
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=_JSON, text=text)])


def _listed(workspace: Workspace) -> list[Resource]:
    """Datasets, models and reports, then the newest jobs; each kind newest first."""
    found = [
        _resource("datasets", info.name, info.reference, f"{info.rows:,} rows, {info.origin}", "dataset")
        for info in workspace.datasets.list()
    ]
    found += [_resource("models", info.id, info.id, f"{info.engine} fitted on {info.dataset}", "model") for info in workspace.models.list()]
    found += [
        _resource("reports", info.id, f"{info.kind} of {info.subject}", f"score {info.score:g}, {info.level}", "report")
        for info in workspace.reports.list()
    ]
    found += [_resource("jobs", job.id, f"{job.tool} {job.id}", f"{job.state}: {job.message}", "job") for job in workspace.jobs.list()]
    return found


def _resource(kind: str, key: str, title: str, description: str, icon_name: str) -> Resource:
    return Resource(
        uri=f"{SCHEME}{kind}/{quote(key, safe='@')}",
        name=key,
        title=title,
        description=description,
        mime_type=_JSON,
        icons=[icon(icon_name)],
    )


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise MCPError(INVALID_PARAMS, "the cursor is not one that this server gave")
    return int(cursor)
