"""All constraints of one table: which are held by construction, and the table that the engine learns in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import How, parse_constraint
from ...models.dataset import NUMERIC_KINDS, ColumnSchema, TableSchema
from ..tabular.codec import ColumnCodec, fit_column, restore_column
from ..tabular.conditions import condition_columns, parse_conditions
from ..tabular.features import Draw
from ..tabular.identifiers import IdCodec
from ..tabular.lattice import NumericCodec
from ..tabular.levels import LevelCodec
from .bounds import BoundsRule, IncrementsRule
from .clashes import refuse_clashes
from .condition import PredicateRule
from .contradictions import refuse_contradictions
from .facts import Facts
from .groups import CombinationsRule, DependencyRule, GroupStep, LookUpStep, OneHotRule
from .numbers import Mask
from .order import InequalityRule, RangeRule
from .pattern import FormatRule, TextStep
from .presence import NotNullRule, UniqueRule
from .rule import Limits, Rule, Step
from .total import SumRule

if TYPE_CHECKING:
    from ...data.table import Table

RULES: dict[str, type[Rule]] = {
    "inequality": InequalityRule, "range": RangeRule, "bounds": BoundsRule, "fixed_combinations": CombinationsRule,
    "fixed_increments": IncrementsRule, "one_hot": OneHotRule, "unique": UniqueRule, "functional_dependency": DependencyRule,
    "sum": SumRule, "format": FormatRule, "not_null": NotNullRule, "predicate": PredicateRule,
}  # fmt: skip


class Layer:
    """Rules, the steps that build their columns, and the limits of single columns.

    Everything follows from the specs, the facts and `held`, so only these are stored. `held`: columns that conditions speak of,
    which are rebuilt only where there is no other way.
    """

    def __init__(self, specs: Sequence[Any], facts: Facts, held: Collection[str] = ()) -> None:
        self.specs = list(specs)
        self.facts = facts
        self.held = sorted(held)
        self.builders: dict[str, Rule] = {}  # by rebuilt column, the rule that it is rebuilt for
        self.rules = [RULES[spec.kind](index, spec, facts) for index, spec in enumerate(self.specs)]
        refuse_contradictions(self.rules)
        self.limits: dict[str, Limits] = {}
        for rule in self.rules:
            rule.limit(self.limits)
        self.steps: list[Step] = []
        self.dropped: dict[int, int] = {}  # by rule, the real rows that break it
        self.left_out = 0  # real rows that break any
        self.codecs: dict[str, ColumnCodec] = {}  # of the rebuilt columns: how conditions on them are read
        self._built: set[int] = set()
        self._plan()
        self.numeric = sorted({column for rule in self.rules for column in rule.columns if facts._numbers.get(column) is not None})

    @classmethod
    def fit(cls, table: Table, specs: Sequence[Any], conditions: Mapping[str, Any] | None = None) -> tuple[Layer, Table]:
        """The layer and the real rows that keep every constraint, for rows under `conditions`.

        Raises `InvalidInput` naming ``constraints[i]``, or ``conditions.COLUMN`` for one that no row can meet and keep the rules.
        """
        asks = parse_conditions(conditions, table.names) if conditions else {}
        held = condition_columns(conditions, table.names) if conditions else []
        layer = cls(specs, Facts(table.schema, table), held)
        refuse_clashes(layer.rules, asks, lambda name: fit_column(table[name])[0])
        keep = np.ones(table.n_rows, dtype=bool)
        dropped: dict[int, int] = {}
        for rule in layer.rules:
            broken = ~rule.holds(table.frame)
            count = int(broken.sum())
            if not count:
                continue
            if rule.spec.on_violation == "refuse":
                where = ", ".join(map(repr, rule.columns)) or "the rows"
                raise InvalidInput(
                    f"{rule.spec.kind} on {where}: {count:,} of {table.n_rows:,} real rows break it"
                    f" (the first is row {int(np.flatnonzero(broken)[0])})",
                    field=rule.field,
                    hint="mend the data or the rule, or leave these rows out with on_violation='drop_rows'",
                )
            dropped[rule.index] = count
            keep &= ~broken
        if dropped:
            if keep.sum() < 2:
                raise InvalidInput(f"the constraints leave {int(keep.sum())} real rows; at least 2 are needed", field="constraints")
            table = table.select_rows(np.flatnonzero(keep))
            layer = cls(specs, Facts(table.schema, table), held)
            layer.dropped, layer.left_out = dropped, int((~keep).sum())
        layer.codecs = {name: _codec(layer, table, name) for name in layer.targets}
        return layer, table

    @property
    def targets(self) -> list[str]:
        """The columns that are rebuilt, not learned."""
        return [target for step in self.steps for target in step.targets]

    @property
    def remembered(self) -> list[UniqueRule]:
        """The rules whose keys are compared with those of all rows before: they are held by rejection."""
        return [rule for rule in self.rules if isinstance(rule, UniqueRule) and self.how(rule) != "construction"]

    def learned_for(self, columns: Collection[str]) -> list[str]:
        """The columns that the engine learned which `columns` are, or are rebuilt from."""
        found: list[str] = []
        for name in columns:
            step = next((step for step in self.steps if name in step.targets), None)
            found += [name] if step is None else [*step.latent_names, *self.learned_for(step.sources)]
        return list(dict.fromkeys(found))

    def forward(self, table: Table) -> Table:
        """The table that the engine learns: latent columns in the place of those that steps rebuild."""
        from ...data.table import Table as TypedTable

        targets = {target for step in self.steps for target in step.targets}
        found: dict[str, tuple[ColumnSchema, pd.Series]] = {
            name: (self._learned(table.schema[name]), table.frame[name]) for name in table.names if name not in targets
        }
        for step in self.steps:
            found |= {schema.name: (schema, series) for schema, series in step.latents(table)}
        if not found:  # everything is rebuilt from nothing: the engine still needs the number of rows
            row = ColumnSchema(name="row", kind="constant", dtype="int64", missing=False, decimals=None)
            found = {"row": (row, pd.Series(np.zeros(table.n_rows, dtype=np.int64)))}
        frame = pd.DataFrame({name: series.reset_index(drop=True) for name, (_, series) in found.items()})
        return TypedTable(frame, TableSchema(columns=[schema for schema, _ in found.values()]))

    def backward(self, drawn: pd.DataFrame, draw: Draw) -> tuple[pd.DataFrame, dict[int, Mask]]:
        """Finished rows in the real table's columns and types, and for each limit which rows kept it before it was applied."""
        targets = {target for step in self.steps for target in step.targets}
        done = {name: drawn[name] for name in self.facts.schema.names if name not in targets}
        for name in self.numeric:
            if name in done:
                numbers = self.facts.numbers(name)
                assert numbers is not None
                done[name] = numbers.write(*numbers.read(done[name]))
        before = {
            rule.index: rule.holds(pd.DataFrame({rule.columns[0]: done[rule.columns[0]]}))
            for rule in self.rules
            if self._mends(rule) and rule.columns[0] in done
        }
        for name, limits in self.limits.items():
            if name in done:
                numbers = self.facts.numbers(name)
                assert numbers is not None
                ticks, missing = numbers.read(done[name])
                done[name] = numbers.write(limits.fit(ticks, numbers), missing)
        for step in self.steps:
            done |= step.rebuild(drawn, done, draw, self.limits)
        return pd.DataFrame({name: done[name] for name in self.facts.schema.names}, copy=False), before

    def how(self, rule: Rule) -> How:
        if rule.index in self._built:
            return "construction"
        return "repair" if self._mends(rule) else "rejection"

    def is_id(self, schema: ColumnSchema) -> bool:
        """Whether the column's values are made from the number of the row."""
        made = any(isinstance(rule, FormatRule) and rule.made and rule.spec.column == schema.name for rule in self.rules)
        return made or schema.pii is not None or self._learned(schema).kind == "id"

    def state(self) -> dict[str, Any]:
        return {
            "specs": [spec.model_dump(mode="json", by_alias=True) for spec in self.specs],
            "schema": self.facts.schema.model_dump(mode="json"),
            "facts": self.facts.state(),
            "held": self.held,
            "codecs": {name: [codec.kind, codec.state()] for name, codec in self.codecs.items() if not isinstance(codec, IdCodec)},
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Layer:
        schema = TableSchema.model_validate(state["schema"])
        specs = [parse_constraint(spec, index) for index, spec in enumerate(state["specs"])]
        layer = cls(specs, Facts.restore(schema, state["facts"]), state["held"])
        for name in layer.targets:
            kind, own = state["codecs"].get(name, (IdCodec.kind, {}))
            layer.codecs[name] = made_id(layer.facts, name) if kind == IdCodec.kind else restore_column(kind, own, {})
        return layer

    def _mends(self, rule: Rule) -> bool:
        return any(rule.index in limits.rules for limits in self.limits.values())

    def _learned(self, schema: ColumnSchema) -> ColumnSchema:
        """A single unique column of text or whole numbers is learned as an id: engines count those through the whole draw."""
        keys = [rule for rule in self.rules if isinstance(rule, UniqueRule) and rule.columns == [schema.name]]
        return schema.model_copy(update={"kind": "id"}) if keys and self._countable(schema) else schema

    def _countable(self, schema: ColumnSchema) -> bool:
        if schema.kind == "id":
            return True
        dtype, _ = self.facts.dtype(schema.name)
        text = (dtype == np.dtype(object) or isinstance(dtype, pd.StringDtype)) and schema.kind in ("categorical", "text")
        return schema.name not in self.limits and (text or schema.kind == "integer")

    def _plan(self) -> None:
        """Choose the steps: each column built once, no circle; the rules of lower rank choose first."""
        groups = self._groups()
        for group in groups:
            self.steps.append(GroupStep(self.facts, group))
            self.builders |= dict.fromkeys(group, next(rule for rule in self.rules if rule.columns and set(rule.columns) <= set(group)))
        covered = {rule.index for rule in self.rules if any(rule.columns and set(rule.columns) <= set(group) for group in groups)}
        self._built = {index for index in covered if not isinstance(self.rules[index], UniqueRule)}
        for rule in sorted(self.rules, key=lambda rule: (isinstance(rule, FormatRule) is False, rule.rank, rule.index)):
            needs = [] if rule.index in self._built else rule.needs()
            chosen: list[Step] = []
            for options in needs:
                step = next((option for option in self._by_conditions(options) if self._fits(option, chosen)), None)
                if step is not None:
                    chosen.append(step)
            self.steps += chosen
            self.builders |= {target: rule for step in chosen for target in step.targets}
            if needs and len(chosen) == len(needs) and all(step.sure for step in chosen):
                self._built.add(rule.index)
        self.steps = self._in_order()
        targets = {target for step in self.steps for target in step.targets}
        for rule in self.rules:
            if isinstance(rule, NotNullRule) and (rule.spec.column not in targets or rule.index in self._built):
                self._built.add(rule.index)
            if isinstance(rule, FormatRule) and rule.spec.column not in targets:
                self._built.add(rule.index)
            if isinstance(rule, UniqueRule) and len(rule.columns) == 1:
                (column,) = rule.columns
                made = any(isinstance(other, FormatRule) and other.index in self._built and other.made for other in self.rules
                           if other.columns == rule.columns)  # fmt: skip
                if made or (column not in targets and self._countable(self.facts.schema[column])):
                    self._built.add(rule.index)

    def _groups(self) -> list[list[str]]:
        """Columns that are drawn together as real combinations; rules that overlap share one group."""
        names = self.facts.schema.names
        groups: list[set[str]] = []

        def join(columns: set[str]) -> None:
            touched = [group for group in groups if group & columns]
            groups[:] = [group for group in groups if not group & columns] + [columns.union(*touched)]

        for rule in self.rules:
            if isinstance(rule, (CombinationsRule, OneHotRule)):
                join(set(rule.columns))
        for rule in self.rules:
            if isinstance(rule, DependencyRule) and any(group & set(rule.spec.dependent) for group in groups):
                join(set(rule.columns))
        return [sorted(group, key=names.index) for group in groups]

    def _by_conditions(self, options: list[Step]) -> list[Step]:
        """`options` in their order; those that leave the columns of conditions to the engine first, where the usual one would not."""
        usual = [step for step in options if step.sure]
        if not usual or not set(usual[0].targets) & set(self.held):
            return usual
        return [*(step for step in options if not set(step.targets) & set(self.held)), *usual]

    def _fits(self, step: Step, chosen: list[Step]) -> bool:
        """Whether no other step builds its targets, and no source hangs on them."""
        steps = [*self.steps, *chosen]
        if any(set(step.targets) & set(other.targets) for other in steps):
            return False
        reached = set(step.sources)
        grew = True
        while grew:
            further = {source for other in steps if set(other.targets) & reached for source in other.sources}
            grew = not further <= reached
            reached |= further
        return not reached & set(step.targets)

    def _in_order(self) -> list[Step]:
        """Sources before targets."""
        waiting, ordered = list(self.steps), []
        while waiting:
            open_targets = {target for step in waiting for target in step.targets}
            ready = next(step for step in waiting if not set(step.sources) & open_targets)
            waiting.remove(ready)
            ordered.append(ready)
        return ordered


def _codec(layer: Layer, table: Table, name: str) -> ColumnCodec:
    """How conditions on the rebuilt column `name` are read."""
    step = next(step for step in layer.steps if name in step.targets)
    if isinstance(step, TextStep):
        return made_id(layer.facts, name)
    column = table[name]
    listed = isinstance(step, (GroupStep, LookUpStep))
    plain = isinstance(column.series.dtype, pd.CategoricalDtype) or (listed and column.schema.kind not in NUMERIC_KINDS)
    return (LevelCodec if plain or column.missing.all() else NumericCodec).fit(column)[0]


def made_id(facts: Facts, name: str) -> IdCodec:
    """An id column of which only the gaps are known: its texts are made elsewhere."""
    return IdCodec({"name": name, "gated": facts.has_gaps(name)}, [])
