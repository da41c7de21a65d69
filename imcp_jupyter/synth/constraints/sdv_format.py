"""Constraints and metadata written for SDV, read as data: SDV itself is not needed.

Shapes: SDV 1 ``{"constraint_class", "constraint_parameters"}``, SDV 2 ``{"class_name", "parameters"}``; metadata
``SINGLE_TABLE_V1``, ``SINGLE_TABLE_V2``, and ``V1``, ``V2`` of one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import InvalidInput, did_you_mean
from ...models.constraints import parse_constraint

_CLASS = ("constraint_class", "class_name", "class")
_PARAMETERS = ("constraint_parameters", "parameters")
_RELATIONS = {"<": ("high", True), "<=": ("high", False), ">": ("low", True), ">=": ("low", False)}


def is_sdv_constraint(value: Any) -> bool:
    return isinstance(value, Mapping) and "kind" not in value and any(key in value for key in _CLASS)


def read_constraints(values: Any) -> Any:
    """A list of constraints, ours or SDV's, as specs. Raises `InvalidInput` naming ``constraints[i]``."""
    if values is None:
        return None
    if not isinstance(values, (list, tuple)):
        raise InvalidInput("constraints are a list of objects", field="constraints")
    return [parse_constraint(from_sdv(value, index) if is_sdv_constraint(value) else value, index) for index, value in enumerate(values)]


def from_sdv(value: Mapping[str, Any], index: int = 0) -> dict[str, Any]:
    """One SDV constraint as ours. Raises `InvalidInput` for a class that has no counterpart or parameters that do not fit."""
    field = f"constraints[{index}]"
    name = str(next(value[key] for key in _CLASS if key in value)).rpartition(".")[2]
    parameters: Any = next((value[key] for key in _PARAMETERS if key in value), {})
    reader = _READERS.get(name)
    if reader is None:
        raise InvalidInput(f"SDV's constraint '{name}' has no counterpart", field=field, hint=did_you_mean(name, _READERS))
    if not isinstance(parameters, Mapping):
        raise InvalidInput(f"the parameters of SDV's {name} are an object", field=field)
    try:
        return reader(parameters)
    except KeyError as error:
        raise InvalidInput(f"SDV's {name} needs the parameter {error}", field=field) from None


def _inequality(given: Mapping[str, Any]) -> dict[str, Any]:
    ends = {"low": given["low_column_name"], "high": given["high_column_name"]}
    return {"kind": "inequality", **ends, "strict": given.get("strict_boundaries", False)}


def _range(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {"low": given["low_column_name"], "middle": given["middle_column_name"], "high": given["high_column_name"]}
    return {"kind": "range", **names, "strict": given.get("strict_boundaries", True)}


def _scalar_inequality(given: Mapping[str, Any]) -> dict[str, Any]:
    relation = given["relation"]
    if relation not in _RELATIONS:
        raise KeyError("relation: one of " + " ".join(_RELATIONS))
    side, strict = _RELATIONS[relation]
    ends = {"low": given["column_name"], "high": given["column_name"]} | {side: given["value"]}
    return {"kind": "inequality", **ends, "strict": strict}


def _scalar_range(given: Mapping[str, Any]) -> dict[str, Any]:
    limits = {"min": given["low_value"], "max": given["high_value"]}
    return {"kind": "bounds", "column": given["column_name"], **limits, "strict": given.get("strict_boundaries", True)}


def _signed(sign: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda given: {"kind": "bounds", "column": given["column_name"], "sign": sign, "strict": given.get("strict_boundaries", False)}


def _columns(kind: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda given: {"kind": kind, "columns": given["column_names"]}


_READERS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "Inequality": _inequality,
    "Range": _range,
    "ScalarInequality": _scalar_inequality,
    "ScalarRange": _scalar_range,
    "Positive": _signed("positive"),
    "Negative": _signed("negative"),
    "FixedCombinations": _columns("fixed_combinations"),
    "FixedIncrements": lambda given: {"kind": "fixed_increments", "column": given["column_name"], "step": given["increment_value"]},
    "OneHotEncoding": _columns("one_hot"),
    "Unique": _columns("unique"),
}


def is_sdv_metadata(value: Any) -> bool:
    return isinstance(value, Mapping) and "METADATA_SPEC_VERSION" in value


def schema_overrides(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """`table_schema` from SDV's metadata of one table. Raises `InvalidInput` naming ``table_schema``.

    Keys become ids; kinds that SDV leaves open (numerical without a representation, personal data) are left to inference.
    """
    version = str(metadata.get("METADATA_SPEC_VERSION"))
    if version not in ("SINGLE_TABLE_V1", "SINGLE_TABLE_V2", "V1", "V2"):
        raise InvalidInput(f"'{version}' is not a version of SDV's single-table metadata", field="table_schema")
    table = metadata
    if "tables" in metadata:
        tables = metadata["tables"]
        if not isinstance(tables, Mapping) or len(tables) != 1:
            raise InvalidInput("SDV's metadata must describe one table here", field="table_schema", hint="pass the part of one table")
        table = next(iter(tables.values()))
    return column_kinds(table, "table_schema")


def column_kinds(table: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Overrides by column from what SDV's metadata says of one table. Raises `InvalidInput` naming `field`."""
    columns = table.get("columns")
    if not isinstance(columns, Mapping):
        raise InvalidInput("SDV's metadata has no columns", field=field)
    listed = [table.get("primary_key"), *(table.get("alternate_keys") or [])]
    keys = {key for item in listed for key in (item if isinstance(item, list) and len(item) == 1 else [item]) if isinstance(key, str)}
    found = {str(name): _kind(name in keys, column) for name, column in columns.items() if isinstance(column, Mapping)}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(is_key: bool, column: Mapping[str, Any]) -> Any:
    kind = column.get("sdtype")
    if is_key or kind == "id":
        return "id"
    if kind == "datetime":
        form = column.get("datetime_format")
        return {"kind": "datetime", "datetime_format": form} if form else "datetime"
    if kind == "numerical":
        shape = str(column.get("computer_representation", ""))
        return "continuous" if shape == "Float" else "integer" if shape.startswith(("Int", "UInt")) else None
    return kind if kind in ("categorical", "boolean") else None
