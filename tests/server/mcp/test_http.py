"""Streamable HTTP on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jupyter_server.auth.identity import User
from tornado.httpclient import HTTPResponse

from ..conftest import JSON_OR_EVENTS, MODERN, modern_message, until
from ..test_access import TestABrowserWithACookie


def _error(response: HTTPResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)["error"]
    return found


class TestTheStatelessEra:
    async def test_a_quick_answer_is_json_without_a_session(self, lab) -> None:
        response = await lab.rpc("tools/call", {"name": "echo", "arguments": {"text": "x"}})
        assert (response.code, response.headers["Content-Type"]) == (200, "application/json")
        assert "Mcp-Session-Id" not in response.headers
        assert json.loads(response.body)["result"]["structuredContent"]["text"] == "x"

    async def test_an_unknown_method_is_32601(self, lab) -> None:
        response = await lab.rpc("tools/dance")
        assert (response.code, _error(response)["code"]) == (404, -32601)

    async def test_params_of_the_wrong_shape_are_32602(self, lab) -> None:
        response = await lab.rpc("tools/call", {"name": "echo", "arguments": "text"})
        assert (response.code, _error(response)["code"]) == (400, -32602)

    async def test_headers_that_contradict_the_body_are_refused(self, lab) -> None:
        response = await lab.rpc("tools/call", {"name": "echo", "arguments": {}}, Mcp_Name="break")
        assert (response.code, _error(response)["code"]) == (400, -32020)

    async def test_an_unknown_version_names_the_supported_ones(self, lab) -> None:
        response = await lab.fetch(
            "mcp", "POST", {"jsonrpc": "2.0", "method": "x"}, {"Accept": "*/*", "MCP-Protocol-Version": "2099-01-01"}
        )
        assert response.code == 400
        assert _error(response)["data"]["supported"] == [MODERN]

    @pytest.mark.parametrize(
        ("body", "code"),
        [("{", -32700), ("[" * 100_000, -32700), ("[]", -32600), ('{"id": 1}', -32600), ('{"jsonrpc": "2.0"}', -32600), ("1", -32600)],
    )
    async def test_a_body_that_is_not_one_message_is_refused(self, lab, body: str, code: int) -> None:
        response = await lab.fetch("mcp", "POST", body, {"Accept": JSON_OR_EVENTS, "MCP-Protocol-Version": MODERN})
        assert (response.code, _error(response)["code"]) == (400, code)

    async def test_a_notification_is_acknowledged(self, lab) -> None:
        message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        response = await lab.fetch("mcp", "POST", message, {"Accept": JSON_OR_EVENTS, "MCP-Protocol-Version": MODERN})
        assert (response.code, response.body) == (202, b"")

    @pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "text/html"])
    async def test_a_client_must_take_json_and_events(self, lab, accept: str) -> None:
        assert (await lab.rpc("tools/list", Accept=accept)).code == 406

    async def test_a_caller_that_hangs_up_cancels_the_job(self, lab) -> None:
        body, headers = modern_message("tools/call", {"name": "count_slowly", "arguments": {"steps": 1000, "seconds": 0.1}})
        await lab.post_and_hang_up("mcp", body, headers, lambda: _state(lab, "running"))
        await until(lambda: _state(lab, "cancelled"), seconds=1.0)

    async def test_there_is_no_stream_to_get(self, lab) -> None:
        assert (await lab.fetch("mcp", headers={"Accept": "text/event-stream", "MCP-Protocol-Version": MODERN})).code == 405


class TestTheHandshakeEra:
    @staticmethod
    async def _initialize(lab, version: str, **options: Any) -> HTTPResponse:
        params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        body = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        response: HTTPResponse = await lab.fetch(
            "mcp", "POST", body, {"Accept": JSON_OR_EVENTS, "Content-Type": "application/json"}, **options
        )
        return response

    @staticmethod
    async def _in_session(lab, session: str, version: str, method: str, params: dict[str, Any]) -> Any:
        headers = {"Accept": JSON_OR_EVENTS, "Content-Type": "application/json", "Mcp-Session-Id": session, "MCP-Protocol-Version": version}
        await lab.fetch("mcp", "POST", {"jsonrpc": "2.0", "method": "notifications/initialized"}, headers)
        response = await lab.fetch("mcp", "POST", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, headers)
        assert response.code == 200, response.body
        data = [line[6:] for line in response.body.decode().splitlines() if line.startswith("data: {")]
        return json.loads(data[-1])

    @pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
    async def test_every_older_version_is_spoken(self, lab, version: str) -> None:
        opened = await self._initialize(lab, version)
        assert f'"protocolVersion":"{version}"' in opened.body.decode()
        session = opened.headers["Mcp-Session-Id"]
        result = (await self._in_session(lab, session, version, "tools/call", {"name": "echo", "arguments": {"text": "x"}}))["result"]
        kinds = [block["type"] for block in result["content"]]
        old = version < "2025-06-18"
        assert kinds == (["text", "text"] if old else ["text", "text", "resource_link"])
        assert ("structuredContent" in result) is not old
        assert json.loads(result["content"][1]["text"])["text"] == "x"

    async def test_an_unknown_method_is_32601(self, lab) -> None:
        session = (await self._initialize(lab, "2025-11-25")).headers["Mcp-Session-Id"]
        assert (await self._in_session(lab, session, "2025-11-25", "tools/dance", {}))["error"]["code"] == -32601

    async def test_a_session_ends_when_it_is_deleted(self, lab) -> None:
        headers = {"Mcp-Session-Id": (await self._initialize(lab, "2025-11-25")).headers["Mcp-Session-Id"]}
        assert (await lab.fetch("mcp", "DELETE", headers=headers)).code == 200
        assert (await lab.fetch("mcp", "DELETE", headers=headers)).code == 404

    async def test_a_session_of_somebody_else_is_not_there(self, lab, jp_serverapp) -> None:
        session = (await self._initialize(lab, "2025-11-25")).headers["Mcp-Session-Id"]
        cookie = TestABrowserWithACookie.cookie_of(jp_serverapp, lab, User("ada", "Ada"))
        assert (await lab.fetch("mcp", "DELETE", headers={"Mcp-Session-Id": session, "Cookie": cookie})).code == 404

    async def test_a_caller_that_only_hangs_up_does_not_cancel(self, lab) -> None:
        session = (await self._initialize(lab, "2025-11-25")).headers["Mcp-Session-Id"]
        headers = {"Accept": JSON_OR_EVENTS, "Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"}
        await lab.fetch("mcp", "POST", {"jsonrpc": "2.0", "method": "notifications/initialized"}, headers)
        params = {"name": "count_slowly", "arguments": {"steps": 5, "seconds": 0.1}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        await lab.post_and_hang_up("mcp", body, headers, lambda: _state(lab, "running"))
        await until(lambda: _state(lab, "succeeded"))


class TestABodyThatIsTooLarge:
    @pytest.fixture
    def imcp_config(self) -> dict[str, Any]:
        return {"max_body_bytes": 10_000}

    async def test_is_413_whether_or_not_it_says_how_long_it_is(self, lab) -> None:
        async def pieces(write: Any) -> None:
            for _ in range(20):
                await write(b"x" * 1000)

        for path in ("mcp", "api/v1/tools/echo"):
            assert (await lab.fetch(path, "POST", "x" * 20_000)).code == 413
            chunked = await lab._client.fetch(f"{lab.base}{path}", method="POST", body_producer=pieces, headers=lab.auth, raise_error=False)
            assert chunked.code == 413

    async def test_is_not_read_for_a_stranger(self, lab) -> None:
        assert (await lab.fetch("mcp", "POST", "x" * 20_000, token=False)).code == 401


async def test_an_error_before_the_protocol_is_json_rpc_too(lab) -> None:
    response = await lab.fetch("mcp", "POST", "{}", token=False)
    assert json.loads(response.body) == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": -32600, "message": "a token of this Jupyter server is required: Authorization: Bearer TOKEN"},
    }


async def _state(lab, state: str) -> Any:
    return (await lab.get(f"api/v1/jobs?state={state}"))["items"]
