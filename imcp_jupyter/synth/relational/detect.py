"""Foreign keys that names and values give away."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from ...errors import InvalidInput
from ...models.relations import Relation
from .graph import Graph

_GENERIC = {"id", "key", "code", "no", "nr", "number", "uuid"}


def detect_relations(frames: Mapping[str, pd.DataFrame]) -> list[Relation]:
    """Columns whose values all occur in a unique column of another table (or their own) and whose name fits it.

    A name fits when it is the key's own (``customer_id`` and ``customer_id``), the parent's name with the key
    (``customer_id`` and ``customers.id``), or when it ends in either (``billing_customer_id``); in one table, when both end
    alike (``manager_id`` and ``employee_id``). A column gets its best parent; what would close a cycle is left out.
    """
    keys = [(table, str(name)) for table, frame in frames.items() for name in frame.columns if _is_key(frame[name])]
    found: list[tuple[int, int, Relation]] = []
    for child, frame in frames.items():
        for name in map(str, frame.columns):
            options = [
                (fit, len(frames[parent]), Relation(parent=parent, child=child, key=key, foreign_key=name))
                for parent, key in keys
                if (fit := _fit(child, name, parent, key)) and _holds(frames[parent][key], frame[name], same_table=parent == child)
            ]
            if options:
                found.append(max(options, key=lambda option: (option[0], option[1])))
    chosen: list[Relation] = []
    columns = {table: [str(name) for name in frame.columns] for table, frame in frames.items()}
    for _, _, relation in sorted(found, key=lambda option: (-option[0], -option[1])):
        try:
            Graph.of(columns, [*chosen, relation])
        except InvalidInput:
            continue
        chosen.append(relation)
    return chosen


def _is_key(series: pd.Series) -> bool:
    if len(series) < 2 or pd.api.types.is_float_dtype(series.dtype) or pd.api.types.is_datetime64_any_dtype(series.dtype):
        return False
    return bool(series.notna().all()) and bool(series.is_unique)


def _fit(child: str, name: str, parent: str, key: str) -> int:
    """How well the name fits, 0 for not at all."""
    if (child, name) == (parent, key):
        return 0
    column, wanted, owner = _words(name), _words(key), _singular(_words(parent))
    own = [*owner, *wanted] if wanted[-1] in _GENERIC and wanted[: len(owner)] != owner else wanted
    if child == parent:
        return 1 if column[-1] == wanted[-1] and wanted[-1] in _GENERIC else 0
    if column == own or (column == wanted and not set(wanted) <= _GENERIC):
        return 3
    if not set(own) <= _GENERIC and column[-len(own) :] == own:
        return 2
    return 2 if column in (owner, _singular(owner)) else 0


def _holds(keys: pd.Series, values: pd.Series, same_table: bool) -> bool:
    present = values.dropna()
    if present.empty or pd.api.types.is_bool_dtype(values.dtype):
        return False
    numeric = pd.api.types.is_numeric_dtype
    if numeric(keys.dtype) != numeric(values.dtype):
        return False
    if same_table and present.is_unique and len(present) == len(keys):  # two names of one thing, not a tree
        return False
    return bool(present.isin(keys).all())


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[^0-9a-z]+", spaced.lower()) if word] or [name]


def _singular(words: list[str]) -> list[str]:
    last = words[-1]
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if last.endswith(ending) and len(last) > len(ending) + 1 and not (ending == "s" and last.endswith("ss")):
            return [*words[:-1], last[: -len(ending)] + instead]
    return words
