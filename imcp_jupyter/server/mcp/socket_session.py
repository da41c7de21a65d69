"""One MCP connection over a message pipe: text in, text out, both protocol eras."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio
from mcp.server.runner import serve_dual_era_loop
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter
from pydantic import ValidationError

if TYPE_CHECKING:
    from ...models.job import Principal
    from .endpoint import McpEndpoint

_INBOX = 32  # messages that wait; beyond that the socket is not read until the server has caught up


class SocketSession:
    """`ended` is done when the session is over, whichever side ended it."""

    def __init__(self, endpoint: McpEndpoint, principal: Principal, send: Callable[[str], Awaitable[None]]) -> None:
        self._metadata = ServerMessageMetadata(request_context=principal)
        self._send = send
        self._inbox, received = anyio.create_memory_object_stream[SessionMessage | Exception](_INBOX)
        to_send, self._outbox = anyio.create_memory_object_stream[SessionMessage](0)
        serving = serve_dual_era_loop(endpoint.server, received, to_send, lifespan_state=endpoint.lifespan_state)
        self.ended = asyncio.gather(asyncio.ensure_future(serving), asyncio.ensure_future(self._send_all()), return_exceptions=True)

    async def receive(self, text: str) -> None:
        """Take one message of the client; waits while the inbox is full."""
        try:
            message = jsonrpc_message_adapter.validate_json(text, by_name=False)
        except ValidationError:
            await self._send(_refusal(text))
            return
        try:
            await self._inbox.send(SessionMessage(message, self._metadata))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the session has ended; its socket is being closed

    async def close(self) -> None:
        """The client is gone, or the server stops: what is still running for it is cancelled."""
        self._inbox.close()
        await asyncio.wait({self.ended})

    async def _send_all(self) -> None:
        async with self._outbox:
            async for item in self._outbox:
                await self._send(item.message.model_dump_json(by_alias=True, exclude_unset=True))


def _refusal(text: str) -> str:
    try:
        json.loads(text)
        error = {"code": INVALID_REQUEST, "message": "a frame must hold one JSON-RPC message"}
    except (ValueError, RecursionError):
        error = {"code": PARSE_ERROR, "message": "Parse error"}
    return json.dumps({"jsonrpc": "2.0", "id": None, "error": error})
