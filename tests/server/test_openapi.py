from __future__ import annotations

import re
from typing import Any

import jsonschema

from imcp_jupyter.server.routes import DESCRIBED
from imcp_jupyter.tools.registry import all_tools


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    return [found for item in value for found in _references(item)] if isinstance(value, list) else []


async def test_every_handler_and_every_tool_is_described(lab) -> None:
    paths = (await lab.get("api/v1/openapi.json"))["paths"]
    assert set(paths) == {f"/{handler.path}" for handler in DESCRIBED} | {f"/api/v1/tools/{tool.name}" for tool in all_tools()}
    for handler in DESCRIBED:
        served = {method for method in ("get", "post", "delete") if method in vars(handler)}
        assert served == set(handler.operations)


async def test_every_reference_leads_somewhere(lab) -> None:
    document = await lab.get("api/v1/openapi.json")
    found = _references(document)
    assert found
    for reference in found:
        assert re.fullmatch(r"#/components/schemas/[\w.]+", reference)
        assert reference.rpartition("/")[2] in document["components"]["schemas"]


async def test_answers_fit_the_description(lab) -> None:
    document = await lab.get("api/v1/openapi.json")
    await lab.run("count_slowly", steps=1)
    for path in ("healthz", "readyz", "api/v1/jobs", "api/v1/tools"):
        content = document["paths"][f"/{path}"]["get"]["responses"]["200"]["content"]["application/json"]
        jsonschema.validate(await lab.get(path), {**content["schema"], "components": document["components"]})


async def test_the_server_address_has_the_base_url(lab, jp_base_url: str) -> None:
    assert (await lab.get("api/v1/openapi.json"))["servers"] == [{"url": f"{jp_base_url}imcp"}]
