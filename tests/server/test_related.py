"""Several related tables over REST and MCP, in worker processes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

Frames = dict[str, pd.DataFrame]


@pytest.fixture
def files(small_shop: Frames, tmp_path: Path) -> dict[str, str]:
    found = {}
    for name in ("customers", "orders"):
        found[name] = str(tmp_path / f"{name}.csv")
        small_shop[name].to_csv(found[name], index=False)
    return found


async def test_rest_draws_tables_and_serves_each(lab, files: dict[str, str]) -> None:
    made = await lab.run("generate_tabular", data=files, rows=30, engine="copula", seed=7, name="shop")
    assert made["engine"] == "relational" and made["datasets"] == {"customers": "shop-customers@1", "orders": "shop-orders@1"}
    assert made["dataset"] is None and made["tables"]["customers"]["rows"] == 30
    response = await lab.fetch("api/v1/datasets/shop-orders@1/data?format=csv")
    assert list(pd.read_csv(io.BytesIO(response.body))) == ["order_no", "customer_id", "amount", "paid", "staff_no"]


async def test_rest_names_the_table_that_is_not_there(lab, files: dict[str, str]) -> None:
    response = await lab.fetch("api/v1/tools/generate_tabular", "POST", {"data": files | {"orders": "nothing"}})
    problem = json.loads(response.body)
    assert (response.code, problem["field"]) == (404, "data.orders")


async def test_mcp_draws_tables_and_links_every_dataset(lab, files: dict[str, str]) -> None:
    async with lab.http() as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "generate_tabular"]
        assert [option["type"] for option in tool.input_schema["properties"]["data"]["anyOf"]] == ["string", "object"]
        relation = {"parent": "customers", "child": "orders", "key": "id", "foreign_key": "customer_id"}
        given = {"data": files, "rows": 20, "engine": "copula", "seed": 3, "name": "agent", "relations": [relation]}
        answer = await client.call_tool("generate_tabular", given)
        assert not answer.is_error
        assert answer.structured_content["relations"] == [relation]
        links = [block.uri for block in answer.content if block.type == "resource_link"]
        assert {"imcp://datasets/agent-customers@1", "imcp://datasets/agent-orders@1"} < {str(uri) for uri in links}
        cut = await client.call_tool("generate_tabular", {"data": {}})
        assert cut.is_error and cut.structured_content["error"]["field"] == "data"
