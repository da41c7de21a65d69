from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.synth.constraints import model as constrained
from imcp_jupyter.synth.constraints.model import ConstrainedModel, fit_constrained, load_model
from imcp_jupyter.synth.signing import Signer
from imcp_jupyter.synth.tabular.engine import BLOCK_ROWS
from imcp_jupyter.synth.tabular.registry import find_engine


def fit(frame: pd.DataFrame, *constraints: dict[str, Any], engine: str = "copula") -> ConstrainedModel:
    specs = [parse_constraint(constraint, index) for index, constraint in enumerate(constraints)]
    return fit_constrained(find_engine(engine), Table.of(frame), specs)


def how(model: ConstrainedModel) -> list[str]:
    return [outcome.how for outcome in model.outcomes()]


ALL = [
    {"kind": "inequality", "low": "ordered", "high": "shipped"},
    {"kind": "inequality", "low": "shipped", "high": "due", "strict": True},
    {"kind": "sum", "total": "gross", "parts": ["net", "tax"]},
    {"kind": "one_hot", "columns": ["card", "cash", "bank"]},
    {"kind": "functional_dependency", "determinant": ["city"], "dependent": ["country"]},
    {"kind": "fixed_increments", "column": "quantity", "step": 5},
    {"kind": "bounds", "column": "net", "sign": "positive"},
    {"kind": "format", "column": "order_id", "pattern": r"ORD-\d{6}"},
    {"kind": "unique", "columns": ["order_id"]},
    {"kind": "unique", "columns": ["ordered", "net", "line"]},
    {"kind": "not_null", "column": "city"},
    {"kind": "inequality", "low": "tax", "high": "net", "strict": True},
    {"kind": "predicate", "where": "gross < 3 * net and city in ['Oslo', 'Bergen', 'Rome', 'Milan']"},
]


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_thirteen_constraints_on_one_table_all_hold(orders: pd.DataFrame, engine: str) -> None:
    model = fit(orders, *ALL, engine=engine)
    drawn = model.sample(2_000, seed=3)
    assert list(drawn.columns) == list(orders.columns)
    assert drawn.dtypes.to_dict() == orders.dtypes.to_dict()
    both = drawn.dropna(subset=["shipped"])
    assert (both["ordered"] <= both["shipped"]).all()
    assert (both["shipped"] < pd.to_datetime(both["due"])).all()
    assert (np.round(drawn["net"] + drawn["tax"], 2) == drawn["gross"]).all()
    assert (drawn["card"] + drawn["cash"] + drawn["bank"].astype(int) == 1).all()
    assert (drawn["country"] == np.where(drawn["city"].isin(["Oslo", "Bergen"]), "NO", "IT")).all()
    assert (drawn["quantity"].dropna() % 5 == 0).all()
    assert (drawn["tax"] < drawn["net"]).all()
    assert (drawn["net"] >= 0).all()
    assert drawn["order_id"].str.fullmatch(r"ORD-\d{6}").all()
    assert drawn["order_id"].is_unique
    assert not set(drawn["order_id"]) & set(orders["order_id"])
    assert not drawn.duplicated(["ordered", "net", "line"]).any()
    assert 0.05 < drawn["shipped"].isna().mean() < 0.15


def test_a_loaded_model_draws_the_same_rows_under_the_same_constraints(orders: pd.DataFrame, tmp_path: Path) -> None:
    model = fit(orders, *ALL)
    model.save(tmp_path / "model.zip")
    loaded = load_model("copula", tmp_path / "model.zip", Signer(bytes(32)), Settings())
    assert loaded.engine == "copula"
    assert content_hash(loaded.sample(800, seed=5)) == content_hash(model.sample(800, seed=5))


def test_an_engine_alone_refuses_the_file_of_a_constrained_model(orders: pd.DataFrame, tmp_path: Path) -> None:
    fit(orders, ALL[0]).save(tmp_path / "model.zip")
    with pytest.raises(InvalidInput, match="not a readable model file"):
        find_engine("copula").model.load(tmp_path / "model.zip")


def test_adult_keeps_its_rules(adult: pd.DataFrame) -> None:
    model = fit(
        adult.head(4_000),
        {"kind": "fixed_combinations", "columns": ["education", "education_num"]},
        {"kind": "bounds", "column": "hours_per_week", "min": 1, "max": 99},
        {"kind": "predicate", "where": "not (age < 20 and hours_per_week > 80)", "on_violation": "drop_rows"},
        {"kind": "inequality", "low": "hours_per_week", "high": "fnlwgt"},
    )
    drawn = model.sample(4_000, seed=1)
    pairs = set(zip(adult["education"], adult["education_num"], strict=True))
    assert set(zip(drawn["education"], drawn["education_num"], strict=True)) <= pairs
    assert drawn["hours_per_week"].between(1, 99).all()
    assert not ((drawn["age"] < 20) & (drawn["hours_per_week"] > 80)).any()
    assert how(model) == ["construction", "repair", "rejection", "construction"]


def test_what_cannot_be_built_is_drawn_again_and_the_acceptance_is_told() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=2_000)
    frame = pd.DataFrame({"x": x, "y": np.abs(x) + rng.random(2_000)})
    model = fit(frame, {"kind": "predicate", "where": "x < y and -x < y"})
    drawn = model.sample(3_000, seed=1)
    assert (drawn["x"].abs() < drawn["y"]).all()
    (outcome,) = model.outcomes()
    assert outcome.how == "rejection"
    assert 0.5 < outcome.acceptance < 1.0


def test_a_rule_out_of_reach_is_named_with_its_acceptance() -> None:
    frame = pd.DataFrame({"x": np.arange(40.0), "y": np.arange(40.0) % 7})
    with pytest.raises(InvalidInput, match=r"constraints\[0\] \(unique on 'y', 'z'\) cannot be met") as caught:
        fit(frame.assign(z="a").drop_duplicates("y"), {"kind": "unique", "columns": ["y", "z"]}).sample(200, seed=1)
    assert caught.value.field == "constraints[0]"


def test_a_chain_of_inequalities_with_limits_holds_for_integers_and_decimals() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 50, 400)
    b = a + rng.integers(0, 30, 400)
    c = [Decimal(int(value)) / 4 for value in 4 * b + rng.integers(1, 9, 400)]
    d = b + rng.random(400) * 10 + 3
    frame = pd.DataFrame({"a": a, "b": b, "c": c, "d": d})
    model = fit(
        frame,
        {"kind": "range", "low": "a", "middle": "b", "high": "c"},
        {"kind": "inequality", "low": "c", "high": "d", "strict": False, "on_violation": "drop_rows"},
        {"kind": "bounds", "column": "c", "max": 70, "on_violation": "drop_rows"},
    )
    drawn = model.sample(2_000, seed=4)
    assert (drawn["a"] <= drawn["b"]).all()
    assert all(left <= right for left, right in zip(drawn["b"], drawn["c"], strict=True))
    assert all(float(left) <= right for left, right in zip(drawn["c"], drawn["d"], strict=True))
    assert max(drawn["c"]) <= 70
    assert {type(value) for value in drawn["c"]} == {Decimal}


def test_overlapping_combinations_all_hold() -> None:
    rng = np.random.default_rng(3)
    a = rng.integers(0, 4, 500)
    frame = pd.DataFrame({"a": a, "b": (a + rng.integers(0, 2, 500)) % 4, "c": [f"c{value // 2}" for value in a]})
    frame.loc[::50, "c"] = None
    model = fit(
        frame,
        {"kind": "fixed_combinations", "columns": ["a", "b"]},
        {"kind": "fixed_combinations", "columns": ["b", "c"]},
        {"kind": "inequality", "low": "b", "high": "a", "on_violation": "drop_rows"},
    )
    drawn = model.sample(3_000, seed=1).astype(object).where(lambda cells: cells.notna(), None)
    real = frame.astype(object).where(frame.notna(), None)
    for pair in (["a", "b"], ["b", "c"]):
        assert set(map(tuple, drawn[pair].to_numpy())) <= set(map(tuple, real[pair].to_numpy()))
    assert (drawn["b"] <= drawn["a"]).all()
    assert how(model) == ["construction"] * 3


def test_unique_keys_stay_unique_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constrained, "BLOCK_ROWS", 500)
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"day": rng.permutation(10_000)[:300] // 100, "shop": rng.integers(0, 80, 300), "n": rng.integers(0, 10**6, 300)})
    frame = frame.drop_duplicates(["day", "shop"])
    model = fit(frame, {"kind": "unique", "columns": ["day", "shop"]}, {"kind": "unique", "columns": ["n"]})
    blocks = list(model.sample_batches(1_400, seed=2))
    assert [len(block) for block in blocks] == [500, 500, 400]
    drawn = pd.concat(blocks)
    assert not drawn.duplicated(["day", "shop"]).any()
    assert drawn["n"].is_unique
    assert how(model) == ["rejection", "construction"]


def test_a_block_does_not_depend_on_those_before_it(orders: pd.DataFrame) -> None:
    model = fit(orders[["ordered", "shipped", "net", "tax", "gross"]], ALL[0], ALL[2])
    whole = model.sample(BLOCK_ROWS + 300, seed=9)
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(9, spawn_key=(1,))))
    assert content_hash(model.sample_block(300, rng, BLOCK_ROWS, 9)) == content_hash(whole.tail(300).reset_index(drop=True))


def test_an_unseen_determinant_still_determines() -> None:
    rng = np.random.default_rng(6)
    width = np.round(rng.random(300) * 100, 3)
    frame = pd.DataFrame(
        {"key": [f"K{number:05d}" for number in rng.permutation(90_000)[:300]], "width": width, "class": (width // 10).astype(int)}
    )
    model = fit(frame, {"kind": "functional_dependency", "determinant": ["width"], "dependent": ["class"]})
    drawn = model.sample(5_000, seed=1)
    assert drawn.groupby("width")["class"].nunique().max() == 1
    assert (np.abs(drawn["class"] - drawn["width"] // 10) <= 1).all()


def test_a_predicate_may_be_a_function(orders: pd.DataFrame, tmp_path: Path) -> None:
    model = fit(orders[["net", "tax"]], {"kind": "predicate", "where": lambda frame: frame["tax"] < frame["net"]})
    drawn = model.sample(500, seed=1)
    assert (drawn["tax"] < drawn["net"]).all()
    model.save(tmp_path / "model.zip")
    with pytest.raises(InvalidInput, match="which a model file cannot hold"):
        load_model("copula", tmp_path / "model.zip", Signer(bytes(32)), Settings())


number = st.integers(-1000, 1000)
gap = st.integers(0, 50)
rows = st.lists(st.tuples(number, gap, gap, st.booleans(), st.booleans()), min_size=3, max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows, st.sampled_from(["int", "float", "cents", "date", "Int64"]), st.booleans())
def test_random_tables_give_only_rows_that_keep_order_and_sum(data: list[Any], form: str, strict: bool) -> None:
    start, first, second, no_low, no_high = (np.array(column) for column in zip(*data, strict=True))
    low, high = start.astype(float), start + first + float(strict)
    frame = pd.DataFrame({"low": low, "high": high, "part": second.astype(float)})
    frame.loc[no_low & (form != "int"), "low"] = np.nan
    frame.loc[no_high & (form != "int"), "high"] = np.nan
    if form == "int":
        frame = frame.astype(int)
    if form == "cents":
        frame = (frame / 100).round(2)
    if form == "Int64":
        frame = frame.astype("Int64")
    frame["total"] = (frame["high"] + frame["part"]).round(2)
    if form == "date":
        for column in ("low", "high"):
            frame[column] = pd.Timestamp("1890-05-01") + pd.to_timedelta(frame[column], unit="D")
    rules: list[dict[str, Any]] = [{"kind": "inequality", "low": "low", "high": "high", "strict": strict}]
    if form != "date":
        rules.append({"kind": "sum", "total": "total", "parts": ["high", "part"]})
    else:
        frame = frame.drop(columns="total")
    drawn = fit(frame, *rules).sample(100, seed=1)
    whole = drawn.dropna(subset=["low", "high"])
    assert ((whole["low"] < whole["high"]) if strict else (whole["low"] <= whole["high"])).all()
    if form != "date":
        whole = drawn.dropna()
        assert ((whole["high"] + whole["part"]).astype(float).round(2) == whole["total"].astype(float)).all()
    assert drawn.dtypes.to_dict() == frame.dtypes.to_dict()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc"), st.integers(1, 9)), min_size=3, max_size=40))
def test_random_tables_give_only_rows_that_keep_groups_and_increments(data: list[Any]) -> None:
    frame = pd.DataFrame(data, columns=["hot", "letter", "weight"])
    for place in range(5):
        frame[f"is_{place}"] = frame["hot"] == place
    frame["weight"] = frame["weight"] * 0.25
    drawn = fit(
        frame,
        {"kind": "one_hot", "columns": [f"is_{place}" for place in range(5)]},
        {"kind": "fixed_combinations", "columns": ["hot", "letter"]},
        {"kind": "fixed_increments", "column": "weight", "step": 0.25},
        {"kind": "functional_dependency", "determinant": ["hot"], "dependent": ["is_0"]},
    ).sample(100, seed=1)
    assert (drawn[[f"is_{place}" for place in range(5)]].sum(axis=1) == 1).all()
    assert set(zip(drawn["hot"], drawn["letter"], strict=True)) <= set(zip(frame["hot"], frame["letter"], strict=True))
    assert (drawn["weight"] % 0.25 == 0).all()
    assert (drawn["is_0"] == (drawn["hot"] == 0)).all()
