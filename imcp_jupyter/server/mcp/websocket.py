"""``mcp/ws``: MCP over a WebSocket with the subprotocol ``mcp``, one JSON-RPC message per text frame."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from jupyter_server.base.websocket import WebSocketMixin
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..handler import ImcpHandler, allowed
from ..principal import principal_of

if TYPE_CHECKING:
    from .endpoint import McpEndpoint
    from .socket_session import SocketSession

SUBPROTOCOL = "mcp"
_GOING_AWAY = 1001
_UNSUPPORTED_DATA = 1003


class McpSocket(WebSocketMixin, WebSocketHandler, ImcpHandler):
    """The socket's end cancels what still runs for it."""

    _endpoint: McpEndpoint
    _session: SocketSession | None = None

    @allowed("execute")
    async def get(self, *args: Any, **kwargs: Any) -> None:
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if SUBPROTOCOL not in [name.strip() for name in offered.split(",")]:
            raise HTTPError(400, f"the WebSocket must offer the subprotocol '{SUBPROTOCOL}'")
        self._endpoint = (await self.runtime.opened()).mcp
        await super().get(*args, **kwargs)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return SUBPROTOCOL

    @property
    def max_message_size(self) -> int:
        return self.runtime.settings.max_body_bytes

    def open(self, *args: Any, **kwargs: Any) -> None:
        super().open(*args, **kwargs)
        self._session = self._endpoint.open_session(principal_of(self, "mcp"), self._send)
        self._session.ended.add_done_callback(lambda _: self.close(_GOING_AWAY))

    async def on_message(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.close(_UNSUPPORTED_DATA, "messages are text frames")
        elif self._session is not None:
            await self._session.receive(message)

    def on_close(self) -> None:
        if self._session is not None:
            self._closing = asyncio.ensure_future(self._session.close())

    async def _send(self, text: str) -> None:
        with contextlib.suppress(WebSocketClosedError):  # the end of the socket ends the session, see on_close
            await self.write_message(text)
