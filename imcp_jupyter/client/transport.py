"""MCP over a WebSocket from the client's side: a transport for the SDK's `mcp.Client`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

SUBPROTOCOL = "mcp"
_LARGEST_MESSAGE = 64 * 1024 * 1024  # bytes
_INBOX = 32

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


@asynccontextmanager
async def websocket_client(url: str, headers: Mapping[str, str] | None = None) -> AsyncGenerator[Streams]:
    """Connect to ``ws://…/imcp/mcp/ws``: ``async with mcp.Client(websocket_client(url, headers)) as client``.

    Raises `tornado.httpclient.HTTPClientError` when the server refuses the handshake.
    """
    request = HTTPRequest(url, headers=dict(headers or {}))
    socket = await websocket_connect(request, subprotocols=[SUBPROTOCOL], max_message_size=_LARGEST_MESSAGE)
    received, inbox = anyio.create_memory_object_stream[SessionMessage | Exception](_INBOX)
    outbox, to_send = anyio.create_memory_object_stream[SessionMessage](0)
    async with inbox, outbox, anyio.create_task_group() as tasks:
        tasks.start_soon(_receive_all, socket, received)
        tasks.start_soon(_send_all, socket, to_send)
        try:
            yield inbox, outbox
        finally:
            socket.close()
            tasks.cancel_scope.cancel()


async def _receive_all(socket: WebSocketClientConnection, inbox: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
    """Ends, and with it the stream, when the socket closes."""
    async with inbox:
        while (text := await socket.read_message()) is not None:
            try:
                await inbox.send(SessionMessage(jsonrpc_message_adapter.validate_json(text, by_name=False)))
            except ValidationError as error:
                await inbox.send(error)


async def _send_all(socket: WebSocketClientConnection, outbox: MemoryObjectReceiveStream[SessionMessage]) -> None:
    async with outbox:
        async for item in outbox:
            try:
                await socket.write_message(item.message.model_dump_json(by_alias=True, exclude_unset=True))
            except WebSocketClosedError:
                return
