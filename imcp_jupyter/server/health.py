"""``healthz``: the process answers. ``readyz``: it can do its work."""

from __future__ import annotations

import asyncio
import logging

from pydantic import BaseModel, Field

from .._version import __version__
from ..errors import ImcpError
from .handler import ImcpHandler, allowed
from .operation import Described, Operation

log = logging.getLogger(__name__)


class Health(BaseModel):
    status: str = Field(description="ok or unavailable")
    version: str = __version__
    checks: dict[str, str] = Field(default_factory=dict, description="what was looked at: ok, or what is wrong with it")


class HealthHandler(Described, ImcpHandler):
    path = "healthz"
    operations = {"get": Operation("Is the server up?", Health)}

    @allowed("read")
    async def get(self) -> None:
        self.finish_json(Health(status="ok").model_dump())


class ReadyHandler(Described, ImcpHandler):
    path = "readyz"
    operations = {"get": Operation("Can it run jobs?", Health, also={503: "a check failed"})}

    @allowed("read")
    async def get(self) -> None:
        checks = await self._checks()
        ready = all(outcome == "ok" for outcome in checks.values())
        self.set_status(200 if ready else 503)
        self.finish_json(Health(status="ok" if ready else "unavailable", checks=checks).model_dump())

    async def _checks(self) -> dict[str, str]:
        try:
            opened = await self.runtime.opened()
            checks = {"workspace": "ok"}
        except ImcpError as error:
            return {"workspace": error.message}
        try:
            await asyncio.to_thread(opened.workspace.ping)
            checks["database"] = "ok"
        except Exception:
            log.exception("the database cannot be read")
            checks["database"] = "cannot be read"
        try:
            opened.service.check()
            checks["workers"] = "ok"
        except ImcpError as error:
            checks["workers"] = error.message
        return checks
