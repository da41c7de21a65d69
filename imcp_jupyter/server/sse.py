"""Server-sent events on a Tornado handler."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from tornado.iostream import StreamClosedError

if TYPE_CHECKING:
    from .handler import ImcpHandler

PING_SECONDS = 15.0  # proxies close a connection that is silent for a minute or so


class EventStream:
    """Begins with the first event, so that a handler may still answer with a status of its own before."""

    def __init__(self, handler: ImcpHandler) -> None:
        self._handler = handler
        self.begun = False
        self._last_write = time.monotonic()

    async def send(self, event: str, data: Any, event_id: int | None = None) -> None:
        identity = f"id: {event_id}\n" if event_id is not None else ""
        await self._write(f"event: {event}\n{identity}data: {to_json(data, inf_nan_mode='null').decode()}\n\n")

    async def ping(self) -> None:
        await self._write(": ping\n\n")

    async def ping_when_idle(self) -> None:
        if time.monotonic() - self._last_write >= PING_SECONDS:
            await self.ping()

    async def _write(self, text: str) -> None:
        if self._handler.gone.is_set():
            return
        if not self.begun:
            self.begun = True
            self._handler.set_header("Content-Type", "text/event-stream")
            self._handler.set_header("Cache-Control", "no-cache, no-transform")
            self._handler.set_header("X-Accel-Buffering", "no")
        self._last_write = time.monotonic()
        self._handler.write(text)
        try:
            await self._handler.flush()
        except StreamClosedError:
            self._handler.gone.set()
