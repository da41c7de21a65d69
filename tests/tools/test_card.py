"""The data card: what is told of how a dataset was made, on every face, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.cli import main
from imcp_jupyter.errors import ImcpError
from imcp_jupyter.models.generation import DataCard
from imcp_jupyter.server.contents import read_uri

EXTREME, RARE = 987_654.25, "Ruritania-Zembla"


@pytest.fixture
def people() -> pd.DataFrame:
    """One row with the largest pay, the rarest country, the only name of its kind."""
    rng = np.random.default_rng(3)
    rows = 400
    frame = pd.DataFrame(
        {
            "pay": rng.gamma(2, 900, rows).round(2),
            "country": pd.Categorical(rng.choice(["Norway", "Italy"], rows), categories=["Norway", "Italy", RARE], ordered=True),
            "born": pd.Timestamp("1970-01-01") + pd.to_timedelta(rng.integers(0, 9_000, rows), unit="D"),
            "name": [f"P{number:05d}" for number in range(rows)],
            "sex": rng.choice(["f", "m"], rows),
        }
    )
    frame.loc[0, "pay"], frame.loc[0, "country"], frame.loc[0, "born"] = EXTREME, RARE, pd.Timestamp("1899-03-07")
    return frame


def test_the_card_says_what_was_done(home: Path, people: pd.DataFrame) -> None:
    asked = {"sex": {"f": 0.5}}
    rules = [{"kind": "bounds", "column": "pay", "max": 500_000, "on_violation": "drop_rows"}]
    made = imcp.generate_tabular(people, rows=200, engine="cart", seed=7, conditions=asked, constraints=rules, name="twin")
    card = made.card
    assert (card.method, card.engine, card.engine_licence, card.seed) == ("Sequential trees (CART)", "cart", "Apache-2.0", 7)
    assert (card.rows, card.source_rows, card.fitted_rows) == (200, 400, 399)
    assert card.source_hash == imcp.workspace().jobs.list()[0].inputs["data"]
    assert {"imcp_jupyter", "numpy", "pandas"} <= set(card.versions)
    assert card.parameters["conditions"] == asked and card.parameters["constraints"][0]["max"] == 500_000
    assert card.privacy_level == "standard"  # also where nobody chose it
    assert card.engine_options["max_predictors"] >= 1
    assert card.columns == {"pay": "continuous", "country": "ordinal", "born": "datetime", "name": "id", "sex": "categorical"}
    assert [(outcome.kind, outcome.how, outcome.real_rows_dropped) for outcome in card.constraints] == [("bounds", "repair", 1)]
    assert [(outcome.column, outcome.how, outcome.acceptance) for outcome in card.conditions] == [("sex", "model", 1.0)]
    assert card.privacy is None


def test_the_card_of_a_private_dataset_says_what_was_spent(home: Path, people: pd.DataFrame) -> None:
    made = imcp.generate_tabular(people.drop(columns="name"), rows=50, epsilon=1.0, seed=1, bounds={"pay": [0, 10_000]})
    card = made.card
    assert card.privacy is not None and card.privacy.epsilon == 1.0 and card.privacy.spent
    assert card.source_hash == "withheld"
    assert card.parameters["bounds"] == {"pay": [0, 10_000]}


def test_every_face_shows_the_same_card(home: Path, people: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    made = imcp.generate_tabular(people, rows=50, engine="copula", seed=7, name="twin")
    shown = made.card.model_dump(mode="json")
    workspace = imcp.workspace()
    card = workspace.datasets["twin"].card
    assert isinstance(card, DataCard) and card.model_dump(mode="json") == shown
    assert read_uri(workspace, "imcp://datasets/twin")["card"] == shown  # REST and MCP read this
    previewed = imcp.preview_dataset("twin@1").card
    assert previewed is not None and previewed.model_dump(mode="json") == shown
    assert main(["card", "twin"]) == 0
    assert json.loads(capsys.readouterr().out) == shown
    assert imcp.generate_tabular(people, rows=50, engine="copula", seed=7, name="twin").card == made.card  # from the cache


def test_what_is_not_synthetic_has_no_card(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people.csv").write_text("name,age\nada,36\nalan,41\n")
    imcp.import_data(str(tmp_path / "people.csv"))
    assert imcp.workspace().datasets["people"].card is None
    assert imcp.workspace().datasets["demo:adult"].card is None
    assert imcp.preview_dataset("people").card is None
    assert read_uri(imcp.workspace(), "imcp://datasets/people")["card"] is None
    assert main(["card", "people"]) == 1
    assert "'people' is not synthetic" in capsys.readouterr().err
    assert main(["card", "peple"]) == 1
    assert "did you mean 'people'" in capsys.readouterr().err
    assert main(["card"]) == 1


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_no_extreme_and_no_rare_value_stands_in_the_card(home: Path, people: pd.DataFrame, engine: str) -> None:
    """Also not by way of constraints, conditions, or the metadata of SDV, which holds real ranges and categories."""
    metadata = {
        "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
        "columns": {
            "pay": {"sdtype": "numerical", "range_min": float(people["pay"].min()), "range_max": EXTREME},
            "country": {"sdtype": "categorical", "order": ["Norway", "Italy", RARE]},
            "born": {"sdtype": "datetime"},
            "sex": {"sdtype": "categorical"},
            "name": {"sdtype": "id"},
        },
    }
    rules = [
        {"kind": "bounds", "column": "pay", "min": 0},
        {"kind": "fixed_combinations", "columns": ["country", "sex"]},
        {"kind": "not_null", "column": "born"},
    ]
    for schema in (metadata, {"country": {"kind": "ordinal", "order": ["Norway", "Italy", RARE]}}, None):
        made = imcp.generate_tabular(
            people, rows=60, engine=engine, seed=1, constraints=rules, conditions={"sex": "f"}, table_schema=schema
        )
        told = made.card.model_dump_json()
        for secret in (EXTREME, RARE, "1899", people["pay"].min(), "P00001", "Norway"):
            assert str(secret) not in told, secret
        if schema is not None:
            assert made.card.parameters["table_schema"]["country"] in ("categorical", "ordinal")


def test_what_the_caller_says_stands_in_the_card(home: Path, people: pd.DataFrame) -> None:
    made = imcp.generate_tabular(people, rows=20, engine="copula", privacy="fidelity", seed=1, conditions={"country": RARE})
    assert made.card.parameters["conditions"] == {"country": RARE}


def test_conditions_and_constraints_go_together_through_the_tool(home: Path, people: pd.DataFrame) -> None:
    rules = [
        {"kind": "fixed_combinations", "columns": ["country", "sex"]},
        {"kind": "bounds", "column": "pay", "min": 0},
        {"kind": "predicate", "where": "pay > 50", "on_violation": "drop_rows"},
    ]
    asked = {"country": {"Italy": 0.25}, "pay": {"max": 3_000}}
    made = imcp.generate_tabular(people, rows=400, engine="cart", seed=3, constraints=rules, conditions=asked)
    assert (made.data["country"] == "Italy").sum() == 100
    assert made.data["pay"].between(50, 3_000, inclusive="right").all()
    assert [(outcome.column, outcome.how) for outcome in made.result.conditions] == [("country", "construction"), ("pay", "model")]
    again = made.model.sample(200, seed=4, conditions={"country": {"Italy": 0.5}, "sex": "m"})
    assert (again["country"] == "Italy").sum() == 100 and set(again["sex"]) == {"m"} and (again["pay"] > 50).all()
    filled = made.model.complete(people[["country"]].head(30), seed=5)
    assert filled["country"].equals(people["country"].head(30)) and (filled["pay"] > 50).all()


def test_a_condition_that_clashes_with_a_constraint_is_refused_and_nothing_is_left(home: Path, people: pd.DataFrame) -> None:
    with pytest.raises(ImcpError) as caught:
        rule = {"kind": "bounds", "column": "pay", "min": 20, "max": 1_000_000}
        imcp.generate_tabular(people, constraints=[rule], conditions={"pay": -4}, seed=1)
    assert caught.value.message.startswith("condition on 'pay' (= -4) and constraints[0] (bounds on 'pay') clash: it is at least 20")
    assert caught.value.field == "conditions.pay"
    assert len(imcp.workspace().datasets) == 0 and imcp.workspace().models.list() == []
