"""A Tornado request as one ASGI exchange, for the SDK's session manager of the handshake era."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError

from .caller import SCOPE_KEY, session_owner

if TYPE_CHECKING:
    from ...models.job import Principal
    from ..handler import BodyHandler

Message = MutableMapping[str, Any]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
_HOP_BY_HOP = {"content-length", "connection", "transfer-encoding"}  # Tornado's to decide


async def serve_asgi(handler: BodyHandler, app: App, principal: Principal) -> None:
    """Let `app` answer the request of `handler`."""
    body: list[bytes] = [handler.body]

    async def receive() -> Message:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await handler.gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        try:
            _answer(handler, message)
            if message["type"] == "http.response.body" and message.get("more_body"):
                await handler.flush()
        except StreamClosedError:
            handler.gone.set()

    await app(_scope(handler, principal), receive, send)


def _scope(handler: BodyHandler, principal: Principal) -> MutableMapping[str, Any]:
    request = handler.request
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.protocol,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": (request.query or "").encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.get_all()],
        "client": (request.remote_ip, 0),
        "server": (request.host, None),
        "state": {},
        "user": session_owner(principal),
        SCOPE_KEY: principal,
    }


def _answer(handler: BodyHandler, message: Message) -> None:
    if message["type"] == "http.response.start":
        handler.set_status(message["status"])
        handler.clear_header("Content-Type")
        for raw_name, raw_value in message.get("headers", []):
            name = raw_name.decode("latin-1")
            if name.lower() not in _HOP_BY_HOP:
                handler.set_header(name, raw_value.decode("latin-1"))
    elif message["type"] == "http.response.body":
        if message.get("body"):
            handler.write(message["body"])
        if not message.get("more_body") and not handler._finished:
            handler.finish()
