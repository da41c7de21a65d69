"""SDV's metadata of several tables, read as data: kinds of columns, and relations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import InvalidInput
from ...models.relations import Relation
from ..constraints.sdv_format import column_kinds

_FIELD = "table_schema"
_VERSIONS = ("MULTI_TABLE_V1", "V1", "V2")
_NAMES = {
    "parent": "parent_table_name",
    "child": "child_table_name",
    "key": "parent_primary_key",
    "foreign_key": "child_foreign_key",
}


def tables_and_relations(metadata: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Relation]]:
    """Kinds by table and column, and the relations. Raises `InvalidInput` naming ``table_schema``."""
    version, tables = str(metadata.get("METADATA_SPEC_VERSION")), metadata.get("tables")
    if version not in _VERSIONS:
        raise InvalidInput(f"'{version}' is not a version of SDV's metadata of several tables", field=_FIELD)
    if not isinstance(tables, Mapping) or not all(isinstance(table, Mapping) for table in tables.values()):
        raise InvalidInput("SDV's metadata has no tables", field=_FIELD)
    kinds = {str(name): column_kinds(table, f"{_FIELD}.{name}") for name, table in tables.items()}
    return kinds, [_relation(given, number) for number, given in enumerate(metadata.get("relationships") or [])]


def _relation(given: Any, number: int) -> Relation:
    field = f"{_FIELD}.relationships.{number}"
    if not isinstance(given, Mapping):
        raise InvalidInput(f"a relationship is an object, got {given!r:.60}", field=field)
    found: dict[str, str] = {}
    for ours, theirs in _NAMES.items():
        value = given.get(theirs)
        if isinstance(value, (list, tuple)):
            if len(value) != 1:
                raise InvalidInput(f"{theirs} has several columns: {', '.join(map(str, value))}", field=field, hint=_COMPOSITE)
            value = value[0]
        if not isinstance(value, str):
            raise InvalidInput(f"{theirs} is missing", field=field)
        found[ours] = value
    return Relation(**found)


_COMPOSITE = "keys of several columns are not supported; join them into one column"
