"""``api/v1/tools``: what there is, and running it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.utils import url_path_join
from pydantic import BaseModel

from ...errors import InvalidInput
from ..contents import read_job
from ..handler import BodyHandler, ImcpHandler, allowed
from ..operation import Described, Operation, Query
from ..principal import principal_of

WAIT = Query("wait", {"type": "boolean", "default": True}, "false answers 202 with the job at once")


class ToolInfo(BaseModel):
    """A tool as forms and scripts need to know it."""

    name: str
    title: str
    description: str
    verb: str | None
    example: str
    runs: str
    icon: str
    annotations: dict[str, bool]
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class ToolsHandler(Described, ImcpHandler):
    path = "api/v1/tools"
    operations = {"get": Operation("All tools with their schemas", ToolInfo, many=True)}

    @allowed("read")
    async def get(self) -> None:
        await self.runtime.opened()
        self.finish_json({"items": await asyncio.to_thread(_all_described)})


class ToolHandler(Described, BodyHandler):
    path = "api/v1/tools/{name}"
    operations = {
        "get": Operation("One tool with its schemas", ToolInfo),
        "post": Operation("Run a tool; the body is the object of its arguments", None, query=(WAIT,), also={202: "the job, not finished"}),
    }

    @allowed("read")
    async def get(self, name: str) -> None:
        await self.runtime.opened()
        self.finish_json(await asyncio.to_thread(_described, name))

    @allowed("execute")
    async def post(self, name: str) -> None:
        opened = await self.runtime.opened()
        arguments, principal = _arguments(self.body), principal_of(self, "rest")
        if self.choice("wait", ("true", "false")) == "true":
            result = await opened.calls.run(name, arguments, principal)
            self.finish_json(result.model_dump(mode="json"))
            return
        job_id = await opened.calls.submit(name, arguments, principal)
        job = await asyncio.to_thread(read_job, opened.workspace, job_id)
        self.set_status(202)
        self.set_header("Location", url_path_join(self.base_url, "imcp/api/v1/jobs", job_id))
        self.finish_json(job)


def _arguments(body: bytes) -> dict[str, Any]:
    """Raises `InvalidInput`."""
    try:
        arguments = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is not JSON: {error}", field="body") from None
    if not isinstance(arguments, dict):
        raise InvalidInput("the body must be a JSON object of arguments", field="body")
    return arguments


def _all_described() -> list[dict[str, Any]]:
    from ...tools.registry import all_tools

    return [_described(tool.name) for tool in all_tools()]


def _described(name: str) -> dict[str, Any]:
    """Raises `NotFound`."""
    from ...tools.icons import icon_data_uri
    from ...tools.registry import find_tool

    tool = find_tool(name)
    hints = tool.annotations
    return ToolInfo(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        verb=tool.verb,
        example=tool.example,
        runs=tool.runs,
        icon=icon_data_uri(tool.icon),
        annotations={
            "read_only": hints.read_only,
            "destructive": hints.destructive,
            "idempotent": hints.idempotent,
            "open_world": hints.open_world,
        },
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
    ).model_dump()
