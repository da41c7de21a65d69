from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.errors import ImcpError, InvalidInput, NotFound
from imcp_jupyter.models.dataset import ColumnSchema, Reference, TableSchema, dataset_name, name_from_path

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,40}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "kind", "name", "version"),
    [
        ("people", "dataset", "people", None),
        ("people@3", "dataset", "people", 3),
        ("demo:adult", "demo", "adult", None),
        ("people.csv", "path", "people.csv", None),
        ("data/people.parquet", "path", "data/people.parquet", None),
        ("~/x.arrow", "path", "~/x.arrow", None),
        ("s3://bucket/key.parquet", "uri", "s3://bucket/key.parquet", None),
        ("gs://b/k", "uri", "gs://b/k", None),
        ("az://c/k", "uri", "az://c/k", None),
    ],
)
def test_references_follow_one_grammar(text: str, kind: str, name: str, version: int | None) -> None:
    found = Reference.parse(text)
    assert (found.kind, found.name, found.version) == (kind, name, version)


def test_a_kernel_reference_has_a_kernel_and_an_identifier() -> None:
    found = Reference.parse("kernel:1b2c-3d/frame_1")
    assert (found.kind, found.kernel_id, found.name) == ("kernel", "1b2c-3d", "frame_1")


@pytest.mark.parametrize("text", ["", "  ", "kernel:abc", "kernel:/df", "kernel:abc/df.head()", "name@0", "name@x", "name@", "a b", "ü"])
def test_a_broken_reference_is_refused_by_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Reference.parse(text, field="real")
    assert caught.value.field == "real"


@given(NAMES, st.integers(1, 10**6))
def test_a_reference_is_what_its_text_parses_to(name: str, version: int) -> None:
    found = Reference.parse(f"{name}@{version}")
    assert Reference.parse(str(found)) == found


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_clearly(text: str) -> None:
    try:
        Reference.parse(text)
    except ImcpError as error:
        assert error.field == "data"


@given(st.text(max_size=80))
def test_a_name_from_a_path_can_name_a_dataset(text: str) -> None:
    assert dataset_name(name_from_path(text))


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    schema = TableSchema(columns=[ColumnSchema(name="income", kind="categorical", dtype="object")])
    with pytest.raises(NotFound, match="did you mean 'income'"):
        schema["incme"]
