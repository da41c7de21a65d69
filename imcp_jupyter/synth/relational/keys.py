"""Real keys looked up: which parent row every child row belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ...models.relations import OnOrphans, Orphans, Relation
from .graph import Graph

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Linked:
    """Tables whose keys fit: `positions[i]` (n_child_rows,) is the parent's row for relation i, -1 where missing."""

    frames: dict[str, pd.DataFrame]
    positions: list[Positions]
    orphans: list[Orphans]


def link(frames: dict[str, pd.DataFrame], graph: Graph, on_orphans: OnOrphans) -> Linked:
    """Look up every foreign key, parents first, so that dropping a row drops its own children too.

    Raises `InvalidInput` for missing or repeated parent keys, and for orphans unless they are dropped or nulled.
    """
    frames = dict(frames)
    orphans: list[Orphans] = []
    for table in graph.order:
        for number in graph.parents(table) + graph.own(table):
            frames[table] = _settle(frames, graph.relations[number], on_orphans, orphans)
        for key in {graph.relations[number].key for number in graph.children(table)}:
            _refuse_bad_key(table, key, frames[table][key])
    positions = [_positions(frames, relation) for relation in graph.relations]
    return Linked(frames, positions, orphans)


def _settle(frames: dict[str, pd.DataFrame], relation: Relation, on_orphans: OnOrphans, orphans: list[Orphans]) -> pd.DataFrame:
    child = frames[relation.child]
    total = 0
    while True:
        lost = np.asarray(child[relation.foreign_key].notna()) & (_positions(frames | {relation.child: child}, relation) < 0)
        found = int(lost.sum())
        if not found:
            break
        total += found
        if on_orphans == "refuse":
            raise InvalidInput(
                f"{found:,} of {len(child):,} rows of '{relation.child}' have a '{relation.foreign_key}' that is no "
                f"'{relation.key}' of '{relation.parent}'",
                field=f"{relation.child}.{relation.foreign_key}",
                hint='use on_orphans="drop" to leave these rows out, or "null" to empty their foreign key',
            )
        if on_orphans == "null":
            child = child.assign(**{relation.foreign_key: child[relation.foreign_key].mask(lost)})
        else:  # in a table that refers to itself the rows below a dropped one become orphans: once more
            child = child[~lost].reset_index(drop=True)
    if total:
        orphans.append(Orphans(relation=relation, rows=total, done="nulled" if on_orphans == "null" else "dropped"))
    return child


def _refuse_bad_key(table: str, key: str, series: pd.Series) -> None:
    missing, repeated = int(series.isna().sum()), int(series.duplicated().sum())
    if missing:
        raise InvalidInput(f"key '{key}' of table '{table}' is missing in {missing:,} rows", field=f"{table}.{key}")
    if repeated:
        raise InvalidInput(
            f"key '{key}' of table '{table}' has {repeated:,} repeated values; a key names one row",
            field=f"{table}.{key}",
            hint="drop the repeated rows, or choose another key",
        )


def _positions(frames: dict[str, pd.DataFrame], relation: Relation) -> Positions:
    keys, wanted = _plain(frames[relation.parent][relation.key]), _plain(frames[relation.child][relation.foreign_key])
    index = pd.Index(keys)
    first = index if index.is_unique else index.unique()
    found = np.asarray(first.get_indexer(pd.Index(wanted)), dtype=np.int64)
    return np.where(np.asarray(wanted.isna()), -1, found)


def _plain(series: pd.Series) -> pd.Series:
    """Values as they compare: the container (categorical, Arrow or object text, nullable integer) must not matter."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if isinstance(series.dtype, np.dtype):
        return series
    if pd.api.types.is_integer_dtype(series.dtype) and not series.isna().any():
        return series.astype(np.int64)
    plain: Any = series.astype(object)
    return pd.Series(plain).where(series.notna(), None)
