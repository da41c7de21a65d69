"""Conditions and constraints together: every row keeps both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import ImcpError, InvalidInput
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.synth.constraints import model as constrained
from imcp_jupyter.synth.constraints.model import ConstrainedModel, fit_constrained, load_model
from imcp_jupyter.synth.signing import Signer
from imcp_jupyter.synth.tabular.registry import find_engine

RULES: list[dict[str, Any]] = [
    {"kind": "inequality", "low": "ordered", "high": "shipped"},
    {"kind": "sum", "total": "gross", "parts": ["net", "tax"]},
    {"kind": "one_hot", "columns": ["card", "cash", "bank"]},
    {"kind": "functional_dependency", "determinant": ["city"], "dependent": ["country"]},
    {"kind": "fixed_increments", "column": "quantity", "step": 5},
    {"kind": "bounds", "column": "net", "sign": "positive"},
    {"kind": "format", "column": "order_id", "pattern": r"ORD-\d{6}"},
    {"kind": "unique", "columns": ["ordered", "net", "line"]},
    {"kind": "predicate", "where": "gross < 3 * net and tax < net"},
]


def fit(
    frame: pd.DataFrame, *constraints: dict[str, Any], engine: str = "copula", conditions: dict[str, Any] | None = None
) -> ConstrainedModel:
    specs = [parse_constraint(constraint, index) for index, constraint in enumerate(constraints)]
    return fit_constrained(find_engine(engine), Table.of(frame), specs, conditions=conditions)


def keeps(drawn: pd.DataFrame) -> None:
    both = drawn.dropna(subset=["shipped"])
    assert (both["ordered"] <= both["shipped"]).all()
    assert (np.round(drawn["net"] + drawn["tax"], 2) == drawn["gross"]).all()
    assert (drawn["card"] + drawn["cash"] + drawn["bank"].astype(int) == 1).all()
    assert (drawn["country"] == np.where(drawn["city"].isin(["Oslo", "Bergen"]), "NO", "IT")).all()
    assert (drawn["quantity"].dropna() % 5 == 0).all()
    assert (drawn["net"] >= 0).all() and (drawn["tax"] < drawn["net"]).all()
    assert drawn["order_id"].str.fullmatch(r"ORD-\d{6}").all() and drawn["order_id"].is_unique
    assert not drawn.duplicated(["ordered", "net", "line"]).any()


@pytest.fixture(scope="module", params=["cart", "copula"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(orders: pd.DataFrame, engine: str) -> ConstrainedModel:
    """Fitted before anybody thought of conditions."""
    return fit(orders, *RULES, engine=engine)


HELD: dict[str, tuple[dict[str, Any], Any]] = {
    "a learned column": ({"line": {"min": 10, "max": 20}}, lambda rows: rows["line"].between(10, 20)),
    "a learned column that a limit stands on": ({"net": {"min": 50, "max": 80}}, lambda rows: rows["net"].between(50, 80)),
    "a column that counts in steps": ({"quantity": {"in": [10, 20]}}, lambda rows: rows["quantity"].isin([10, 20])),
    "missing values": ({"quantity": None}, lambda rows: rows["quantity"].isna()),
    "missing values of a rebuilt column": ({"shipped": None}, lambda rows: rows["shipped"].isna()),
    "one of a group": ({"card": 1}, lambda rows: rows["card"] == 1),
    "none of a group": ({"card": 0, "bank": False}, lambda rows: rows["cash"] == 1),
    "a dependent": ({"country": "NO"}, lambda rows: rows["city"].isin(["Oslo", "Bergen"])),
    "a determinant": ({"city": "Rome"}, lambda rows: rows["city"] == "Rome"),
    "the end of an interval": (
        {"shipped": {"min": "2024-03-01", "max": "2024-03-31"}},
        lambda rows: rows["shipped"].between("2024-03-01", "2024-03-31"),
    ),
    "both ends": (
        {"ordered": {"min": "2024-03-01"}, "shipped": {"max": "2024-03-20"}},
        lambda rows: (rows["ordered"] >= "2024-03-01") & (rows["shipped"] <= "2024-03-20"),
    ),
    "a total": ({"gross": {"min": 100, "max": 120}}, lambda rows: rows["gross"].between(100, 120)),
    "a total and a part": (
        {"gross": {"max": 60}, "tax": {"min": 3}, "country": "IT"},
        lambda rows: (rows["gross"] <= 60) & (rows["tax"] >= 3) & (rows["country"] == "IT"),
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_every_row_has_what_is_asked_and_keeps_all_rules(model: ConstrainedModel, case: str) -> None:
    asked, holds = HELD[case]
    drawn = model.sample_given(400, 1, asked)
    assert len(drawn) == 400
    assert holds(drawn).all()
    keeps(drawn)
    assert [outcome.column for outcome in model.condition_outcomes()] == list(asked)
    assert all(0 < outcome.acceptance <= 1 for outcome in model.condition_outcomes())


def test_how_each_condition_is_held_is_told(model: ConstrainedModel) -> None:
    model.sample_given(300, 1, {"line": {"max": 30}, "country": "NO", "bank": True, "gross": {"min": 40}})
    told = {outcome.column: outcome for outcome in model.condition_outcomes()}
    assert {name: outcome.how for name, outcome in told.items()} == {
        "line": "model", "country": "construction", "bank": "construction", "gross": "rejection",
    }  # fmt: skip
    assert told["line"].acceptance == told["bank"].acceptance == told["country"].acceptance == 1
    assert 0.05 < told["gross"].acceptance < 1


@pytest.mark.parametrize(
    "asked",
    [
        {"country": {"NO": 0.3}},
        {"card": {"distribution": {"1": 0.6}}, "city": {"Rome": 0.25, "Milan": 0.25}},
        {"line": {"distribution": {7: 0.2}}, "gross": {"max": 150}},
    ],
)
def test_shares_are_exact_over_the_whole_draw(model: ConstrainedModel, asked: dict[str, Any]) -> None:
    rows = 1_000
    drawn = model.sample_given(rows, 3, asked)
    keeps(drawn)
    for column, ask in asked.items():
        for value, share in ask.get("distribution", {} if "max" in ask else ask).items():
            assert (drawn[column].astype(str) == str(value)).sum() == rows * share, column


def test_independence_holds_to_the_row_under_constraints(model: ConstrainedModel) -> None:
    drawn = model.sample_given(1_000, 3, {"country": {"independent_of": ["card", "bank"]}, "card": {"distribution": {1: 0.5}}})
    keeps(drawn)
    assert (drawn["card"] == 1).sum() == 500
    north = (drawn["country"] == "NO").groupby([drawn["card"], drawn["bank"]]).agg(["sum", "size"])
    assert len(north) == 3
    assert ((north["sum"] - north["size"] * (drawn["country"] == "NO").mean()).abs() < 1).all()


def test_shares_stay_exact_when_rows_are_rejected_and_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constrained, "BLOCK_ROWS", 300)
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b", "c"], 2_000, p=[0.6, 0.3, 0.1])
    x = rng.normal(size=2_000) + (group == "b")
    frame = pd.DataFrame({"group": group, "x": x, "y": np.where(group == "a", x + rng.random(2_000), x + 3 * rng.random(2_000))})
    model = fit(frame, {"kind": "predicate", "where": "x < y and y < x + 3"})
    blocks = list(model.sample_given_batches(1_000, 5, {"group": {"c": 0.5, "b": 0.25}}))
    assert [len(block) for block in blocks] == [300, 300, 300, 100]
    drawn = pd.concat(blocks)
    assert drawn["group"].value_counts().to_dict() == {"c": 500, "b": 250, "a": 250}
    assert ((drawn["x"] < drawn["y"]) & (drawn["y"] < drawn["x"] + 3)).all()
    assert model.outcomes()[0].acceptance < 1


def test_what_is_not_named_keeps_the_proportions_that_the_rules_leave(orders: pd.DataFrame) -> None:
    model = fit(orders[["city", "country", "net", "tax", "gross"]], RULES[1], RULES[3], engine="cart")
    drawn = model.sample_given(3_000, 1, {"country": {"NO": 0.5}})
    assert (drawn["country"] == "NO").sum() == 1_500
    assert drawn["city"].value_counts(normalize=True)["Rome"] == pytest.approx(0.25, abs=0.03)
    assert drawn["gross"].mean() == pytest.approx(orders["gross"].mean(), rel=0.05)


def test_conditions_that_are_known_at_fit_are_learned_first(orders: pd.DataFrame, engine: str) -> None:
    """The asked end of an interval and the asked total are learned, and what is free is rebuilt from them."""
    asked = {"shipped": "2024-05-05", "gross": 88.5}
    model = fit(orders, *RULES, engine=engine, conditions=asked)
    drawn = model.sample_given(300, 1, asked)
    keeps(drawn)
    assert (drawn["shipped"] == pd.Timestamp("2024-05-05")).all() and (drawn["gross"] == 88.5).all()
    assert [outcome.how for outcome in model.condition_outcomes()] == ["model", "model"]
    keeps(model.sample(300, 2))


def test_the_condition_decides_the_law_of_the_other_columns(orders: pd.DataFrame) -> None:
    late = {"ordered": {"min": "2025-01-01"}}
    model = fit(orders, *RULES[:2], engine="cart", conditions=late)
    drawn, real = model.sample_given(2_000, 1, late), orders[orders["ordered"] >= "2025-01-01"]
    wait = (drawn["shipped"] - drawn["ordered"]).dt.days
    assert wait.mean() == pytest.approx((real["shipped"] - real["ordered"]).dt.days.mean(), abs=0.4)
    assert drawn["net"].median() == pytest.approx(real["net"].median(), rel=0.15)


def test_a_stored_model_draws_the_same_rows_under_conditions(model: ConstrainedModel, tmp_path: Path, engine: str) -> None:
    asked = {"country": {"NO": 0.5}, "shipped": {"min": "2024-03-01"}, "gross": {"max": 90}}
    first = model.sample_given(300, 7, asked)
    model.save(tmp_path / "model.zip")
    loaded = load_model(engine, tmp_path / "model.zip", Signer(bytes(32)), Settings())
    assert content_hash(loaded.sample_given(300, 7, asked)) == content_hash(first)
    assert content_hash(loaded.sample_given(300, 8, asked)) != content_hash(first)


def table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    age = rng.integers(20, 31, 400)
    return pd.DataFrame(
        {
            "age": age,
            "since": age - rng.integers(0, 5, 400),
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 300, 400), unit="D"),
            "size": pd.Categorical(rng.choice(["S", "M"], 400)),
            "code": rng.choice(["A1", "B2"], 400),
            "step": rng.integers(1, 9, 400) * 5,
            "a": np.tile([1, 0], 200),
            "b": np.tile([0, 1], 200),
        }
    ).assign(shape=lambda rows: np.where(rows["size"] == "S", "round", "square"), both=lambda rows: rows["age"] + rows["step"])


CLASHES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "limits": ({"kind": "bounds", "column": "age", "min": 20, "max": 30}, {"age": 40}, "it is at least 20 and at most 30"),
    "limits, range": ({"kind": "bounds", "column": "age", "max": 30}, {"age": {"min": 31, "max": 50}}, "at most 30"),
    "limits, shares": ({"kind": "bounds", "column": "age", "max": 30}, {"age": {"distribution": {40: 0.5}}}, "at most 30"),
    "limits, dates": (
        {"kind": "bounds", "column": "joined", "min": "2020-01-01"},
        {"joined": {"max": "2019-06-01"}},
        "at least 2020-01-01",
    ),
    "steps": ({"kind": "fixed_increments", "column": "step", "step": 5}, {"step": 12}, "whole multiples of 5"),
    "not null": ({"kind": "not_null", "column": "age"}, {"age": None}, "nothing may be missing"),
    "order": ({"kind": "inequality", "low": "since", "high": "age"}, {"since": {"min": 28}, "age": {"max": 22}}, "'since' must be at most"),
    "one hot": ({"kind": "one_hot", "columns": ["a", "b"]}, {"a": 1, "b": 1}, "exactly one of its columns is 1"),
    "all cold": ({"kind": "one_hot", "columns": ["a", "b"]}, {"a": 0, "b": 0}, "no row with these values"),
    "combinations": (
        {"kind": "fixed_combinations", "columns": ["size", "shape"]},
        {"size": "S", "shape": "square"},
        "no real row has this combination",
    ),
    "dependency": (
        {"kind": "functional_dependency", "determinant": ["size"], "dependent": ["shape"]},
        {"size": "S", "shape": {"in": ["square"]}},
        "no row with these values",
    ),
    "predicate": ({"kind": "predicate", "where": "age < 100 and code in ['A1', 'B2']"}, {"age": 25, "code": "B2"}, ""),
    "predicate broken": ({"kind": "predicate", "where": "since <= age"}, {"age": 20, "since": 26}, "no row with these values"),
    "sum": ({"kind": "sum", "total": "both", "parts": ["age", "step"]}, {"both": 40, "age": 20, "step": 10}, "no row with these values"),
}


@pytest.mark.parametrize("case", CLASHES)
def test_a_clash_that_the_words_show_is_named_before_anything_is_learned(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, asked, reason = CLASHES[case]
    frame = table()
    if not reason:  # a condition that fits is no clash
        assert len(fit(frame, rule, conditions=asked).sample_given(50, 1, asked)) == 50
        return
    learned: list[str] = []
    engine = find_engine("copula")
    monkeypatch.setattr(type(engine), "fit", lambda *args: learned.append("fit"))
    specs = [parse_constraint(rule, 0)]
    with pytest.raises(InvalidInput) as caught:
        fit_constrained(engine, Table.of(frame), specs, conditions=asked)
    assert not learned
    column = next(iter(asked))
    assert f"'{column}'" in caught.value.message and f"constraints[0] ({rule['kind']} on" in caught.value.message
    assert "clash" in caught.value.message and reason in caught.value.message
    assert str(caught.value.field).startswith("conditions.")


@pytest.mark.parametrize("case", ["limits", "order", "one hot", "combinations", "sum"])
def test_a_stored_model_names_the_same_clash(case: str, tmp_path: Path) -> None:
    rule, asked, reason = CLASHES[case]
    fit(table(), rule).save(tmp_path / "model.zip")
    loaded = load_model("copula", tmp_path / "model.zip", Signer(bytes(32)), Settings())
    with pytest.raises(InvalidInput, match=re.escape("constraints[0]")) as caught:
        loaded.sample_given(50, 1, asked)
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("rule", "asked", "words"),
    [
        ({"kind": "predicate", "where": "since + 2 >= age", "on_violation": "drop_rows"}, {"since": {"max": 18}, "age": {"min": 22}},
         "'since' (<= 18) and 'age' (>= 22) and constraints[0] (predicate on 'since', 'age') clash"),
        ({"kind": "sum", "total": "both", "parts": ["age", "step"]}, {"both": {"max": 30}, "step": {"min": 30}},
         "'both' (<= 30) and 'step' (>= 30) and constraints[0] (sum on 'both', 'age', 'step') clash"),
    ],
)  # fmt: skip
def test_a_clash_that_only_drawing_shows_is_named_too(rule: dict[str, Any], asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fit(table(), rule).sample_given(200, 1, asked)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"agee": 20}, "did you mean 'age'"),
        ({"shape": "rond"}, "did you mean 'round'"),
        ({"size": {"like": 3, "of": 1, "x": "y"}}, "is no condition"),
        ({"both": {"min": 10_000}}, "values lie from"),
    ],
)
def test_what_is_unknown_is_refused_by_name(asked: dict[str, Any], words: str) -> None:
    rules = [CLASHES["dependency"][0], CLASHES["sum"][0]]
    with pytest.raises(ImcpError, match=re.escape(words)):
        fit(table(), *rules).sample_given(10, 1, asked)


def test_an_engine_without_conditions_says_so() -> None:
    model = fit(table(), CLASHES["limits"][0])
    model._inner = type("Plain", (), {"engine": "other"})()  # what an engine of another package may be
    with pytest.raises(InvalidInput, match="does not support conditions"):
        model.sample_given(10, 1, {"age": 20})


def test_made_ids_can_only_be_asked_to_be_missing(orders: pd.DataFrame) -> None:
    gaps = orders.assign(order_id=orders["order_id"].mask(orders["line"] < 10))
    model = fit(gaps, RULES[6], RULES[7])
    drawn = model.sample_given(200, 1, {"order_id": None, "net": {"max": 30}})
    assert drawn["order_id"].isna().all() and (drawn["net"] <= 30).all()
    with pytest.raises(InvalidInput, match="only null can be asked"):
        model.sample_given(10, 1, {"order_id": "ORD-000001"})
