from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from imcp_jupyter.server.mcp.socket_session import _refusal

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@asynccontextmanager
async def _connected(lab, **options: Any) -> AsyncGenerator[WebSocketClientConnection]:
    socket = await websocket_connect(HTTPRequest(lab.socket_url, headers=lab.auth), **({"subprotocols": ["mcp"]} | options))
    try:
        yield socket
    finally:
        socket.close()


async def _ask(socket: WebSocketClientConnection, message: Any) -> Any:
    await socket.write_message(json.dumps(message))
    return json.loads(str(await socket.read_message()))


async def test_the_subprotocol_is_agreed_on(lab) -> None:
    async with _connected(lab) as socket:
        assert socket.selected_subprotocol == "mcp"


@pytest.mark.parametrize("offered", [None, ["chat"]])
async def test_a_socket_that_does_not_offer_mcp_is_refused(lab, offered: list[str] | None) -> None:
    with pytest.raises(HTTPClientError) as refused:
        async with _connected(lab, subprotocols=offered):
            pytest.fail("it was accepted")
    assert refused.value.code == 400


async def test_the_first_message_decides_the_era(lab) -> None:
    async with _connected(lab) as socket:
        assert (await _ask(socket, INITIALIZE))["result"]["protocolVersion"] == "2025-11-25"
        assert (await _ask(socket, {"jsonrpc": "2.0", "id": 1, "method": "tools/dance"}))["error"]["code"] == -32601


@pytest.mark.parametrize(("frame", "code"), [("{", -32700), ("[]", -32600), ('{"a": 1}', -32600), ("", -32700)])
async def test_a_frame_that_is_no_message_is_answered_and_the_socket_stays(lab, frame: str, code: int) -> None:
    async with _connected(lab) as socket:
        await socket.write_message(frame)
        assert json.loads(str(await socket.read_message()))["error"]["code"] == code
        assert "result" in await _ask(socket, INITIALIZE)


async def test_a_binary_frame_closes_the_socket(lab) -> None:
    async with _connected(lab) as socket:
        await socket.write_message(b"{}", binary=True)
        assert await socket.read_message() is None
        assert socket.close_code == 1003


async def test_many_requests_at_once_are_all_answered(lab) -> None:
    async with lab.socket() as client:
        await client.list_tools()  # else every call asks for the schema of its result
        results = await asyncio.gather(*(client.call_tool("echo", {"text": str(number)}) for number in range(200)))
    assert [result.structured_content["text"] for result in results] == [str(number) for number in range(200)]


async def test_the_servers_stop_closes_open_sockets(lab, jp_serverapp) -> None:
    async with _connected(lab) as socket:
        await _ask(socket, INITIALIZE)
        await jp_serverapp.web_app.settings["imcp_runtime"].close()
        assert await socket.read_message() is None
        assert socket.close_code == 1001


class TestAFrameThatIsTooLarge:
    @pytest.fixture
    def imcp_config(self) -> dict[str, Any]:
        return {"max_body_bytes": 10_000}

    async def test_closes_the_socket(self, lab) -> None:
        async with _connected(lab) as socket:
            await socket.write_message("x" * 20_000)
            assert await socket.read_message() is None
            assert socket.close_code == 1009


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.text())
def test_a_refusal_is_always_a_json_rpc_error(text: str) -> None:
    answer = json.loads(_refusal(text))
    assert answer["id"] is None
    assert answer["error"]["code"] in (-32700, -32600)
