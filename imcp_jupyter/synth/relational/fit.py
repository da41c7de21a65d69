"""Learn related tables."""

from __future__ import annotations

import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...config import Settings
from ...data.table import Column, Table
from ...errors import InvalidInput
from ...models.dataset import ColumnKind, ColumnSchema, TableSchema
from ...models.relations import OnOrphans, Relation
from ..constraints.model import fit_constrained
from ..tabular.engine import Progress, TabularEngine, TabularModel, no_progress
from ..tabular.options import read_options
from ..tabular.registry import pick_engine
from .contexts import NO_PARENT, Context
from .detect import detect_relations
from .graph import Graph
from .hierarchy import depths
from .keys import Linked, link
from .model import RelationalModel
from .places import fit_keys, key_columns, place_of
from .plan import Ints, Link, TablePlan
from .profiles import Matrix, embed, family_means, is_reference, profiles


def fit_tables(
    tables: Mapping[str, Table],
    relations: Sequence[Relation] | None = None,
    *,
    engine: str = "auto",
    on_orphans: OnOrphans = "refuse",
    engine_options: Mapping[str, Any] | None = None,
    constraints: Mapping[str, Sequence[Any]] | None = None,
    seed: int = 0,
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> RelationalModel:
    """Learn `tables` and how they hang together, with the tabular engine called `engine` for every table.

    `relations` are detected by name and values when None. Rows whose foreign key names no parent are refused, dropped or get a
    missing key, by `on_orphans`. `constraints` are rules by table, over columns that are no keys. `seed` is for engines whose fitting
    is random. Raises `InvalidInput` and `NotFound` naming table and column.

    Method: sequential, parents first. (SDV's HMA, Patki et al. 2016, "The synthetic data vault", instead adds the parameters of a
    Gaussian copula per family to the parent's row.) The engine learns every parent with, for each of its relations, its number of
    children (zeros too) and two scores of what its children have in common, so that both are drawn jointly with and given its
    attributes. A regression tree from the parent's attributes and these scores to its children's mean attributes (at least five
    parents per leaf) gives each parent a context, its leaf; the engine learns the child with the contexts of all its parents as
    further columns. A table's own contexts are among the attributes of its children's trees, so what a grandparent decides comes
    down any number of steps.
    """
    settings = settings or Settings.load()
    graph, linked, typed = linked_tables(tables, relations, on_orphans)
    work = _Work(typed, graph, linked)
    learner = _Learner(engine, engine_options, constraints or {}, seed, settings)
    plans: dict[str, TablePlan] = {}
    cells = sum(table.frame.size for table in work.tables.values())
    done = 0.0
    for name in graph.order:
        table = work.tables[name]
        share = table.frame.size / max(cells, 1)
        progress(done, f"learning table '{name}'")
        try:
            plans[name] = work.plan(name, learner, _part(progress, name, done, done + share))
        except InvalidInput as error:
            if (error.field or "").partition(".")[0] in ("engine", "engine_options"):
                raise
            field = f"{name}.{error.field}" if error.field else name
            raise InvalidInput(f"table '{name}': {error.message}", field=field, hint=error.hint) from None
        done += share
    return RelationalModel(graph, [plans[name] for name in graph.order], list(work.links.values()), list(tables), linked.orphans)


def linked_tables(
    tables: Mapping[str, Table], relations: Sequence[Relation] | None, on_orphans: OnOrphans
) -> tuple[Graph, Linked, dict[str, Table]]:
    """The checked graph, the keys looked up, and the tables without the rows that go. Raises as `fit_tables` does."""
    if not tables:
        raise InvalidInput("there must be at least one table", field="data")
    if on_orphans not in typing.get_args(OnOrphans):
        raise InvalidInput(f"must be one of {', '.join(typing.get_args(OnOrphans))}, got {on_orphans!r}", field="on_orphans")
    frames = {name: table.frame for name, table in tables.items()}
    found = detect_relations(frames) if relations is None else list(relations)
    graph = Graph.of({name: table.names for name, table in tables.items()}, found)
    linked = link(frames, graph, on_orphans)
    typed = {name: Table(linked.frames[name], table.schema) for name, table in tables.items()}
    for name, table in typed.items():
        if table.n_rows < TabularEngine.min_rows:
            raise InvalidInput(f"table '{name}' has {table.n_rows} usable rows; at least {TabularEngine.min_rows} are needed", field=name)
    return graph, linked, typed


def _part(progress: Progress, table: str, start: float, end: float) -> Progress:
    return lambda share, message: progress(min(start + share * (end - start), 1.0), f"{table}: {message}")


@dataclass(frozen=True)
class _Learner:
    """How one table is learned."""

    engine: str
    options: Mapping[str, Any] | None
    constraints: Mapping[str, Sequence[Any]]
    seed: int
    settings: Settings

    def picked(self, rows: Table) -> TabularEngine:
        engine = pick_engine(self.engine, rows.n_rows, len(rows.names), self.settings)
        if engine.private_only:
            message = f"engine '{engine.name}' needs a privacy budget, which related tables cannot have"
            raise InvalidInput(message, field="engine", hint="use the engine cart or copula")
        engine.require()
        return engine.with_options(read_options(engine.name, engine.options_type, self.options), self.seed)

    def fit(self, engine: TabularEngine, name: str, rows: Table, keys: Collection[str], is_child: bool, progress: Progress) -> TabularModel:
        rules = self.constraints.get(name)
        if not rules:
            return engine.fit(rows, progress)
        for position, rule in enumerate(rules):
            _refuse_rule(rule, f"constraints[{position}]", keys, is_child)
        return fit_constrained(engine, rows, rules, progress)


def _refuse_rule(rule: Any, field: str, keys: Collection[str], is_child: bool) -> None:
    named = next((column for column in rule.columns if column in keys), None)
    if named is not None:
        raise InvalidInput(
            f"a constraint cannot speak of the key '{named}'",
            field=field,
            hint="keys are made new and unique, and foreign keys name one row of their parent, without it",
        )
    if is_child and rule.kind == "unique":
        raise InvalidInput(
            "unique cannot be held in a table whose rows are drawn for their parents",
            field=field,
            hint="leave it out; ids and keys are unique without it",
        )


@dataclass(frozen=True)
class _Extra:
    """A column that a relation adds to a table."""

    name: str
    kind: ColumnKind
    values: npt.NDArray[np.generic]


class _Work:
    """The tables of one fit, with what their relations add to them."""

    def __init__(self, tables: dict[str, Table], graph: Graph, linked: Linked) -> None:
        self.tables = tables
        self.links: dict[int, Link] = {}
        self._graph = graph
        self._positions: list[Ints] = []
        self._to_itself: list[bool] = []
        for relation, positions in zip(graph.relations, linked.positions, strict=True):
            loops = (positions == np.arange(len(positions))) & (relation.parent == relation.child)
            self._to_itself.append(bool(loops.any()) and not (positions < 0).any())
            self._positions.append(np.where(loops, -1, positions))
        self._keys = {name: key_columns(table, graph, name) for name, table in tables.items()}
        keyed = {name: graph.foreign_keys(name) | set(self._keys[name]) for name in tables}
        self._attributes = {name: table.select_columns([c for c in table.names if c not in keyed[name]]) for name, table in tables.items()}
        self._extras: dict[str, list[_Extra]] = {name: [] for name in tables}
        self._means: list[Matrix] = []
        self._counts: list[Ints] = []
        self._profiles: list[dict[str, npt.NDArray[np.float64]]] = []
        embedded: dict[str, Matrix] = {}
        for number, relation in enumerate(graph.relations):
            if relation.child not in embedded:
                embedded[relation.child] = embed(self._attributes[relation.child])
            self._add_family(number, embedded[relation.child])

    def plan(self, name: str, learner: _Learner, progress: Progress) -> TablePlan:
        """Fit the models of one table; its parents come first."""
        parents, own = self._graph.parents(name), self._graph.own(name)
        for number in parents + own:
            self._link(number)
        table, keys, foreign = self.tables[name], self._keys[name], self._graph.foreign_keys(name)
        places = [place_of(table[column], keys, foreign) for column in table.names]
        rows = self._extended(name)
        picked = learner.picked(rows)
        sparing = picked.sparing([extra.name for extra in self._extras[name]])
        drawn = learner.fit(sparing, name, rows, foreign | set(keys), bool(parents), progress)
        return TablePlan(name, places, table.schema, table.n_rows, drawn, fit_keys(picked, table, keys), self._main(name, parents))

    def _add_family(self, number: int, children: Matrix) -> None:
        relation, positions = self._graph.relations[number], self._positions[number]
        n_parents = self.tables[relation.parent].n_rows
        counts = np.bincount(positions[positions >= 0], minlength=n_parents).astype(np.int64)
        means = family_means(children, positions, n_parents)
        scores = profiles(means, counts)
        named = {self._free(relation.parent, f"family {number}.{dim}"): scores[:, dim] for dim in range(scores.shape[1])}
        extras = self._extras[relation.parent]
        extras.append(_Extra(self._free(relation.parent, f"children {number}"), "integer", counts))
        extras += [_Extra(name, "continuous", values) for name, values in named.items()]
        self._means.append(means)
        self._counts.append(counts)
        self._profiles.append(named)

    def _link(self, number: int) -> None:
        relation, positions, counts = self._graph.relations[number], self._positions[number], self._counts[number]
        named = self._profiles[number]
        reference = relation.parent != relation.child and is_reference(counts)
        if reference:
            scores = next(iter(named.values()), np.zeros(len(counts)))
            order = np.lexsort((np.arange(len(counts)), scores))
            order = order[counts[order] > 0]
            leaf = np.zeros(len(counts), dtype=np.int32)
            leaf[order] = np.arange(len(order))
            context = Context.single()
        else:
            seen = self._columns(relation.parent, number)
            context = Context.fit(seen, self._means[number], counts)
            leaf = context.codes(seen, len(counts))
            order = np.argsort(counts, kind="stable")
        codes = np.where(positions < 0, NO_PARENT, leaf[positions] if len(leaf) else NO_PARENT).astype(np.int64)
        code_column = self._free(relation.child, f"context {number}")
        self._extras[relation.child].append(_Extra(code_column, "categorical", codes))
        depth = depths(positions) if relation.parent == relation.child else None
        depth_column = None
        if depth is not None:
            depth_column = self._free(relation.child, f"depth {number}")
            self._extras[relation.child].append(_Extra(depth_column, "integer", depth))
            order = np.lexsort((counts, depth))
        without = int((positions < 0).sum())
        self.links[number] = Link(
            relation=relation,
            context=context,
            count_column=self._free(relation.parent, f"children {number}"),
            code_column=code_column,
            depth_column=depth_column,
            counts=counts[order],
            depths=np.zeros(0, dtype=np.int64) if depth is None else depth[order],
            missing=without / max(len(positions) - without, 1),
            to_itself=self._to_itself[number],
            score_column=next(iter(named), None),
            reference=reference,
            childless=float((counts == 0).mean()),
        )

    def _columns(self, parent: str, number: int) -> dict[str, Column]:
        """What the tree of a relation sees of a parent: attributes, its own contexts, and the scores of this relation's families."""
        attributes = self._attributes[parent]
        seen = {name: attributes[name] for name in attributes.names if attributes.schema[name].kind not in ("id", "text", "constant")}
        contexts = {self.links[other].code_column for other in self._graph.parents(parent) if other in self.links}
        for extra in self._extras[parent]:
            if extra.name in contexts or extra.name in self._profiles[number]:
                seen[extra.name] = Column(_schema_of(extra), pd.Series(extra.values))
        return seen

    def _extended(self, name: str) -> Table:
        attributes, extras = self._attributes[name], self._extras[name]
        frame = pd.concat([attributes.frame, pd.DataFrame({extra.name: extra.values for extra in extras})], axis=1) if extras else None
        schema = TableSchema(columns=[*attributes.schema.columns, *map(_schema_of, extras)])
        return Table(attributes.frame if frame is None else frame, schema)

    def _main(self, name: str, parents: list[int]) -> int | None:
        """The relation that decides how many rows there are: a key that is a foreign key, else the least missing, widest one."""
        if not parents:
            return None
        keys = {relation.key for relation in self._graph.relations if relation.parent == name}

        def rank(number: int) -> tuple[bool, float, int]:
            return (
                self._graph.relations[number].foreign_key not in keys,
                self.links[number].missing,
                -int((self._counts[number] > 0).sum()),
            )

        return min(parents, key=rank)

    def _free(self, table: str, name: str) -> str:
        """`name` in a form that no column of `table` has."""
        while name in self.tables[table].schema.names:
            name += "'"
        return name


def _schema_of(extra: _Extra) -> ColumnSchema:
    missing = extra.kind == "continuous" and bool(np.isnan(extra.values.astype(np.float64)).any())
    return ColumnSchema(
        name=extra.name, kind=extra.kind, dtype=str(extra.values.dtype), missing=missing, decimals=4 if extra.kind == "continuous" else None
    )
