"""A real Jupyter server with the extension, a workspace of its own and a few tools that exist in tests only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client
from pytest_jupyter.jupyter_server import *  # noqa: F403  # its fixtures and hooks run automatically: only for this folder
from tornado.httpclient import HTTPResponse
from traitlets.config import Config

from imcp_jupyter.client.transport import websocket_client
from imcp_jupyter.tools import registry

FIXTURES = Path(__file__).parents[1] / "fixtures"
MODERN = "2026-07-28"
JSON_OR_EVENTS = "application/json, text/event-stream"


@pytest.fixture
def fixture_tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(FIXTURES))
    monkeypatch.setenv(registry.MODULES_VARIABLE, "imcp_fixture_tools")
    monkeypatch.syspath_prepend(str(FIXTURES))
    registry._tools.cache_clear()
    yield
    registry._tools.cache_clear()


@pytest.fixture
def imcp_config() -> dict[str, Any]:
    """Settings of the extension; override in a test module. Most tests start no job, so no worker is kept warm."""
    return {"warm_workers": 0}


@pytest.fixture
def jp_server_config(tmp_path: Path, fixture_tools: None, imcp_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Config:
    home = tmp_path / "workspace"
    monkeypatch.setenv("IMCP_HOME", str(home))
    monkeypatch.setenv("IMCP_ALLOW_BUSL_ENGINES", "1")  # the extension exports its own value: this one puts it back
    monkeypatch.setenv("IMCP_PRIVACY_BUDGET_EPSILON", "10.0")
    monkeypatch.setenv("IMCP_PRIVACY_BUDGET_DELTA", "1e-09")
    return Config({"ServerApp": {"jpserver_extensions": {"imcp_jupyter": True}}, "IMCP": {"home": str(home), **imcp_config}})


@pytest.fixture
def lab(http_server_client: Any, jp_http_port: int, jp_base_url: str, jp_serverapp: Any) -> Lab:
    return Lab(http_server_client, jp_http_port, jp_base_url, jp_serverapp.identity_provider.token)


class Lab:
    """The running server from outside."""

    def __init__(self, client: Any, port: int, base_url: str, token: str) -> None:
        self._client = client
        self.token = token
        self.base = f"{base_url}imcp/"
        self.origin = f"127.0.0.1:{port}"
        self.url = f"http://{self.origin}{self.base}"
        self.socket_url = f"ws://{self.origin}{self.base}mcp/ws"

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def fetch(
        self, path: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None, token: bool = True
    ) -> HTTPResponse:
        """The response, whatever its status."""
        data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        sent = (self.auth if token else {}) | (headers or {})
        if method == "POST" and data is None:
            data = ""
        found: HTTPResponse = await self._client.fetch(
            f"{self.base}{path}",
            method=method,
            body=data,
            headers=sent,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            request_timeout=60,
        )
        return found

    async def get(self, path: str) -> Any:
        response = await self.fetch(path)
        assert response.code == 200, response.body
        return json.loads(response.body)

    async def run(self, tool: str, **arguments: Any) -> Any:
        response = await self.fetch(f"api/v1/tools/{tool}", "POST", arguments)
        assert response.code == 200, response.body
        return json.loads(response.body)

    async def start(self, tool: str, **arguments: Any) -> str:
        """The id of a job that was started."""
        response = await self.fetch(f"api/v1/tools/{tool}?wait=false", "POST", arguments)
        assert response.code == 202, response.body
        return str(json.loads(response.body)["id"])

    async def rpc(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> HTTPResponse:
        """One raw request of protocol 2026-07-28; `headers` (with _ for -) override those that belong to it."""
        body, sent = modern_message(method, params)
        return await self.fetch("mcp", "POST", body, sent | {name.replace("_", "-"): value for name, value in headers.items()})

    async def post_and_hang_up(self, path: str, body: Any, headers: dict[str, str], when: Callable[[], Awaitable[Any]]) -> Any:
        """Send a POST and close the connection without an answer as soon as `when` is true; returns what it was."""
        data = json.dumps(body).encode()
        host, port = self.origin.split(":")
        sent = {"Host": self.origin, "Content-Type": "application/json", "Content-Length": str(len(data))} | self.auth | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {self.base}{path} HTTP/1.1\r\n{head}\r\n".encode() + data)
        try:
            return await until(when)
        finally:
            writer.close()
            await writer.wait_closed()

    @asynccontextmanager
    async def http(self, mode: str = "auto", **options: Any) -> AsyncGenerator[mcp.Client]:
        """An official MCP client over Streamable HTTP."""
        async with (
            httpx2.AsyncClient(headers=self.auth, timeout=60) as http,
            mcp.Client(streamable_http_client(f"{self.url}mcp", http_client=http), mode=mode, **options) as client,
        ):
            yield client

    @asynccontextmanager
    async def socket(self, mode: str = "auto", **options: Any) -> AsyncGenerator[mcp.Client]:
        """An official MCP client over a WebSocket."""
        async with mcp.Client(websocket_client(self.socket_url, self.auth), mode=mode, **options) as client:
            yield client

    def connect(self, transport: str, mode: str) -> AbstractAsyncContextManager[mcp.Client]:
        return self.http(mode) if transport == "http" else self.socket(mode)


def modern_message(method: str, params: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """One request of protocol 2026-07-28 and the headers that belong to it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {"Accept": JSON_OR_EVENTS, "Content-Type": "application/json", "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    if params and "name" in params:
        headers["Mcp-Name"] = params["name"]
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": meta}}, headers


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 60.0) -> Any:
    """The first true value of `condition`, looked at again and again until the deadline."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        value = await condition()
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, "it did not become true in time"
        await asyncio.sleep(0.02)
