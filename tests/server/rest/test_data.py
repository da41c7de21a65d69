from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.server.rest import data


async def test_parquet_is_the_stored_file(lab, adult: pd.DataFrame) -> None:
    response = await lab.fetch("api/v1/datasets/demo:adult/data?format=parquet")
    assert response.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert "adult.parquet" in response.headers["Content-Disposition"]
    assert pq.read_table(io.BytesIO(response.body)).to_pandas().equals(adult)


async def test_arrow_is_a_stream_of_batches_and_the_default(lab, adult: pd.DataFrame) -> None:
    response = await lab.fetch("api/v1/datasets/demo:adult/data")
    assert response.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    reader = pa.ipc.open_stream(response.body)
    batches = list(reader)
    assert len(batches) > 1
    assert pa.Table.from_batches(batches, reader.schema).to_pandas().equals(adult)


async def test_csv_has_a_header_and_all_rows(lab, adult: pd.DataFrame) -> None:
    response = await lab.fetch("api/v1/datasets/demo:adult/data?format=csv")
    read = pd.read_csv(io.BytesIO(response.body))
    assert list(read.columns) == list(adult.columns)
    assert read["age"].tolist() == adult["age"].tolist()
    assert read["education"].tolist() == adult["education"].tolist()


async def test_an_unknown_format_is_a_problem(lab) -> None:
    response = await lab.fetch("api/v1/datasets/demo:adult/data?format=xls")
    assert (response.code, json.loads(response.body)["field"]) == (422, "format")


@pytest.mark.parametrize("kind", ["arrow", "parquet", "csv"])
def test_no_chunk_is_much_larger_than_a_batch(kind: str, tmp_path) -> None:
    path = tmp_path / "large.parquet"
    frame = pd.concat([load_sample("adult")] * 4, ignore_index=True)
    frame.to_parquet(path)
    sizes = [len(chunk) for chunk in data._FORMATS[kind][1](path)]
    assert sum(sizes) > 500_000
    assert max(sizes) < 4_000_000
    assert kind == "parquet" or len(sizes) >= len(frame) // data._BATCH_ROWS


@pytest.mark.parametrize("kind", ["arrow", "csv"])
def test_an_empty_table_still_has_its_columns(kind: str, tmp_path) -> None:
    path = tmp_path / "empty.parquet"
    pd.DataFrame({"a": pd.Series([], dtype="int64")}).to_parquet(path)
    body = b"".join(data._FORMATS[kind][1](path))
    assert pd.read_csv(io.BytesIO(body)).columns.tolist() == ["a"] if kind == "csv" else pa.ipc.open_stream(body).schema.names == ["a"]
