"""An agent's whole way: import, generate, validate, read; what it made is at once there for people."""

from __future__ import annotations

import asyncio
import io
import json

import pandas as pd

from .conftest import until


async def test_an_agent_makes_and_judges_data_and_a_person_reads_it(lab, adult: pd.DataFrame, tmp_path) -> None:
    source = tmp_path / "census.csv"
    adult.head(600).to_csv(source, index=False)
    told: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async with lab.http() as client:
        imported = (await client.call_tool("import_data", {"source": str(source)})).structured_content
        arguments = {"data": imported["dataset"], "rows": 200, "engine": "copula", "seed": 7, "name": "census_synthetic"}
        made = await client.call_tool("generate_tabular", arguments, progress_callback=hear)
        assert not made.is_error, made.content
        again = (await client.call_tool("generate_tabular", arguments)).structured_content
        judged = await client.call_tool("validate_data", {"synthetic": "census_synthetic", "real": "census"})
        assert not judged.is_error, judged.content
        resource = (await client.read_resource("imcp://datasets/census_synthetic")).contents[0].text
        assert json.loads(resource)["card"] == made.structured_content["card"]
    dataset, report = made.structured_content["dataset"], judged.structured_content["report"]
    assert (dataset, again["cached"]) == ("census_synthetic@1", True)
    assert told == sorted(told)
    assert len(told) > 2

    rows = await lab.fetch(f"api/v1/datasets/{dataset}/data?format=csv")
    assert pd.read_csv(io.BytesIO(rows.body)).shape == (200, 15)
    card = (await lab.get("api/v1/datasets/census_synthetic"))["card"]
    assert card == made.structured_content["card"] and card["engine"] == "copula"
    assert (await lab.get("api/v1/datasets/census"))["card"] is None
    assert (await lab.get(f"api/v1/models/{made.structured_content['model']}"))["engine"] == "copula"
    assert (await lab.get(f"api/v1/reports/{report}"))["score"] == judged.structured_content["score"]
    forms = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}
    for form, media_type in forms.items():
        asked = await lab.fetch(f"api/v1/reports/{report}?format={form}")
        accepted = await lab.fetch(
            f"api/v1/reports/{report}", headers={"Accept": f"image/png, {media_type.split(';')[0]};q=0.9, */*;q=0.1"}
        )
        assert [reply.headers["Content-Type"] for reply in (asked, accepted)] == [media_type, media_type]
        assert asked.body == accepted.body
    brief = json.loads(await _resource(lab, f"imcp://reports/{report}"))
    assert brief["score"] == judged.structured_content["score"] and "distributions" not in brief
    page = await lab.fetch(f"api/v1/reports/{report}?format=html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "census_synthetic" in page.body.decode()
    jobs = (await lab.get("api/v1/jobs"))["items"]
    assert {job["principal"]["face"] for job in jobs} == {"mcp"}
    assert {job["state"] for job in jobs} == {"succeeded"}


async def _resource(lab, uri: str) -> str:
    async with lab.http() as client:
        text: str = (await client.read_resource(uri)).contents[0].text
        return text


async def test_a_quick_refusal_names_the_field_before_a_job_is_made(lab) -> None:
    response = await lab.fetch("api/v1/tools/generate_tabular", "POST", {"data": "demo:adult", "rows": 0})
    assert (response.code, json.loads(response.body)["field"]) == (422, "rows")
    assert (await lab.get("api/v1/jobs"))["items"] == []


async def test_the_server_stops_while_clients_are_connected_and_jobs_run(lab, jp_serverapp) -> None:
    async with lab.http("legacy") as session, lab.socket() as socket:
        callings = [
            asyncio.ensure_future(client.call_tool("count_slowly", {"steps": 1000, "seconds": 0.1})) for client in (session, socket)
        ]

        async def running() -> bool:
            return len((await lab.get("api/v1/jobs?state=running"))["items"]) == 2

        await until(running)
        await asyncio.wait_for(jp_serverapp.web_app.settings["imcp_runtime"].close(), 10)
        for calling in callings:
            calling.cancel()
        await asyncio.wait(callings)
