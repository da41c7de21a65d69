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
_BATCH = 2_000  # queries whose bits are held at once
_AT_ONCE = 256  # conditions that are worked out at once


@dataclass(frozen=True)
class Predicate:
    """One column's condition."""

    column: str
    operator: Operator
    value: float


Query = tuple[Predicate, ...]


class _Index:
    """A column as ranks: every predicate asks for ranks from one to below another. A missing number has rank -1."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)
        self.known, ranks = np.unique(values[~missing], return_inverse=True)
        self.ranks = np.full(len(values), -1, dtype=np.int32)
        self.ranks[~missing] = ranks

    def between(self, predicate: Predicate) -> tuple[int, int]:
        """The ranks that meet `predicate`, from and to below."""
        if predicate.operator == "missing":
            return -1, 0
        low = 0 if predicate.operator == "<=" else int(np.searchsorted(self.known, predicate.value, side="left"))
        high = len(self.known) if predicate.operator == ">=" else int(np.searchsorted(self.known, predicate.value, side="right"))
        return low, high


def _counts(ranks: Sequence[npt.NDArray[np.int32]], columns: Positions, low: Positions, high: Positions) -> Positions:
    """(n,) rows where, for each of (n, width) conditions, the rank in `columns` is from `low` to below `high`.

    Each distinct condition becomes one bit per row, once; a query is then a few words of bits, and-ed and counted.
    """
    keys = np.stack([columns.ravel(), low.ravel(), high.ravel()])
    distinct, where = np.unique(keys, axis=1, return_inverse=True)
    width = -(-len(ranks[0]) // 64) * 8
    bits = np.zeros((distinct.shape[1], width), dtype=np.uint8)
    for start in range(0, distinct.shape[1], _AT_ONCE):
        for column in np.unique(distinct[0, start : start + _AT_ONCE]):
            here = start + np.flatnonzero(distinct[0, start : start + _AT_ONCE] == column)
            held = (ranks[column] >= distinct[1, here, None]) & (ranks[column] < distinct[2, here, None])
            packed = np.packbits(held, axis=1)
            bits[here, : packed.shape[1]] = packed
    words = bits.view(np.uint64)
    where = where.reshape(columns.shape)
    met = words[where[:, 0]]
    for slot in range(1, columns.shape[1]):
        met &= words[where[:, slot]]
    return np.asarray(np.bitwise_count(met).sum(axis=1, dtype=np.intp))


def count(table: Encoded, queries: Sequence[Query]) -> npt.NDArray[np.intp]:
    """(n_queries,) rows of `table` that meet each query."""
    if not queries:
        return np.empty(0, dtype=np.intp)
    names = sorted({part.column for query in queries for part in query})
    index = [_Index(table[name]) for name in names]
    place = {name: at for at, name in enumerate(names)}
    width = max(map(len, queries))
    whole = [query + query[:1] * (width - len(query)) for query in queries]  # a condition twice is the same condition
    asked = np.array([[(place[part.column], *index[place[part.column]].between(part)) for part in query] for query in whole], dtype=np.intp)
    ranks = [one.ranks for one in index]
    return np.concatenate([_counts(ranks, *np.moveaxis(asked[at : at + _BATCH], 2, 0)) for at in range(0, len(asked), _BATCH)])


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
    index = [_Index(table[one.name]) for one in fields]
    ranks = [one.ranks for one in index]
    middles = np.array([_middle(one, index[at]) for at, one in enumerate(fields)])
    ends = np.array([len(one.known) for one in index])
    numeric = np.array([one.is_numeric for one in fields])
    rows = rng.integers(table.n_rows, size=tries)
    columns = np.sort(rng.random((tries, len(fields))).argsort(axis=1)[:, :width], axis=1)
    rank = np.stack(ranks)[columns, rows[:, None]].astype(np.intp)
    beyond = numeric[columns] & (rank > middles[columns])
    up_to = numeric[columns] & ~beyond & (rank >= 0)
    low = np.where(up_to, 0, rank)
    high = np.where(beyond, ends[columns], rank + 1)
    found: dict[Query, None] = {}
    for start in range(0, tries, _BATCH):
        part = slice(start, start + _BATCH)
        for at in start + np.flatnonzero(_counts(ranks, columns[part], low[part], high[part]) == 1):
            query = tuple(_predicate(fields[column], table[fields[column].name][rows[at]], bool(beyond[at, slot]))
                          for slot, column in enumerate(columns[at].tolist()))  # fmt: skip
            found[query] = None
            if len(found) >= limit:
                return list(found)
    return list(found)


def _predicate(field: Field, value: Any, beyond: bool) -> Predicate:
    if not field.is_numeric:
        return Predicate(field.name, "==", float(value))
    if np.isnan(value):
        return Predicate(field.name, "missing", 0.0)
    return Predicate(field.name, ">=" if beyond else "<=", float(value))


def _middle(field: Field, index: _Index) -> int:
    """The rank up to which a number is no larger than the median."""
    ranks = index.ranks[index.ranks >= 0]
    if not field.is_numeric or not len(ranks):
        return -1
    ordered = np.sort(ranks)
    median = (index.known[ordered[(len(ordered) - 1) // 2]] + index.known[ordered[len(ordered) // 2]]) / 2
    return int(np.searchsorted(index.known, median, side="right")) - 1
