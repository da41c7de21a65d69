"""Several related tables through `generate_tabular`: what it takes, what comes back, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import ImcpError, InvalidInput
from imcp_jupyter.synth.constraints.sdv_format import is_sdv_metadata
from imcp_jupyter.tools.generate import GenerateTabular

Frames = dict[str, pd.DataFrame]
METADATA = {
    "METADATA_SPEC_VERSION": "V2",
    "tables": {
        "customers": {"primary_key": "id", "columns": {"id": {"sdtype": "id"}, "city": {"sdtype": "categorical"}}},
        "orders": {"columns": {"customer_id": {"sdtype": "id"}, "amount": {"sdtype": "numerical", "computer_representation": "Float"}}},
    },
    "relationships": [
        {
            "parent_table_name": "customers",
            "child_table_name": "orders",
            "parent_primary_key": ["id"],
            "child_foreign_key": ["customer_id"],
        }
    ],
}


@pytest.fixture(scope="module")
def drawn(small_shop: Frames, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMCP_HOME", str(tmp_path_factory.mktemp("related")))
        yield imcp.generate_tabular(small_shop, engine="copula", seed=7, name="shop")


def two(shop: Frames) -> Frames:
    return {name: shop[name] for name in ("customers", "orders")}


def test_frames_come_back_by_table_with_every_key_in_place(drawn: Any, small_shop: Frames) -> None:
    assert list(drawn.data) == list(small_shop)
    for name, frame in drawn.data.items():
        assert list(frame) == list(small_shop[name])
    assert drawn.data["orders"]["customer_id"].isin(drawn.data["customers"]["id"]).all()
    assert drawn.data["orders"]["staff_no"].dropna().isin(drawn.data["staff"]["staff_no"]).all()
    assert drawn.data["orders"]["order_no"].is_unique


def test_datasets_are_named_after_the_tables(drawn: Any) -> None:
    assert drawn.datasets == {"customers": "shop-customers@1", "orders": "shop-orders@1", "staff": "shop-staff@1"}


def test_one_model_draws_them_all_again(drawn: Any) -> None:
    again = drawn.model.sample(120, seed=7)
    assert all(again[name].equals(frame) for name, frame in drawn.data.items())
    assert len(drawn.model.sample(30, seed=1)["customers"]) == 30


def test_one_job_has_every_output(drawn: Any) -> None:
    job = imcp.workspace().jobs.get(drawn.result.job_id)
    assert set(drawn.datasets.values()) | {f"model:{drawn.result.model}"} == set(job.outputs)
    assert set(job.inputs) == {"data.customers", "data.orders", "data.staff"}


def test_relations_are_detected_and_told(drawn: Any) -> None:
    assert sorted(map(str, drawn.relations)) == ["orders.customer_id → customers.id", "orders.staff_no → staff.staff_no"]
    lineage = imcp.workspace().datasets["shop-orders"].info.lineage
    assert [relation["child"] for relation in lineage["relations"]] == ["orders", "orders"]


def test_the_result_stays_small(drawn: Any) -> None:
    assert len(drawn.result.model_dump_json()) < 10_000
    assert all(2 <= len(table.preview.rows) <= 20 for table in drawn.result.tables.values())


def test_every_dataset_has_a_card_of_its_own_source(drawn: Any) -> None:
    assert len({card.source_hash for card in drawn.cards.values()}) == 3
    assert {card.engine for card in drawn.cards.values()} == {"relational"}
    assert drawn.cards["orders"].parameters["table_engine"] == "copula"


def test_the_same_call_is_answered_from_the_cache_but_not_with_tables_in_another_order(drawn: Any, small_shop: Frames) -> None:
    again = imcp.generate_tabular(small_shop, engine="copula", seed=7, name="shop")
    assert again.result.cached and again.datasets == drawn.datasets
    turned = imcp.generate_tabular(dict(reversed(small_shop.items())), engine="copula", seed=7, name="shop")
    assert not turned.result.cached


def test_a_result_is_data_again(home: Path, drawn: Any) -> None:
    made = imcp.generate_tabular(drawn.data, rows=20, engine="copula", seed=1)
    assert set(made.datasets) == set(drawn.datasets)
    assert made.datasets["orders"] == "orders-synthetic@1"
    assert len(imcp.generate_tabular(made, rows=10, engine="copula", seed=1).data["customers"]) == 10


def test_references_and_frames_may_be_mixed(home: Path, small_shop: Frames, tmp_path: Path) -> None:
    small_shop["orders"].to_csv(tmp_path / "o.csv", index=False)
    made = imcp.generate_tabular({"customers": small_shop["customers"], "orders": tmp_path / "o.csv"}, rows=40, engine="copula", seed=1)
    assert len(made.data["customers"]) == 40


def test_orphans_are_refused_dropped_or_nulled(home: Path, small_shop: Frames) -> None:
    tables = two(small_shop) | {"customers": small_shop["customers"].head(100)}
    relations = ["orders.customer_id=customers.id"]
    with pytest.raises(InvalidInput, match="is no 'id' of 'customers'") as refused:
        imcp.generate_tabular(tables, relations=relations, engine="copula", seed=1)
    assert refused.value.field == "orders.customer_id"
    dropped = imcp.generate_tabular(tables, relations=relations, on_orphans="drop", engine="copula", seed=1)
    assert dropped.result.orphans[0].done == "dropped"
    assert dropped.data["orders"]["customer_id"].isin(dropped.data["customers"]["id"]).all()


def test_constraints_are_held_by_table(home: Path, small_shop: Frames) -> None:
    rule = {"kind": "inequality", "low": "paid", "high": "amount", "on_violation": "drop_rows"}
    made = imcp.generate_tabular(two(small_shop), constraints={"orders": [rule]}, engine="copula", seed=1)
    assert (made.data["orders"]["paid"] <= made.data["orders"]["amount"]).all()
    assert made.result.tables["orders"].constraints[0].kind == "inequality"
    assert made.result.tables["customers"].constraints == []
    again = made.model.sample(120, seed=1)
    assert again["orders"].equals(made.data["orders"])


def test_kinds_are_given_by_table(home: Path, small_shop: Frames) -> None:
    made = imcp.generate_tabular(two(small_shop), table_schema={"customers": {"age": "categorical"}}, engine="copula", seed=1)
    assert imcp.workspace().datasets[made.datasets["customers"]].info.table_schema["age"].kind == "categorical"


def test_sdv_metadata_gives_relations_and_kinds(home: Path, small_shop: Frames) -> None:
    assert is_sdv_metadata(METADATA)
    made = imcp.generate_tabular(two(small_shop), table_schema=METADATA, engine="copula", seed=1)
    assert [str(relation) for relation in made.relations] == ["orders.customer_id → customers.id"]
    assert imcp.workspace().datasets[made.datasets["customers"]].info.table_schema["id"].kind == "id"


def test_one_table_by_name_is_enough(home: Path, small_shop: Frames) -> None:
    made = imcp.generate_tabular({"people": small_shop["customers"]}, rows=33, engine="copula", seed=1)
    assert made.datasets == {"people": "people-synthetic@1"}
    assert len(made.data["people"]) == 33


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ({"data": {}}, "data", "names no table"),
        ({"data": 5}, "data", "a dataset reference, or an object with one for every table, got 5"),
        ({"data": {"a": 5}}, "data.a", "a dataset reference, got 5"),
        ({"data": {"a": "no.csv"}}, "data.a", "there is no file 'no.csv'"),
        ({"columns": ["id"]}, "columns", "columns cannot be combined with several tables"),
        ({"conditions": {"city": "Rome"}}, "conditions", "conditions cannot be combined with several tables"),
        ({"epsilon": 1.0}, "epsilon", "epsilon cannot be combined with several tables"),
        ({"constraints": [{"kind": "unique", "columns": ["id"]}]}, "constraints", "given by table"),
        ({"constraints": {"ordrs": []}}, "constraints", "data has no table 'ordrs' (did you mean 'orders'?)"),
        ({"constraints": {"orders": [{"kind": "unique", "columns": ["amount"]}]}}, "orders.constraints[0]", "unique cannot be held"),
        ({"constraints": {"orders": [{"kind": "nul"}]}}, "constraints[0]", "table 'orders': 'nul' is not a kind"),
        (
            {"constraints": {"orders": [{"kind": "bounds", "column": "customer_id", "min": 1}]}},
            "orders.constraints[0]",
            "cannot speak of the key 'customer_id'",
        ),
        ({"table_schema": {"age": "categorical"}}, "table_schema", "a schema is {table: {column: kind}}"),
        ({"table_schema": {"people": {}}}, "table_schema", "data has no table 'people'"),
        ({"relations": ["orders.customer_id"]}, "relations", "reads child.foreign_key=parent.key"),
        ({"relations": ["orders.customer=customers.id"]}, "relations.0.foreign_key", "did you mean 'customer_id'"),
        ({"on_orphans": "keep"}, "on_orphans", "input should be 'refuse', 'drop' or 'null'"),
        ({"rows": 90_000_000}, "rows", "table 'orders' would get about"),
        ({"engine": "marginals"}, "engine", "needs a privacy budget"),
        ({"engine": "crat"}, "engine", "did you mean 'cart'"),
        ({"engine": "copula", "engine_options": {"x": 1}}, "engine_options.x", "has no option 'x'"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(home: Path, small_shop: Frames, arguments: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ImcpError) as refused:
        imcp.generate_tabular(**({"data": two(small_shop), "engine": "copula", "seed": 1} | arguments))
    assert words in str(refused.value)
    assert refused.value.field == field
    assert imcp.workspace().datasets.list() == []
    assert imcp.workspace().models.list() == []


def test_a_table_too_large_to_be_read_whole_is_refused(
    home: Path, small_shop: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMCP_WHOLE_SOURCE_BYTES", "2000")
    monkeypatch.setenv("IMCP_SAMPLE_ROWS", "100")
    small_shop["orders"].to_csv(tmp_path / "o.csv", index=False)
    with pytest.raises(InvalidInput, match=r"'orders' is too large to be read whole: 366 rows"):
        imcp.generate_tabular({"customers": small_shop["customers"], "orders": tmp_path / "o.csv"}, seed=1)


def test_two_tables_of_one_stored_name_are_refused(home: Path, small_shop: Frames) -> None:
    with pytest.raises(InvalidInput, match="would both be stored as 'a_b-synthetic'"):
        imcp.generate_tabular({"a b": small_shop["customers"], "a_b": small_shop["orders"]}, seed=1)


@pytest.mark.parametrize("arguments", [{"relations": ["a.b=c.d"]}, {"constraints": {"orders": []}}])
def test_what_speaks_of_several_tables_is_refused_of_one(home: Path, small_shop: Frames, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="speaks of several tables"):
        imcp.generate_tabular(small_shop["customers"], seed=1, **arguments)


def test_a_model_of_several_tables_neither_completes_nor_takes_conditions(drawn: Any, small_shop: Frames) -> None:
    with pytest.raises(InvalidInput, match="several tables"):
        drawn.model.sample(10, seed=1, conditions={"city": "Rome"})
    with pytest.raises(InvalidInput, match="this needs a model of one table"):
        drawn.model.complete(small_shop["customers"], seed=1)


def test_the_schema_offers_one_reference_or_an_object_of_them() -> None:
    one, several = GenerateTabular().input_schema()["properties"]["data"]["anyOf"]
    assert (one["type"], one["format"]) == ("string", "imcp-data")
    assert several["type"] == "object" and several["additionalProperties"]["format"] == "imcp-data"
    assert GenerateTabular().data_fields() == ["data"]


def test_an_sdv_engine_may_learn_every_table_and_its_model_is_signed(home: Path, small_shop: Frames) -> None:
    options = {"default_distribution": "norm"}
    tables = {"customers": small_shop["customers"]}
    made = imcp.generate_tabular(tables, rows=20, engine="sdv:gaussian_copula", engine_options=options, seed=1)
    assert made.cards["customers"].engine_licence == "BUSL-1.1"
    (home / "keys" / "model-signing.key").write_bytes(b"another key, of thirty-two bytes")
    with pytest.raises(InvalidInput, match="the signature is not this workspace's"):
        made.model.sample(20, seed=1)


def test_people_in_related_tables_get_fakes_and_the_card_says_so(home: Path, small_shop: Frames) -> None:
    tables = two(small_shop)
    customers = tables["customers"]
    emails = [f"anna.miller{number}@example.com" for number in range(len(customers))]
    made = imcp.generate_tabular({**tables, "customers": customers.assign(email=emails)}, engine="copula", seed=7)
    assert not set(made.data["customers"]["email"]) & set(emails)
    assert made.data["customers"]["email"].str.fullmatch(r"[^@\s]+@[\w.]+\.[a-z]+").all()
    assert [(one.column, one.treatment) for one in made.cards["customers"].pii] == [("city", "keep"), ("email", "fake")]


def test_the_cards_of_related_tables_tell_kinds_and_no_level_of_a_schema(home: Path, small_shop: Frames) -> None:
    cities = sorted(small_shop["customers"]["city"].unique(), reverse=True)
    schema = {"customers": {"city": {"kind": "ordinal", "order": cities}}}
    made = imcp.generate_tabular(two(small_shop), engine="copula", seed=7, table_schema=schema)
    card = made.cards["customers"]
    assert card.parameters["table_schema"] == {"city": "ordinal"}
    assert (card.rows, card.columns["city"]) == (len(made.data["customers"]), "ordinal")
    assert "table_schema" not in made.cards["orders"].parameters
