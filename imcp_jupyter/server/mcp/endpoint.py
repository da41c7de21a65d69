"""One MCP server for all transports; lives as long as the lab. The Tornado handlers know the SDK through this module only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ..._version import __version__
from .asgi import serve_asgi
from .modern import VERSION_HEADER, serve_modern
from .resources import Resources
from .socket_session import SocketSession
from .tools import Tools, icon

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ...config import Settings
    from ...models.job import Principal
    from ...workspace.workspace import Workspace
    from ..calls import Calls
    from ..handler import BodyHandler

_INSTRUCTIONS = (
    "Synthetic data and its validation in the user's Jupyter workspace. Datasets are named by reference: name, name@version, "
    "demo:adult or a path. Start with list_datasets or import_data; generate_tabular makes synthetic rows from a dataset, "
    "run_gatf_validation gives a trust report on them. Results are small and link to what was made: read those resources "
    "instead of asking for data. What you make is at once in the user's notebooks."
)


class McpEndpoint:
    """Serves HTTP requests and sockets between `start` and `stop`."""

    def __init__(self, calls: Calls, workspace: Workspace, settings: Settings) -> None:
        tools, resources = Tools(calls), Resources(workspace)
        self.server: Server[dict[str, Any]] = Server(
            "imcp_jupyter",
            version=__version__,
            title="IMCP",
            description="Synthetic data server of this Jupyter lab",
            instructions=_INSTRUCTIONS,
            icons=[icon("tool")],
            on_list_tools=tools.list,
            on_call_tool=tools.call,
            on_list_resources=resources.list,
            on_list_resource_templates=resources.templates,
            on_read_resource=resources.read,
        )
        self.lifespan_state: dict[str, Any] = {}
        self._manager = StreamableHTTPSessionManager(self.server, max_request_body_size=settings.max_body_bytes, max_sessions=1000)
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._sessions: set[SocketSession] = set()

    async def start(self) -> None:
        ready = asyncio.Event()
        self._running = asyncio.create_task(self._run(ready))
        await ready.wait()

    async def serve_http(self, handler: BodyHandler, principal: Principal) -> None:
        """Answer one request: of the stateless era if its version header says so, else in a session."""
        version = handler.request.headers.get(VERSION_HEADER)
        if handler.request.method == "POST" and version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
            await serve_modern(handler, self, principal)
        else:
            await serve_asgi(handler, self._manager.handle_request, principal)

    def open_session(self, principal: Principal, send: Callable[[str], Awaitable[None]]) -> SocketSession:
        """Serve a duplex connection, in the era that its first request shows."""
        session = SocketSession(self, principal, send)
        self._sessions.add(session)
        session.ended.add_done_callback(lambda _: self._sessions.discard(session))
        return session

    async def stop(self) -> None:
        for session in list(self._sessions):
            await session.close()
        self._stopping.set()
        if self._running is not None:
            await self._running

    async def _run(self, ready: asyncio.Event) -> None:
        # Its cancel scope must be left by the task that entered it, so it has one of its own.
        async with self._manager.run():
            ready.set()
            await self._stopping.wait()
