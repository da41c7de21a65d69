"""Names and values give foreign keys away."""

from __future__ import annotations

import pandas as pd

from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.relational import detect_relations

from .conftest import SHOP, Frames


def test_keys_named_after_parent_or_key_are_found(shop: Frames) -> None:
    assert {str(found) for found in detect_relations(shop)} == {str(SHOP[0]), str(SHOP[2])}


def test_a_column_of_the_own_table_is_found() -> None:
    staff = pd.DataFrame({"employee_id": range(20), "manager_id": [None, *([0] * 19)]})
    assert detect_relations({"staff": staff}) == [Relation(parent="staff", child="staff", key="employee_id", foreign_key="manager_id")]


def test_a_fitting_name_with_foreign_values_is_no_key() -> None:
    users = pd.DataFrame({"id": range(10)})
    assert detect_relations({"users": users, "posts": pd.DataFrame({"user_id": [1, 2, 77]})}) == []
    assert detect_relations({"users": users, "posts": pd.DataFrame({"user_id": ["1", "2", "7"]})}) == []


def test_fitting_values_under_another_name_are_no_key() -> None:
    users = pd.DataFrame({"id": range(10)})
    assert detect_relations({"users": users, "posts": pd.DataFrame({"stars": [1, 2, 3]})}) == []


def test_camel_case_and_prefixes_are_read() -> None:
    users = pd.DataFrame({"userId": range(10, 20)})
    posts = pd.DataFrame({"userId": [10, 11], "editorUserId": [12, 12]})
    found = detect_relations({"users": users, "posts": posts})
    assert {relation.foreign_key for relation in found} >= {"editorUserId"}
    assert {relation.parent for relation in found} == {"users"}


def test_what_would_close_a_cycle_is_left_out() -> None:
    left = pd.DataFrame({"left_id": range(10), "right_id": range(10)})
    right = pd.DataFrame({"right_id": range(10), "left_id": range(10)})
    assert len({relation.parent for relation in detect_relations({"left": left, "right": right})}) == 1
