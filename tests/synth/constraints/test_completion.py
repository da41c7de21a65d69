"""Partial rows completed under constraints."""

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
from imcp_jupyter.synth.constraints.model import ConstrainedModel, fit_constrained, load_model
from imcp_jupyter.synth.signing import Signer
from imcp_jupyter.synth.tabular.registry import find_engine

RULES: list[dict[str, Any]] = [
    {"kind": "range", "low": "ordered", "middle": "sent", "high": "got"},
    {"kind": "sum", "total": "gross", "parts": ["net", "tax", "fee"]},
    {"kind": "one_hot", "columns": ["card", "cash", "bank"]},
    {"kind": "functional_dependency", "determinant": ["city"], "dependent": ["country"]},
    {"kind": "fixed_increments", "column": "quantity", "step": 5},
    {"kind": "format", "column": "code", "pattern": r"C-\d{5}"},
    {"kind": "unique", "columns": ["code"]},
    {"kind": "unique", "columns": ["ordered", "line", "quantity"]},
    {"kind": "predicate", "where": "tax < net"},
    {"kind": "bounds", "column": "line", "min": 0, "max": 99},
]


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = 1_200
    ordered = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"))
    net = np.round(rng.gamma(2, 30, rows) + 1, 2)
    tax = np.round(net * rng.choice([0.1, 0.2], rows), 2)
    fee = np.round(rng.random(rows) * 5, 1)
    paid = rng.integers(0, 3, rows)
    city = rng.choice(["Oslo", "Bergen", "Rome", "Milan"], rows)
    sent = ordered + pd.to_timedelta(rng.integers(0, 9, rows), unit="D")
    frame = pd.DataFrame(
        {
            "code": [f"C-{number:05d}" for number in rng.permutation(10**5)[:rows]],
            "ordered": ordered,
            "sent": sent,
            "got": sent + pd.to_timedelta(rng.integers(1, 20, rows), unit="D"),
            "net": net,
            "tax": tax,
            "fee": fee,
            "gross": np.round(net + tax + fee, 2),
            "card": (paid == 0).astype(int),
            "cash": (paid == 1).astype(int),
            "bank": paid == 2,
            "city": pd.Categorical(city),
            "country": np.where(np.isin(city, ["Oslo", "Bergen"]), "NO", "IT"),
            "quantity": pd.array(np.where(rng.random(rows) < 0.1, None, rng.integers(1, 20, rows) * 5), dtype="Int64"),
            "line": rng.integers(0, 100, rows),
        }
    )
    return frame[~frame.duplicated(["ordered", "line", "quantity"])].reset_index(drop=True)


@pytest.fixture(scope="module")
def models(sales: pd.DataFrame) -> dict[str, ConstrainedModel]:
    return {engine: fit(sales, *RULES, engine=engine) for engine in ("cart", "copula")}


@pytest.fixture
def model(models: dict[str, ConstrainedModel]) -> ConstrainedModel:
    """The one that completes at once; `cart` learns trees for each set of gaps."""
    return models["copula"]


def fit(frame: pd.DataFrame, *constraints: dict[str, Any], engine: str = "copula") -> ConstrainedModel:
    specs = [parse_constraint(constraint, index) for index, constraint in enumerate(constraints)]
    return fit_constrained(find_engine(engine), Table.of(frame), specs)


def keeps(drawn: pd.DataFrame) -> None:
    assert ((drawn["ordered"] <= drawn["sent"]) & (drawn["sent"] <= drawn["got"])).all()
    assert (np.round(drawn["net"] + drawn["tax"] + drawn["fee"], 2) == drawn["gross"]).all()
    assert (drawn["card"] + drawn["cash"] + drawn["bank"].astype(int) == 1).all()
    assert (drawn["country"] == np.where(drawn["city"].isin(["Oslo", "Bergen"]), "NO", "IT")).all()
    assert (drawn["quantity"].dropna() % 5 == 0).all()
    assert drawn["code"].str.fullmatch(r"C-\d{5}").all() and drawn["code"].is_unique
    assert not drawn.dropna(subset=["quantity"]).duplicated(["ordered", "line", "quantity"]).any()
    assert (drawn["tax"] < drawn["net"]).all()


PATTERNS: list[list[str]] = [
    ["line"],
    ["got"],
    ["sent", "quantity"],
    ["ordered", "got"],
    ["gross"],
    ["gross", "tax"],
    ["net", "tax", "fee"],
    ["card"],
    ["bank", "cash"],
    ["country"],
    ["city", "gross", "got"],
    ["code", "country", "line"],
]


CASES = [("copula", columns) for columns in PATTERNS] + [("cart", PATTERNS[place]) for place in (3, 10)]


@pytest.mark.parametrize(("engine", "columns"), CASES, ids=str)
def test_given_columns_stay_and_the_rest_keeps_every_rule(
    models: dict[str, ConstrainedModel], sales: pd.DataFrame, engine: str, columns: list[str]
) -> None:
    partial = sales.loc[100:249, columns]
    filled = models[engine].complete(partial, 1)
    assert list(filled.columns) == list(sales.columns)
    assert list(filled.index) == list(partial.index)
    assert not filled[columns].isna().any().any()
    for name in columns:
        known = partial[name].notna()
        pd.testing.assert_series_equal(filled.loc[known, name], partial.loc[known, name])
    keeps(filled)


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_scattered_gaps_are_filled_and_rules_are_kept(models: dict[str, ConstrainedModel], sales: pd.DataFrame, engine: str) -> None:
    rng = np.random.default_rng(9)
    partial = sales.head(200).copy()
    for name in partial:
        partial[name] = partial[name].astype(object).where(rng.random(200) < 0.6, None)
    filled = models[engine].complete(partial, 3)
    known = partial.notna()
    for name in partial:
        assert (filled.loc[known[name], name].astype(object) == partial.loc[known[name], name]).all(), name
    assert not filled.drop(columns="quantity").isna().any().any()
    keeps(filled.astype(sales.dtypes.drop("quantity").to_dict()))


def test_cells_that_follow_from_given_ones_have_the_law_of_the_data(sales: pd.DataFrame) -> None:
    model = fit(sales, *RULES[:2], engine="cart")
    filled = model.complete(sales[["got", "gross"]], 1)
    assert (filled["got"] - filled["sent"]).dt.days.mean() == pytest.approx((sales["got"] - sales["sent"]).dt.days.mean(), abs=0.7)
    assert filled["net"].mean() == pytest.approx(sales["net"].mean(), rel=0.1)
    assert filled[["net", "tax", "fee"]].min().min() >= 0


def test_the_same_seed_completes_alike_also_from_a_stored_model(model: ConstrainedModel, sales: pd.DataFrame, tmp_path: Path) -> None:
    partial = sales.loc[:99, ["got", "country", "gross"]]
    first = model.complete(partial, 7)
    model.save(tmp_path / "model.zip")
    loaded = load_model(model.engine, tmp_path / "model.zip", Signer(bytes(32)), Settings())
    assert content_hash(loaded.complete(partial, 7)) == content_hash(first)
    assert content_hash(loaded.complete(partial, 8)) != content_hash(first)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"ordered": "2024-05-01", "sent": "2024-06-01", "got": "2024-05-20"}, 0),
        ({"net": 10.0, "tax": 1.0, "fee": 0.5, "gross": 12.0}, 1),
        ({"card": 1, "cash": 1, "bank": False}, 2),
        ({"city": "Rome", "country": "NO"}, 3),
        ({"quantity": 7}, 4),
        ({"code": "D-00001"}, 5),
        ({"tax": 20.0, "net": 10.0}, 8),
        ({"line": 120}, 9),
    ],
)
def test_a_row_whose_given_cells_break_a_rule_is_named(
    model: ConstrainedModel, sales: pd.DataFrame, cells: dict[str, Any], place: int
) -> None:
    partial = sales.loc[[3, 5, 8], list(cells)].copy()
    if "code" in partial:
        partial["code"] = ["C-00001", "C-00002", "C-00003"]
    for name, cell in cells.items():
        partial.loc[5, name] = pd.Timestamp(cell) if name in ("ordered", "sent", "got") else cell
    with pytest.raises(InvalidInput, match=re.escape(f"row 5: its given cells break constraints[{place}]")) as caught:
        model.complete(partial, 1)
    assert caught.value.field == f"constraints[{place}]"


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"ordered": "2024-05-02", "got": "2024-05-01"}, 0),
        ({"card": 1, "cash": 1}, 2),
    ],
)
def test_a_row_that_no_cells_can_complete_is_named(model: ConstrainedModel, sales: pd.DataFrame, cells: dict[str, Any], place: int) -> None:
    partial = sales.loc[[3, 5, 8], list(cells)].copy()
    for name, cell in cells.items():
        partial.loc[8, name] = pd.Timestamp(cell) if isinstance(cell, str) else cell
    with pytest.raises(InvalidInput, match=re.escape(f"constraints[{place}]")) as caught:
        model.complete(partial, 1)
    assert "row 8: its given cells" in caught.value.message


def test_keys_that_are_given_twice_are_refused_and_made_ones_differ_from_the_given(sales: pd.DataFrame) -> None:
    model = fit(sales[["code", "net", "tax"]], RULES[6], RULES[5])
    twice = pd.DataFrame({"code": ["C-00001", "C-00001"]})
    with pytest.raises(InvalidInput, match="row 1: its given cells break"):
        model.complete(twice, 1)
    free = model.complete(pd.DataFrame({"net": np.full(500, 20.0)}), 4)["code"]
    mixed = pd.DataFrame({"code": [*free.iloc[250:], *[None] * 250], "net": 20.0})
    assert model.complete(mixed, 4)["code"].is_unique


@pytest.mark.parametrize(
    ("partial", "words"),
    [
        (pd.DataFrame({"nett": [1.0]}), "did you mean 'net'"),
        (pd.DataFrame({"country": ["FR"]}), "column 'country' has no value 'FR'"),
        (pd.DataFrame({"gross": ["much"]}), "column 'gross' holds numbers, not 'much'"),
        (pd.DataFrame({"net": []}), "there is no row to complete"),
    ],
)
def test_what_the_model_does_not_know_is_refused_by_name(model: ConstrainedModel, partial: pd.DataFrame, words: str) -> None:
    with pytest.raises(ImcpError, match=re.escape(words)):
        model.complete(partial, 1)
