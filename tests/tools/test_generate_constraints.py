from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.data.table import content_hash
from imcp_jupyter.errors import InvalidInput


def test_the_result_says_how_each_constraint_was_kept_and_the_model_keeps_it_too(home: Path, adult: pd.DataFrame) -> None:
    constraints = [
        {"kind": "fixed_combinations", "columns": ["education", "education_num"]},
        {"constraint_class": "ScalarRange", "constraint_parameters": {"column_name": "age", "low_value": 16, "high_value": 91}},
        {"kind": "predicate", "where": "age > 20 or hours_per_week < 60", "on_violation": "drop_rows"},
    ]
    made = imcp.generate_tabular(adult.head(2_000), rows=900, engine="copula", seed=3, constraints=constraints)
    assert [outcome.how for outcome in made.result.constraints] == ["construction", "repair", "rejection"]
    assert made.result.constraints[2].real_rows_dropped > 0
    assert content_hash(made.model.sample(900, seed=3)) == content_hash(made.data)
    again = made.model.sample(3_000, seed=4)
    assert ((again["age"] > 20) | (again["hours_per_week"] < 60)).all()
    pairs = set(zip(adult["education"], adult["education_num"], strict=True))
    assert set(zip(again["education"], again["education_num"], strict=True)) <= pairs
    assert imcp.generate_tabular(adult.head(2_000), rows=900, engine="copula", seed=3, constraints=constraints).result.cached


def test_two_functions_as_predicates_are_not_taken_for_one(home: Path, adult: pd.DataFrame) -> None:
    for limit in (30, 50):
        rule = {"kind": "predicate", "where": lambda frame, limit=limit: frame["age"] < limit, "on_violation": "drop_rows"}
        made = imcp.generate_tabular(adult.head(500)[["age", "sex"]], engine="copula", seed=1, constraints=[rule])
        assert not made.result.cached
        assert made.data["age"].max() < limit


def test_sdv_metadata_is_taken_as_the_schema(home: Path, adult: pd.DataFrame) -> None:
    metadata = {"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": {"age": {"sdtype": "categorical"}}}
    made = imcp.generate_tabular(adult.head(300)[["age", "sex"]], engine="copula", seed=1, table_schema=metadata)
    assert set(made.data["age"]) <= set(adult["age"])


def test_a_bad_constraint_is_named_by_its_place(home: Path, adult: pd.DataFrame) -> None:
    good = {"kind": "not_null", "column": "age"}
    for bad, words in (({"kind": "bound"}, "'bound' is not a kind"), ({"kind": "bounds", "column": "agee", "min": 0}, "no column 'agee'")):
        with pytest.raises(InvalidInput, match=words) as caught:
            imcp.generate_tabular(adult.head(300), engine="copula", constraints=[good, bad])
        assert caught.value.field == "constraints[1]"
