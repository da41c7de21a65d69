from __future__ import annotations

import json

import pytest


async def _import_people(lab, tmp_path) -> None:
    source = tmp_path / "people.csv"
    source.write_text("name,age\nada,36\nalan,41\n")
    await lab.run("import_data", source=str(source))


async def test_datasets_are_listed_newest_version_first_and_all_on_request(lab, tmp_path) -> None:
    await _import_people(lab, tmp_path)
    await _import_people(lab, tmp_path)
    assert [(item["name"], item["version"]) for item in (await lab.get("api/v1/datasets"))["items"]] == [("people", 2)]
    everything = (await lab.get("api/v1/datasets?versions=all&samples=true"))["items"]
    assert [(item["name"], item["version"]) for item in everything][:2] == [("people", 2), ("people", 1)]
    assert any(item["origin"] == "bundled" for item in everything)


async def test_one_dataset_comes_with_its_first_rows(lab, tmp_path) -> None:
    await _import_people(lab, tmp_path)
    for reference in ("people", "people@1"):
        found = await lab.get(f"api/v1/datasets/{reference}")
        assert found["preview"] == {"columns": ["name", "age"], "rows": [["ada", 36], ["alan", 41]], "total_rows": 2}
    sample = await lab.get("api/v1/datasets/demo:adult")
    assert (sample["rows"], len(sample["preview"]["rows"])) == (32561, 20)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("datasets/nothing", 404),
        ("datasets/people@x", 422),
        ("datasets/..%2F..%2Fetc%2Fpasswd.csv", 422),
        ("datasets/nothing/data", 404),
        ("models/nothing", 404),
        ("reports/nothing", 404),
        ("reports/nothing?format=html", 404),
        ("reports/nothing?format=pdf", 404),
        ("reports/nothing?format=docx", 422),
        ("jobs/nothing", 404),
    ],
)
async def test_what_is_not_there_is_a_problem(lab, path: str, status: int) -> None:
    response = await lab.fetch(f"api/v1/{path}")
    assert (response.code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(response.body)["detail"]
