"""One request of protocol 2026-07-28: no handshake, no session; the answer is JSON, or events once there is progress to tell.

Follows the SDK's own ASGI entry for this era (`mcp.server._streamable_http_modern`), without Starlette in between.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.connection import Connection
from mcp.server.runner import modern_error_data, serve_one
from mcp.shared.dispatcher import CallOptions
from mcp.shared.exceptions import NoBackChannelError
from mcp.shared.inbound import (
    ERROR_CODE_HTTP_STATUS,
    InboundLadderRejection,
    InboundModernRoute,
    classify_inbound_request,
    find_duplicated_routing_header,
    unsupported_protocol_version_rejection,
)
from mcp.shared.jsonrpc_dispatcher import progress_token_from_params
from mcp.shared.message import MessageMetadata, ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import HEADER_MISMATCH, INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCNotification, JSONRPCRequest, RequestId
from pydantic import ValidationError

from ..sse import PING_SECONDS, EventStream

if TYPE_CHECKING:
    from ...models.job import Principal
    from ..handler import BodyHandler
    from .endpoint import McpEndpoint

VERSION_HEADER = "MCP-Protocol-Version"


async def serve_modern(handler: BodyHandler, endpoint: McpEndpoint, principal: Principal) -> None:
    """Answer the POST of `handler`."""
    if not _accepts_both(handler.request.headers.get("Accept", "")):
        handler.set_status(406)
        handler.finish()
        return
    try:
        message = json.loads(handler.body)
    except (ValueError, RecursionError):  # also integers too large to parse and nesting too deep
        _refuse(handler, None, ErrorData(code=PARSE_ERROR, message="Parse error"))
        return
    if isinstance(message, dict) and "id" not in message:
        _acknowledge(handler, message)
        return
    try:
        request = JSONRPCRequest.model_validate(message)
    except ValidationError:
        _refuse(handler, None, ErrorData(code=INVALID_REQUEST, message="the body must be one JSON-RPC request or notification"))
        return
    route = _route(handler, message)
    if isinstance(route, InboundLadderRejection):
        _refuse(handler, request.id, _rejection(route))
        return
    await _Exchange(handler, endpoint, principal, request, route).run()


class _Exchange:
    """One request being served. The client's hang-up cancels it: this era has no other word for that."""

    def __init__(
        self, handler: BodyHandler, endpoint: McpEndpoint, principal: Principal, request: JSONRPCRequest, route: InboundModernRoute
    ) -> None:
        self._handler = handler
        self._request = request
        self._events = EventStream(handler)
        connection = Connection.from_envelope(route.protocol_version, route.client_info, route.client_capabilities)
        headers = {name.lower(): value for name, value in handler.request.headers.items()}
        dispatch = _DispatchContext(
            transport=TransportContext(kind="streamable-http", can_send_request=False, headers=headers),
            request_id=request.id,
            message_metadata=ServerMessageMetadata(request_context=principal),
            events=self._events,
            progress_token=progress_token_from_params(request.params),
        )
        self._serving = serve_one(
            endpoint.server, dispatch, request.method, request.params, connection=connection, lifespan_state=endpoint.lifespan_state
        )

    async def run(self) -> None:
        serving = asyncio.ensure_future(self._serving)
        leaving = asyncio.ensure_future(self._handler.gone.wait())
        try:
            while not serving.done() and not leaving.done():
                done, _ = await asyncio.wait({serving, leaving}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    await self._events.ping()
        finally:
            leaving.cancel()
            if not serving.done():
                serving.cancel()
                await asyncio.wait({serving})
        if not serving.cancelled() and not self._handler.gone.is_set():
            await self._answer(serving)

    async def _answer(self, served: asyncio.Future[dict[str, Any]]) -> None:
        error = served.exception()
        body: dict[str, Any] = {"jsonrpc": "2.0", "id": self._request.id}
        if error is None:
            body["result"] = served.result()
        elif isinstance(error, Exception):
            body["error"] = modern_error_data(error).model_dump(exclude_none=True)
        else:
            raise error
        if self._events.begun:
            await self._events.send("message", body)
            self._handler.finish()
        else:
            _finish(self._handler, body)


@dataclass
class _DispatchContext:
    """The SDK's `DispatchContext` for one request: notifications go onto its own response, requests to the client do not exist."""

    transport: TransportContext
    request_id: RequestId
    message_metadata: MessageMetadata
    events: EventStream
    progress_token: str | int | None = None
    cancel_requested: anyio.Event = field(default_factory=anyio.Event)
    can_send_request: bool = field(default=False, init=False)

    async def send_raw_request(self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None) -> None:
        body = JSONRPCNotification(jsonrpc="2.0", method=method, params=dict(params) if params is not None else None)
        await self.events.send("message", body.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        if self.progress_token is None:
            return
        params = {"progressToken": self.progress_token, "progress": progress, "total": total, "message": message}
        await self.notify("notifications/progress", {name: value for name, value in params.items() if value is not None})


def _route(handler: BodyHandler, message: dict[str, Any]) -> InboundModernRoute | InboundLadderRejection:
    twice = find_duplicated_routing_header(handler.request.headers.get_all())
    if twice is not None:
        return InboundLadderRejection(code=HEADER_MISMATCH, message=f"{twice} header appears more than once")
    headers = {name.lower(): value for name, value in handler.request.headers.items()}
    return classify_inbound_request(message, headers=headers)


def _acknowledge(handler: BodyHandler, message: dict[str, Any]) -> None:
    """A notification: this era defines none from client to server, but clients send them; 202 and no more, as the SDK does."""
    try:
        JSONRPCNotification.model_validate(message)
    except ValidationError:
        _refuse(handler, None, ErrorData(code=INVALID_REQUEST, message="the body must be one JSON-RPC request or notification"))
        return
    unsupported = unsupported_protocol_version_rejection(handler.request.headers.get(VERSION_HEADER, ""))
    if unsupported is not None:
        _refuse(handler, None, _rejection(unsupported))
        return
    handler.set_status(202)
    handler.finish()


def _accepts_both(accept: str) -> bool:
    kinds = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    if "*/*" in kinds:
        return True
    return bool(kinds & {"application/json", "application/*"}) and bool(kinds & {"text/event-stream", "text/*"})


def _rejection(rejected: InboundLadderRejection) -> ErrorData:
    return ErrorData(code=rejected.code, message=rejected.message, data=rejected.data)


def _refuse(handler: BodyHandler, request_id: RequestId | None, error: ErrorData) -> None:
    _finish(handler, {"jsonrpc": "2.0", "id": request_id, "error": error.model_dump(exclude_none=True)})


def _finish(handler: BodyHandler, body: dict[str, Any]) -> None:
    if "error" in body:
        handler.set_status(ERROR_CODE_HTTP_STATUS.get(body["error"]["code"], 200))
    handler.finish_json(body)
