"""Relations as a checked graph of tables, parents first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...errors import InvalidInput, NotFound, did_you_mean
from ...models.relations import Relation


@dataclass(frozen=True)
class Graph:
    """`order`: every table once, each after its parents. A table may refer to itself."""

    order: list[str]
    relations: list[Relation]

    @classmethod
    def of(cls, columns: Mapping[str, Collection[str]], relations: Sequence[Relation]) -> Graph:
        """Check `relations` against the `columns` of every table.

        Raises `NotFound` for an unknown table or column, `InvalidInput` for a foreign key with two parents or a cycle of tables.
        """
        owners: dict[tuple[str, str], Relation] = {}
        for number, relation in enumerate(relations):
            field = f"relations.{number}"
            _check_side(columns, relation.parent, relation.key, f"{field}.parent", f"{field}.key")
            _check_side(columns, relation.child, relation.foreign_key, f"{field}.child", f"{field}.foreign_key")
            place = (relation.child, relation.foreign_key)
            if place in owners:
                raise InvalidInput(f"{relation} and {owners[place]}: a foreign key refers to one parent only", field=field)
            if place == (relation.parent, relation.key):
                raise InvalidInput(f"{relation}: a column cannot be its own foreign key", field=field)
            owners[place] = relation
        return cls(_parents_first(list(columns), relations), list(relations))

    def parents(self, table: str) -> list[int]:
        """Positions in `relations` of those where `table` is the child of another table."""
        return [number for number, r in enumerate(self.relations) if r.child == table != r.parent]

    def own(self, table: str) -> list[int]:
        """Those where `table` refers to itself."""
        return [number for number, r in enumerate(self.relations) if r.child == table == r.parent]

    def children(self, table: str) -> list[int]:
        """Those where `table` is the parent, its own among them."""
        return [number for number, r in enumerate(self.relations) if r.parent == table]

    def keys(self, table: str) -> list[str]:
        """Columns of `table` that others refer to and that are not foreign keys themselves."""
        foreign = self.foreign_keys(table)
        found = [r.key for r in self.relations if r.parent == table and r.key not in foreign]
        return list(dict.fromkeys(found))

    def foreign_keys(self, table: str) -> set[str]:
        return {r.foreign_key for r in self.relations if r.child == table}

    def roots(self) -> list[str]:
        """Tables without a parent."""
        return [table for table in self.order if not self.parents(table)]


def _check_side(columns: Mapping[str, Collection[str]], table: str, column: str, table_field: str, column_field: str) -> None:
    if table not in columns:
        raise NotFound(f"there is no table '{table}'", field=table_field, hint=did_you_mean(table, columns))
    if column not in columns[table]:
        raise NotFound(f"table '{table}' has no column '{column}'", field=column_field, hint=did_you_mean(column, columns[table]))


def _parents_first(tables: list[str], relations: Sequence[Relation]) -> list[str]:
    waiting = {table: {r.parent for r in relations if r.child == table != r.parent} for table in tables}
    order: list[str] = []
    while waiting:
        ready = [table for table, parents in waiting.items() if parents <= set(order)]
        if not ready:
            raise InvalidInput(
                f"tables refer to each other in a cycle: {_cycle(waiting)}",
                field="relations",
                hint="leave one of these relations out; only a table that refers to itself may be in a cycle",
            )
        order += ready
        for table in ready:
            del waiting[table]
    return order


def _cycle(waiting: Mapping[str, set[str]]) -> str:
    trail = [next(iter(waiting))]
    while True:
        # Every table left waits for another one that is left, so this walk must come back to itself.
        parent = min(waiting[trail[-1]] & set(waiting))
        if parent in trail:
            return " → ".join([*trail[trail.index(parent) :], parent])
        trail.append(parent)
