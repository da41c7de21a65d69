"""``mcp``: Streamable HTTP. Knows no SDK, so that the lab can start without importing it."""

from __future__ import annotations

from ..handler import BodyHandler, allowed
from ..principal import principal_of
from ..problem import Problem

_INVALID_REQUEST = -32600
_INTERNAL_ERROR = -32603


class McpHandler(BodyHandler):
    """POST a message; GET the stream of a session and DELETE a session in the handshake era."""

    @allowed("execute")
    async def post(self) -> None:
        opened = await self.runtime.opened()
        await opened.mcp.serve_http(self, principal_of(self, "mcp"))

    get = delete = post

    def write_problem(self, problem: Problem) -> None:
        code = _INVALID_REQUEST if problem.status < 500 else _INTERNAL_ERROR
        self.finish_json({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": problem.detail}})
