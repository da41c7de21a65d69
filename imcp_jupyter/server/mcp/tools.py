"""``tools/list`` and ``tools/call`` from the registry."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    Icon,
    ListToolsResult,
    PaginatedRequestParams,
    ResourceLink,
    TextContent,
    Tool,
    ToolAnnotations,
)
from mcp_types.version import is_version_at_least

from ...errors import ImcpError, NotFound
from ...tools.icons import icon_data_uri
from ...tools.registry import AnyTool, all_tools, find_tool
from ..problem import internal_error
from .caller import caller_of

if TYPE_CHECKING:
    from ...tools.tool import Result
    from ..calls import Calls, SendProgress

log = logging.getLogger(__name__)
Context = ServerRequestContext[dict[str, Any], Any]
_STRUCTURED_SINCE = "2025-06-18"  # structuredContent and resource_link; older clients choke on the latter
_TOOLS_TTL_MS = 60_000


class Tools:
    """Handlers of the tool methods."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(tool) for tool in all_tools()], ttl_ms=_TOOLS_TTL_MS)

    async def call(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        """An unknown tool is a protocol error; everything that goes wrong inside one is a result the agent can read."""
        try:
            tool = find_tool(params.name)
        except NotFound as error:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name}", {"hint": error.hint} if error.hint else None) from None
        try:
            result = await self._calls.run(tool.name, params.arguments or {}, caller_of(context), _progress_of(context))
        except ImcpError as error:
            return _failure(error)
        except Exception:
            log.exception("tool %s failed", tool.name)
            return _failure(internal_error())
        return _success(result, context.protocol_version)


def icon(name: str) -> Icon:
    return Icon(src=icon_data_uri(name), mime_type="image/svg+xml", sizes=["any"])


def _described(tool: AnyTool) -> Tool:
    hints = tool.annotations
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        icons=[icon(tool.icon)],
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=hints.read_only,
            destructive_hint=hints.destructive,
            idempotent_hint=hints.idempotent,
            open_world_hint=hints.open_world,
        ),
    )


def _progress_of(context: Context) -> SendProgress | None:
    if not context.meta or context.meta.get("progress_token") is None:
        return None

    async def send(share: float, message: str) -> None:
        await context.session.report_progress(share, 1.0, message)

    return send


def _success(result: Result, protocol_version: str) -> CallToolResult:
    text = result.model_dump_json()  # not model_dump: that keeps NaN, which JSON has not
    structured = json.loads(text)
    # The specification asks for the JSON as text too: clients that know no structuredContent would see the summary only.
    content: list[ContentBlock] = [
        TextContent(type="text", text=result.summary),
        TextContent(type="text", text=text),
    ]
    if is_version_at_least(protocol_version, _STRUCTURED_SINCE):
        content += [ResourceLink(uri=link.uri, name=link.name, title=link.title, mime_type=link.mime_type) for link in result.links]
        return CallToolResult(content=content, structured_content=structured)
    return CallToolResult(content=content)


def _failure(error: ImcpError) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=f"{error.code}: {error}")], structured_content={"error": error.to_dict()}, is_error=True
    )
