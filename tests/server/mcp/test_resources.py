from __future__ import annotations

import json

import pytest
from mcp.shared.exceptions import MCPError

from .test_tools import EVERYWHERE


@EVERYWHERE
async def test_what_a_tool_made_is_listed_and_read(lab, tmp_path, transport: str, mode: str) -> None:
    source = tmp_path / "people.csv"
    source.write_text("name,age,seen\nada,36,2024-05-01\nalan,41,\n")
    async with lab.connect(transport, mode) as client:
        made = await client.call_tool("import_data", {"source": str(source)})
        assert not made.is_error, made.content
        listed = {resource.uri: resource for resource in (await client.list_resources()).resources}
        assert listed["imcp://datasets/people"].mime_type == "application/json"
        job_uri = f"imcp://jobs/{made.structured_content['job_id']}"
        assert job_uri in listed
        dataset = json.loads((await client.read_resource("imcp://datasets/people")).contents[0].text)
        assert (dataset["rows"], dataset["version"]) == (2, 1)
        assert dataset["preview"]["columns"] == ["name", "age", "seen"]
        assert dataset["preview"]["rows"][1][:2] == ["alan", 41]
        assert dataset["preview"]["total_rows"] == 2
        link = next(block for block in made.content if block.type == "resource_link")
        assert json.loads((await client.read_resource(link.uri)).contents[0].text)["name"] == "people"
        assert json.loads((await client.read_resource(job_uri)).contents[0].text)["state"] == "succeeded"


@EVERYWHERE
async def test_templates_name_every_kind_of_resource(lab, transport: str, mode: str) -> None:
    async with lab.connect(transport, mode) as client:
        templates = [template.uri_template for template in (await client.list_resource_templates()).resource_templates]
    assert templates == ["imcp://datasets/{name}", "imcp://models/{id}", "imcp://reports/{id}", "imcp://jobs/{id}"]


@pytest.mark.parametrize(
    "uri", ["imcp://datasets/nothing", "imcp://jobs/nothing", "imcp://gadgets/1", "imcp://datasets", "file:///etc/passwd"]
)
async def test_a_resource_that_is_not_there_is_invalid_params(lab, uri: str) -> None:
    async with lab.http() as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    assert refused.value.code == -32602
    assert refused.value.data == {"uri": uri}


async def test_a_dataset_resource_never_reads_a_file_of_the_machine(lab, tmp_path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    async with lab.http() as client:
        for path in (f"{tmp_path}/secret.csv", f"{tmp_path}/secret.csv".replace("/", "%2F")):
            with pytest.raises(MCPError):
                await client.read_resource(f"imcp://datasets/{path}")


async def test_a_long_list_comes_in_pages(lab) -> None:
    for number in range(101):
        await lab.fetch("api/v1/tools/echo?wait=false", "POST", {"text": str(number)})
    async with lab.http() as client:
        first = await client.list_resources()
        assert len(first.resources) == 100
        assert first.next_cursor is None  # jobs stop at the newest hundred
        with pytest.raises(MCPError) as refused:
            await client.list_resources(cursor="nonsense")
    assert refused.value.code == -32602
