"""Relations are checked before anything is learned."""

from __future__ import annotations

import pytest

from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.relational.graph import Graph

COLUMNS = {"a": ["id", "b_id"], "b": ["id", "c_id", "a_id"], "c": ["id", "a_id", "c_id"]}


def relation(child: str, foreign_key: str, parent: str) -> Relation:
    return Relation(parent=parent, child=child, key="id", foreign_key=foreign_key)


def test_parents_come_before_their_children() -> None:
    graph = Graph.of(COLUMNS, [relation("a", "b_id", "b"), relation("b", "c_id", "c"), relation("c", "c_id", "c")])
    assert graph.order == ["c", "b", "a"]
    assert graph.roots() == ["c"]


def test_a_cycle_is_refused_by_its_tables() -> None:
    with pytest.raises(InvalidInput, match="in a cycle: a → b → c → a"):
        Graph.of(COLUMNS, [relation("a", "b_id", "b"), relation("b", "c_id", "c"), relation("c", "a_id", "a")])


def test_a_foreign_key_with_two_parents_is_refused() -> None:
    with pytest.raises(InvalidInput, match="one parent only"):
        Graph.of(COLUMNS, [relation("b", "a_id", "a"), relation("b", "a_id", "c")])


def test_a_column_is_not_its_own_foreign_key() -> None:
    with pytest.raises(InvalidInput, match="its own foreign key"):
        Graph.of(COLUMNS, [relation("a", "id", "a")])


def test_unknown_tables_and_columns_are_named_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'b_id'") as caught:
        Graph.of(COLUMNS, [relation("a", "b_idd", "b")])
    assert caught.value.field == "relations.0.foreign_key"
    with pytest.raises(NotFound, match="there is no table 'd'"):
        Graph.of(COLUMNS, [relation("a", "b_id", "d")])
