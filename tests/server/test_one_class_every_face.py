"""Adding a tool is adding one class: the one in fixtures/toy_tools.py, which nothing else names, is on every face."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import imcp_jupyter as imcp
from imcp_jupyter.cli import main
from imcp_jupyter.tools import registry

from .conftest import FIXTURES

ROWS = 12


@pytest.fixture
def fixture_tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(FIXTURES))
    monkeypatch.setenv(registry.MODULES_VARIABLE, "toy_tools")
    monkeypatch.syspath_prepend(str(FIXTURES))
    registry._tools.cache_clear()
    yield
    registry._tools.cache_clear()


@pytest.fixture
def table(tmp_path: Path) -> str:
    pd.DataFrame({"x": range(ROWS)}).to_csv(tmp_path / "table.csv", index=False)
    return str(tmp_path / "table.csv")


async def test_mcp_over_http_and_websocket(lab, table: str) -> None:
    for client_of in (lab.http, lab.socket):
        async with client_of() as client:
            (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "count_rows"]
            assert tool.title == "Count rows" and set(tool.input_schema["properties"]) == {"data", "factor"}
            answer = await client.call_tool("count_rows", {"data": table, "factor": 2})
            assert answer.structured_content["count"] == 2 * ROWS


async def test_rest_and_openapi(lab, table: str) -> None:
    assert (await lab.run("count_rows", data=table))["count"] == ROWS
    assert "count_rows" in {tool["name"] for tool in (await lab.get("api/v1/tools"))["items"]}
    assert any(path.endswith("/tools/count_rows") for path in (await lab.get("api/v1/openapi.json"))["paths"])


def test_python(fixture_tools: None, home: Path) -> None:
    assert imcp.count_rows(pd.DataFrame({"x": range(ROWS)}), factor=3).count == 3 * ROWS
    assert "count_rows" in dir(imcp)


def test_the_command(fixture_tools: None, home: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["count", table, "--factor", "2"]) == 0
    assert capsys.readouterr().out == f"{2 * ROWS} rows\n"
    assert main(["call", "count_rows", "--json", json.dumps({"data": table})]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == ROWS


def test_the_magics(fixture_tools: None, home: Path) -> None:
    shell = InteractiveShell()
    imcp.load_ipython_extension(shell)
    shell.user_ns["frame"] = pd.DataFrame({"x": range(ROWS)})
    assert f"{2 * ROWS} rows" in repr(shell.run_line_magic("imcp", "count frame --factor 2"))
    assert "%imcp count" in repr(shell.run_line_magic("imcp", "help"))
