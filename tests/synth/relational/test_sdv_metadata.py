from __future__ import annotations

from typing import Any

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.relational.sdv_metadata import tables_and_relations

RELATION = {"parent_table_name": "a", "child_table_name": "b", "parent_primary_key": "id", "child_foreign_key": "a_id"}


def metadata(**other: Any) -> dict[str, Any]:
    tables = {"a": {"primary_key": "id", "columns": {"id": {"sdtype": "id"}, "x": {"sdtype": "boolean"}}}, "b": {"columns": {}}}
    return {"METADATA_SPEC_VERSION": "V2", "tables": tables, "relationships": [RELATION]} | other


@pytest.mark.parametrize("version", ["MULTI_TABLE_V1", "V1", "V2"])
def test_kinds_and_relations_are_read(version: str) -> None:
    kinds, relations = tables_and_relations(metadata(METADATA_SPEC_VERSION=version))
    assert kinds == {"a": {"id": "id", "x": "boolean"}, "b": {}}
    assert [str(relation) for relation in relations] == ["b.a_id → a.id"]


def test_a_key_in_a_list_of_one_is_a_key() -> None:
    listed = RELATION | {"parent_primary_key": ["id"], "child_foreign_key": ["a_id"]}
    assert str(tables_and_relations(metadata(relationships=[listed]))[1][0]) == "b.a_id → a.id"


def test_metadata_without_relationships_has_no_relations() -> None:
    assert tables_and_relations(metadata(relationships=None))[1] == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"METADATA_SPEC_VERSION": "V9"}, "'V9' is not a version"),
        ({"tables": []}, "has no tables"),
        ({"tables": {"a": {}}}, "has no columns"),
        ({"relationships": ["a to b"]}, "a relationship is an object"),
        ({"relationships": [RELATION | {"parent_primary_key": ["id", "x"]}]}, "parent_primary_key has several columns: id, x"),
        ({"relationships": [{"parent_table_name": "a"}]}, "child_table_name is missing"),
    ],
)
def test_what_cannot_be_read_is_named(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match="table_schema") as refused:
        tables_and_relations(metadata(**broken))
    assert words in refused.value.message
