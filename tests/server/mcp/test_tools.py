"""The tool methods over both transports and in both eras, with the official client."""

from __future__ import annotations

import asyncio
import json

import pytest
from mcp.shared.exceptions import MCPError

from imcp_jupyter.tools.registry import all_tools

from ..conftest import until

EVERYWHERE = pytest.mark.parametrize(
    ("transport", "mode"), [("http", "2026-07-28"), ("http", "legacy"), ("socket", "auto"), ("socket", "legacy")]
)
VERSIONS = {"2026-07-28": "2026-07-28", "auto": "2026-07-28", "legacy": "2025-11-25"}


@EVERYWHERE
async def test_tools_come_in_a_fixed_order_with_schemas_hints_and_icons(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        assert client.protocol_version == VERSIONS[mode]
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == [tool.name for tool in all_tools()] == sorted(tool.name for tool in tools)
    for tool, registered in zip(tools, all_tools(), strict=True):
        assert tool.title
        assert tool.description
        assert tool.input_schema == registered.input_schema()
        assert tool.output_schema == registered.output_schema()
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint == registered.annotations.read_only
        assert tool.icons is not None
        assert tool.icons[0].src.startswith("data:image/svg+xml;base64,")


@EVERYWHERE
async def test_a_result_is_structured_and_readable_and_links_to_what_was_made(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        result = await client.call_tool("echo", {"text": "hello"})
    assert not result.is_error
    assert result.structured_content["text"] == "hello"
    assert (result.structured_content["subject"], result.structured_content["face"]) == ("jupyter-token", "agent/mcp")
    assert [block.type for block in result.content] == ["text", "text", "resource_link"]
    assert result.content[0].text == "echoed"
    assert json.loads(result.content[1].text) == result.structured_content
    assert result.content[2].uri == "imcp://datasets/echo"


@EVERYWHERE
async def test_progress_is_told_and_grows_to_one(lab, transport: str, mode: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with lab.connect(transport, mode) as client:
        result = await client.call_tool("count_slowly", {"steps": 4, "seconds": 0.05}, progress_callback=hear)
    assert result.structured_content["counted"] == 4
    assert told[-1] == (1.0, 1.0, "step 4")
    shares = [share for share, _, _ in told]
    assert shares == sorted(set(shares))


@EVERYWHERE
async def test_a_caller_that_gives_up_cancels_the_job_within_a_second(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        calling = asyncio.ensure_future(client.call_tool("count_slowly", {"steps": 1000, "seconds": 0.1}))
        job = (await until(lambda: _jobs(lab, "running")))[0]
        asked = asyncio.get_running_loop().time()
        calling.cancel()
        await asyncio.wait({calling})
        await until(lambda: _jobs(lab, "cancelled"))
        assert asyncio.get_running_loop().time() - asked < 1.0
    assert (await lab.get(f"api/v1/jobs/{job['id']}"))["state"] == "cancelled"


@EVERYWHERE
async def test_a_bad_argument_is_a_tool_error_that_names_the_field(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        result = await client.call_tool("count_slowly", {"steps": 0})
    assert result.is_error
    error = result.structured_content["error"]
    assert (error["code"], error["field"]) == ("invalid_input", "steps")
    assert "steps" in result.content[0].text


@EVERYWHERE
async def test_a_tool_that_fails_gives_code_message_field_and_hint(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        result = await client.call_tool("break", {"how": "known"})
    assert result.is_error
    assert result.structured_content == {
        "error": {"code": "conflict", "message": "it is broken on purpose", "field": "how", "hint": "do not call it"}
    }
    assert result.content[0].text == "conflict: how: it is broken on purpose (do not call it)"


@EVERYWHERE
async def test_a_fault_of_ours_is_a_tool_error_without_details(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        result = await client.call_tool("break", {"how": "oddly"})
    assert result.is_error
    assert result.structured_content["error"]["code"] == "internal_error"
    assert "secret" not in result.model_dump_json()


@EVERYWHERE
async def test_an_unknown_tool_is_invalid_params_with_the_nearest_name(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("ecko", {})
    assert (refused.value.code, refused.value.message) == (-32602, "Unknown tool: ecko")
    assert refused.value.data == {"hint": "did you mean 'echo'?"}


@pytest.mark.parametrize(("transport", "mode"), [("http", "2026-07-28"), ("socket", "auto")])
async def test_a_slow_job_holds_nobody_up(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        slow = asyncio.ensure_future(client.call_tool("count_slowly", {"steps": 1000, "seconds": 0.1}))
        await until(lambda: _jobs(lab, "running"))
        loop = asyncio.get_running_loop()
        for _ in range(10):
            asked = loop.time()
            assert not (await client.call_tool("echo", {"text": "x"})).is_error
            assert loop.time() - asked < 1.0
        assert not slow.done()
        slow.cancel()
        await asyncio.wait({slow})
        await until(lambda: _jobs(lab, "cancelled"))


@EVERYWHERE
async def test_a_number_that_json_does_not_have_is_null(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        assert (await client.call_tool("measure", {})).structured_content["value"] is None


async def test_a_closed_socket_cancels_what_runs_for_it(lab) -> None:
    async with lab.socket() as client:
        calling = asyncio.ensure_future(client.call_tool("count_slowly", {"steps": 1000, "seconds": 0.1}))
        await until(lambda: _jobs(lab, "running"))
    await asyncio.wait({calling})
    calling.exception()
    await until(lambda: _jobs(lab, "cancelled"), seconds=1.0)


async def test_a_job_that_somebody_else_cancels_is_a_tool_error(lab) -> None:
    async with lab.http() as client:
        calling = asyncio.ensure_future(client.call_tool("count_slowly", {"steps": 1000, "seconds": 0.1}))
        job = (await until(lambda: _jobs(lab, "running")))[0]
        assert (await lab.fetch(f"api/v1/jobs/{job['id']}", "DELETE")).code == 202
        result = await calling
    assert result.is_error
    assert result.structured_content["error"]["code"] == "cancelled"


async def _jobs(lab, state: str) -> list[dict[str, object]]:
    return (await lab.get(f"api/v1/jobs?state={state}"))["items"]
