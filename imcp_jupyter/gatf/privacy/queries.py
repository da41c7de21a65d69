"""Conditions that single out one row of a table, and how many rows of another table meet them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..comparison import Encoded, Field

Operator = Literal["==", "<=", ">=", "missing"]
Positions = npt.NDArray[np.intp]

MOST_TRIES = 10_000


@dataclass(frozen=True)
class Predicate:
    """One column's condition."""

    column: str
    operator: Operator
    value: float

    def holds(self, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """(n,) of bool for encoded `values`; a missing number meets no comparison."""
        if self.operator == "missing":
            return np.asarray(np.isnan(values))
        if self.operator == "==":
            return np.asarray(values == self.value)
        return np.asarray(values <= self.value if self.operator == "<=" else values >= self.value)


Query = tuple[Predicate, ...]


class _Index:
    """A column sorted, so that the rows that meet a predicate are a slice."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.order = np.argsort(values, kind="stable")  # NaN last
        self.sorted = values[self.order]
        self.present = len(values) - int(np.isnan(values).sum()) if values.dtype.kind == "f" else len(values)

    def rows(self, predicate: Predicate) -> Positions:
        known = self.sorted[: self.present]
        if predicate.operator == "missing":
            return self.order[self.present :]
        low = 0 if predicate.operator == "<=" else int(np.searchsorted(known, predicate.value, side="left"))
        high = self.present if predicate.operator == ">=" else int(np.searchsorted(known, predicate.value, side="right"))
        return self.order[low:high]


def count(table: Encoded, queries: Sequence[Query]) -> npt.NDArray[np.intp]:
    """(n_queries,) rows that meet each query. The rarest predicate picks rows, the others look at these only."""
    index = {name: _Index(table[name]) for name in {part.column for query in queries for part in query}}
    return np.array([_count(table, index, query) for query in queries], dtype=np.intp)


def _count(table: Encoded, index: dict[str, _Index], query: Query) -> int:
    slices = [index[part.column].rows(part) for part in query]
    at = min(range(len(query)), key=lambda place: len(slices[place]))
    rows = slices[at]
    for place, part in enumerate(query):
        if place != at and len(rows):
            rows = rows[part.holds(table[part.column][rows])]
    return len(rows)


def extreme_queries(table: Encoded, fields: Sequence[Field], limit: int, rng: np.random.Generator) -> list[Query]:
    """Values that one row has, least and largest numbers that one row has: at most `limit`, at random."""
    found: list[Query] = []
    for field in fields:
        values, times = np.unique(table[field.name][~table.missing(field.name)], return_counts=True)
        found += [(Predicate(field.name, "==", float(value)),) for value in values[times == 1]]
        if field.is_numeric and len(values):
            found += [(Predicate(field.name, "<=", float(values[0])),)] if times[0] == 1 else []
            found += [(Predicate(field.name, ">=", float(values[-1])),)] if times[-1] == 1 else []
        if table.missing(field.name).sum() == 1:
            found.append((Predicate(field.name, "missing", 0.0) if field.is_numeric else Predicate(field.name, "==", -1.0),))
    return [found[at] for at in rng.permutation(len(found))[:limit]]


def combined_queries(
    table: Encoded, fields: Sequence[Field], width: int, limit: int, rng: np.random.Generator, tries: int = MOST_TRIES
) -> list[Query]:
    """Conditions on `width` columns, taken from random rows, that one row meets: a number asks for what lies beyond it."""
    medians = {one.name: _median(table[one.name]) for one in fields if one.is_numeric}
    index = {one.name: _Index(table[one.name]) for one in fields}
    found: dict[Query, None] = {}
    rows = rng.integers(table.n_rows, size=tries)
    columns = rng.random((tries, len(fields))).argsort(axis=1)[:, :width]
    for row, chosen in zip(rows.tolist(), columns.tolist(), strict=True):
        query = tuple(_predicate(fields[at], table[fields[at].name][row], medians) for at in sorted(chosen))
        if query not in found and _count(table, index, query) == 1:
            found[query] = None
            if len(found) >= limit:
                break
    return list(found)


def _predicate(field: Field, value: Any, medians: dict[str, float]) -> Predicate:
    if not field.is_numeric:
        return Predicate(field.name, "==", float(value))
    if np.isnan(value):
        return Predicate(field.name, "missing", 0.0)
    return Predicate(field.name, ">=" if value > medians[field.name] else "<=", float(value))


def _median(values: npt.NDArray[Any]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0
