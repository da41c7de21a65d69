"""The bad input of tests/test_bad_input.py over REST and MCP: the same field and words as on the other faces."""

from __future__ import annotations

import json
from pathlib import Path

from ..test_bad_input import REFUSED, stored


async def test_rest_and_mcp_refuse_in_the_same_words(lab, tmp_path: Path) -> None:
    async with lab.http() as client:
        for case, (frame, arguments, field, words) in REFUSED.items():
            folder = tmp_path / case.replace(" ", "-")
            folder.mkdir()
            call = {"data": stored(frame, folder), "engine": "cart", "seed": 1} | arguments
            response = await lab.fetch("api/v1/tools/generate_tabular", "POST", call)
            problem = json.loads(response.body)
            assert response.headers["Content-Type"].startswith("application/problem+json"), case
            assert 400 <= response.code < 500, (case, problem)
            answer = await client.call_tool("generate_tabular", call)
            assert answer.is_error, case
            error = answer.structured_content["error"]
            assert (problem["field"], error["field"]) == (field, field), case
            for said in (f"{problem['detail']} {problem.get('hint')}", f"{error['message']} {error.get('hint')}", answer.content[0].text):
                assert all(part.strip(" ()") in said for part in words.split(" (")), (case, said)
                assert "Traceback" not in said
