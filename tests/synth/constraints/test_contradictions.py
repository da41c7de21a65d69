from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.synth.constraints.layer import Layer

FRAME = pd.DataFrame(
    {
        "a": [1, 2, 3],
        "b": [2, 3, 4],
        "c": [3, 5, 7],
        "x": [1, 0, 0],
        "y": [0, 1, 1],
        "day": pd.to_datetime(["2020-01-01"] * 3),
        "t": ["u", "v", "w"],
    }
)


def below(low: Any, high: Any, strict: bool = False) -> dict[str, Any]:
    return {"kind": "inequality", "low": low, "high": high, "strict": strict}


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ([below("a", "b", True), below("b", "a", True)], "cannot be below"),
        ([below("a", "b", True), below("b", "a")], "cannot be below"),
        ([below("a", "b"), below("b", "c", True), below("c", "a")], "cannot be below"),
        ([{"kind": "bounds", "column": "a", "min": 5}, {"kind": "bounds", "column": "a", "max": 4}], "no value of 'a'"),
        ([{"kind": "bounds", "column": "a", "sign": "positive", "strict": True}, below("a", 0)], "no value of 'a'"),
        ([{"kind": "bounds", "column": "a", "min": 9}, {"kind": "bounds", "column": "b", "max": 4}, below("a", "b")], "kept above"),
        ([{"kind": "sum", "total": "c", "parts": ["a", "b"]}, {"kind": "sum", "total": "c", "parts": ["a", "x"]}], "two sums"),
        ([{"kind": "one_hot", "columns": ["x", "y"]}, {"kind": "bounds", "column": "x", "min": 1}], "must be 0 in some rows"),
    ],
)
def test_a_contradiction_names_the_two_that_clash(pair: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(InvalidInput, match=r"constraints\[\d\].* and constraints\[\d\].* contradict each other") as caught:
        Layer.fit(Table.of(FRAME), [parse_constraint(spec, index) for index, spec in enumerate(pair)])
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        (below("a", "bb"), "there is no column 'bb'"),
        (below("a", "day"), "'day' holds datetimes"),
        (below("a", "t"), "column 't' is"),
        (below("day", "c"), "holds datetimes, the others numbers"),
        (below("b", "a"), "3 of 3 real rows break it"),
        (below("day", "2019-05-01"), "3 of 3 real rows break it"),
        ({"kind": "bounds", "column": "day", "min": 3}, "must be an ISO date"),
        ({"kind": "bounds", "column": "a", "min": "x"}, "must be a number"),
        ({"kind": "sum", "total": "a", "parts": ["b", "c"]}, "real rows break it"),
        ({"kind": "sum", "total": "a", "parts": ["a", "c"]}, "named more than once"),
        ({"kind": "format", "column": "a", "pattern": "a+"}, "not text"),
        ({"kind": "format", "column": "t", "pattern": "("}, "is not a regular expression"),
        ({"kind": "format", "column": "t", "pattern": "(a+)+"}, "can take forever"),
        ({"kind": "format", "column": "t", "pattern": "(?=u)u"}, "is not supported"),
        ({"kind": "predicate", "where": "a.max() > 1"}, "is not allowed"),
        ({"kind": "predicate", "where": "a ** 9 > 1"}, "is not allowed"),
        ({"kind": "predicate", "where": "[x for x in a]"}, "is not allowed"),
        ({"kind": "predicate", "where": "a + b"}, "must be true or false"),
        ({"kind": "predicate", "where": "a and b"}, "take conditions"),
        ({"kind": "predicate", "where": "t > 3"}, "does not fit its columns"),
        ({"kind": "predicate", "where": "a >"}, "is not an expression"),
        ({"kind": "one_hot", "columns": ["a", "x"]}, "real rows break it"),
        ({"kind": "unique", "columns": ["day"]}, "2 of 3 real rows break it"),
    ],
)
def test_what_does_not_fit_the_table_is_refused_by_name(constraint: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Layer.fit(Table.of(FRAME), [parse_constraint(constraint, 0)])
    assert caught.value.field == "constraints[0]"
    assert words in caught.value.message


def test_rows_that_break_a_rule_can_be_left_out() -> None:
    rule = {"kind": "bounds", "column": "a", "min": 2, "on_violation": "drop_rows"}
    layer, table = Layer.fit(Table.of(FRAME), [parse_constraint(rule, 0)])
    assert table.frame["a"].tolist() == [2, 3]
    assert layer.dropped == {0: 1}
