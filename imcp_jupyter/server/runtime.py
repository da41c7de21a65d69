"""What the handlers share: the workspace, the tool service and the MCP endpoint, opened once and off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config import Settings
from .calls import Calls

if TYPE_CHECKING:
    from ..tools.service import ToolService
    from ..workspace.workspace import Workspace
    from .mcp.endpoint import McpEndpoint


@dataclass(frozen=True)
class Opened:
    workspace: Workspace
    service: ToolService
    calls: Calls
    mcp: McpEndpoint


class Runtime:
    """Opened by the server's start, or by the first request if that comes earlier; a failed opening is tried again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening: asyncio.Task[Opened] | None = None

    async def opened(self) -> Opened:
        """Raises `ImcpError` when the workspace cannot be opened."""
        if self._opening is None or (self._opening.done() and not _succeeded(self._opening)):
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)  # one request's hang-up must not end it for the others

    async def close(self) -> None:
        if self._opening is None:
            return
        await asyncio.wait({self._opening})
        if _succeeded(self._opening):
            opened = self._opening.result()
            await opened.mcp.stop()
            await opened.calls.settle()
            await asyncio.to_thread(opened.service.stop)
        self._opening = None

    async def _open(self) -> Opened:
        workspace, service, mcp_endpoint = await asyncio.to_thread(self._load)
        calls = Calls(service)
        endpoint = mcp_endpoint(calls, workspace, self.settings)
        await endpoint.start()
        return Opened(workspace, service, calls, endpoint)

    def _load(self) -> tuple[Workspace, ToolService, type[McpEndpoint]]:
        # SQLAlchemy, the tools and the MCP SDK take two seconds to import: here they hold up neither lab start nor the loop.
        from ..tools.registry import all_tools
        from ..tools.service import ToolService
        from ..workspace.workspace import Workspace
        from .mcp.endpoint import McpEndpoint

        all_tools()
        service = ToolService(Workspace.open(self.settings))
        service.start()
        return service.workspace, service, McpEndpoint


def _succeeded(task: asyncio.Task[Opened]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
