from __future__ import annotations

from typing import Any

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.constraints.sdv_format import read_constraints, schema_overrides

PAIR = {"low_column_name": "a", "high_column_name": "b"}


@pytest.mark.parametrize(
    ("name", "parameters", "ours"),
    [
        ("Inequality", PAIR | {"strict_boundaries": True}, {"kind": "inequality", "low": "a", "high": "b", "strict": True}),
        ("Range", PAIR | {"middle_column_name": "m"}, {"kind": "range", "low": "a", "middle": "m", "high": "b", "strict": True}),
        (
            "ScalarInequality",
            {"column_name": "a", "relation": ">=", "value": 3},
            {"kind": "inequality", "low": 3, "high": "a", "strict": False},
        ),
        (
            "ScalarInequality",
            {"column_name": "a", "relation": "<", "value": 3},
            {"kind": "inequality", "low": "a", "high": 3, "strict": True},
        ),
        (
            "ScalarRange",
            {"column_name": "a", "low_value": 1, "high_value": 2, "strict_boundaries": False},
            {"kind": "bounds", "min": 1, "max": 2},
        ),
        ("Positive", {"column_name": "a"}, {"kind": "bounds", "sign": "positive", "strict": False}),
        ("Negative", {"column_name": "a", "strict_boundaries": True}, {"kind": "bounds", "sign": "negative", "strict": True}),
        ("FixedCombinations", {"column_names": ["a", "b"], "table_name": None}, {"kind": "fixed_combinations", "columns": ["a", "b"]}),
        ("FixedIncrements", {"column_name": "a", "increment_value": 5}, {"kind": "fixed_increments", "column": "a", "step": 5.0}),
        ("OneHotEncoding", {"column_names": ["a", "b"]}, {"kind": "one_hot", "columns": ["a", "b"]}),
        ("Unique", {"column_names": ["a"]}, {"kind": "unique", "columns": ["a"]}),
    ],
)
def test_constraints_of_both_sdv_forms_are_read(name: str, parameters: dict[str, Any], ours: dict[str, Any]) -> None:
    forms = [{"constraint_class": name, "constraint_parameters": parameters}, {"class_name": name, "parameters": parameters}]
    for spec in read_constraints(forms):
        found = spec.model_dump(mode="json")
        assert {key: found[key] for key in ours} == ours


def test_a_class_or_parameter_without_a_counterpart_is_named() -> None:
    with pytest.raises(
        InvalidInput, match=r"constraints\[0\]: SDV's constraint 'Inequalty' has no counterpart \(did you mean 'Inequality'"
    ):
        read_constraints([{"class_name": "Inequalty", "parameters": {}}])
    with pytest.raises(InvalidInput, match="needs the parameter 'low_column_name'"):
        read_constraints([{"class_name": "Inequality", "parameters": {}}])


COLUMNS = {
    "id": {"sdtype": "id", "regex_format": "A[0-9]{3}"},
    "mail": {"sdtype": "email", "pii": True},
    "born": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"},
    "pay": {"sdtype": "numerical", "computer_representation": "Float"},
    "age": {"sdtype": "numerical"},
    "zip": {"sdtype": "categorical"},
}


@pytest.mark.parametrize(
    "metadata",
    [
        {"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": COLUMNS, "primary_key": "id"},
        {"METADATA_SPEC_VERSION": "SINGLE_TABLE_V2", "columns": COLUMNS, "primary_key": ["id"]},
        {"METADATA_SPEC_VERSION": "V1", "tables": {"people": {"columns": COLUMNS}}, "relationships": []},
        {"METADATA_SPEC_VERSION": "V2", "tables": {"people": {"columns": COLUMNS}}},
    ],
)
def test_metadata_of_one_table_becomes_overrides(metadata: dict[str, Any]) -> None:
    born = {"kind": "datetime", "datetime_format": "%d.%m.%Y"}
    assert schema_overrides(metadata) == {"id": "id", "born": born, "pay": "continuous", "zip": "categorical"}


def test_metadata_of_several_tables_or_another_version_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must describe one table"):
        schema_overrides({"METADATA_SPEC_VERSION": "V1", "tables": {"a": {}, "b": {}}})
    with pytest.raises(InvalidInput, match="'V9' is not a version"):
        schema_overrides({"METADATA_SPEC_VERSION": "V9", "columns": {}})
