"""The privacy budget over REST and MCP: the same refusal, and the account beside the dataset."""

from __future__ import annotations

import json

import pytest

WORDS = "the privacy budget of 'adult' is ε = 10: 0 is spent, at most 10 is left, and 11 was asked for (δ = 1e-09)"


@pytest.fixture
def imcp_config() -> dict[str, object]:
    return {"warm_workers": 1, "workers": 1}


async def test_rest_and_mcp_refuse_in_the_same_words(lab) -> None:
    call = {"data": "demo:adult", "epsilon": 11, "seed": 1}
    response = await lab.fetch("api/v1/tools/generate_tabular", "POST", call)
    problem = json.loads(response.body)
    assert (response.code, problem["code"], problem["field"], problem["detail"]) == (409, "budget_exceeded", "epsilon", WORDS)
    async with lab.http() as client:
        answer = await client.call_tool("generate_tabular", call)
    assert answer.is_error
    assert WORDS in answer.content[0].text


async def test_a_dataset_comes_with_its_account(lab) -> None:
    await lab.run("generate_tabular", data="demo:adult", epsilon=6, seed=1, rows=5, columns=["sex"])
    account = (await lab.get("api/v1/datasets/demo:adult"))["privacy"]
    assert account["spent"] == pytest.approx(6.0, rel=1e-6)
    assert 0 < account["left"] < 10
    assert account["releases"] == 1


@pytest.mark.parametrize("imcp_config", [{"warm_workers": 1, "workers": 1, "privacy_budget_epsilon": 0.5}])
async def test_the_server_hands_its_budget_to_its_workers(lab) -> None:
    response = await lab.fetch("api/v1/tools/generate_tabular", "POST", {"data": "demo:adult", "epsilon": 1, "seed": 1})
    assert "is ε = 0.5" in json.loads(response.body)["detail"]
