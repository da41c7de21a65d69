"""Evidence that is a table: a list of records, or records by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .words import MAX_ITEMS, clipped, shown

MAX_COLUMNS = 10


@dataclass(frozen=True)
class EvidenceTable:
    """`rows` are texts in the order of `heads`; `numeric` says which columns hold numbers; `more` rows are left out."""

    heads: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    more: int


def table_of(value: Any) -> EvidenceTable | None:
    """`value` as a table; None where it is none."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and item for item in value):
        return _table(value)
    if isinstance(value, dict) and len(value) > 1 and all(isinstance(item, dict) and item for item in value.values()):
        return _table([{"": name} | item for name, item in value.items()])
    return None


def _table(records: list[dict[str, Any]]) -> EvidenceTable:
    kept = records[:MAX_ITEMS]
    keys = list(dict.fromkeys(key for record in kept for key in record))[:MAX_COLUMNS]
    rows = [["–" if record.get(key) is None else shown(record[key]) for key in keys] for record in kept]
    numeric = [all(_is_number(record.get(key)) for record in kept) for key in keys]
    return EvidenceTable([clipped(key).replace("_", " ") for key in keys], rows, numeric, len(records) - len(kept))


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
