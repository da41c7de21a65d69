"""Inequalities between columns: the upper one is learned as its distance from the lower one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import InvalidInput, did_you_mean
from ...models.constraints import Inequality
from ..tabular.features import Draw
from ..tabular.plan import Places
from .asked import Asked, Term, in_steps, narrowed
from .facts import Facts
from .numbers import Mask, Values, common_step, scaled
from .rule import Admitted, Latents, Limits, Rule, Step, drawn_ticks, fresh_name, nullable, whole_column

if TYPE_CHECKING:
    from ...data.table import Table


class InequalityRule(Rule):
    rank: ClassVar[int] = 4
    spec: Inequality

    def _columns(self) -> list[str]:
        low, high, names = self.spec.low, self.spec.high, self.facts.schema.names
        for name, other in ((low, high), (high, low)):
            if isinstance(name, str) and name not in names and not (isinstance(other, str) and other in names and _is_date(name)):
                raise InvalidInput(f"inequality: there is no column '{name}'", field=self.field, hint=did_you_mean(name, names))
        found = [side for side in (low, high) if isinstance(side, str) and side in names]
        if not found:
            raise InvalidInput("inequality: low or high must be a column", field=self.field)
        return found

    def prepare(self) -> None:
        self.alike(self.columns)
        self.facts.span(self.columns[-1])
        self.facts.span(self.columns[0])

    def holds(self, frame: pd.DataFrame) -> Mask:
        if len(self.columns) == 2:
            return ordered(self.facts, frame, self.columns[0], self.columns[1], self.spec.strict)
        limits: dict[str, Limits] = {}
        self.limit(limits)
        return within(limits[self.columns[0]], self.facts, frame, self.columns[0])

    def needs(self) -> list[list[Step]]:
        return [gap_steps(self.facts, self.columns[0], self.columns[1], self.spec.strict)] if len(self.columns) == 2 else []

    def limit(self, limits: dict[str, Limits]) -> None:
        if len(self.columns) == 2:
            return
        column = self.columns[0]
        numbers = self.number(column)
        own = limits.setdefault(column, Limits())
        if self.spec.low == column:
            own.narrow(None, numbers.constant(self.spec.high, self.index), self.spec.strict, self.index)
        else:
            own.narrow(numbers.constant(self.spec.low, self.index), None, self.spec.strict, self.index)


class RangeRule(Rule):
    rank: ClassVar[int] = 4

    def prepare(self) -> None:
        self.alike(self.columns)
        for column in self.columns:
            self.facts.span(column)

    def holds(self, frame: pd.DataFrame) -> Mask:
        low, middle, high = self.columns
        strict = self.spec.strict
        kept = ordered(self.facts, frame, low, middle, strict) & ordered(self.facts, frame, middle, high, strict)
        return kept & ordered(self.facts, frame, low, high, strict)  # low and high bind each other where middle is missing

    def needs(self) -> list[list[Step]]:
        low, middle, high = self.columns
        found = [gap_steps(self.facts, low, middle, self.spec.strict), gap_steps(self.facts, middle, high, self.spec.strict)]
        # A missing middle leaves low and high unbound: those rows are left to rejection.
        return [] if self.facts.has_gaps(middle) else found


class GapStep(Step):
    """`target` = `source` + direction × gap, with gap ≥ `least`."""

    def __init__(self, facts: Facts, target: str, source: str, direction: int, strict: bool) -> None:
        self.facts = facts
        self.targets, self.sources = (target,), (source,)
        self._direction = direction
        self._strict = strict
        to, origin = facts.numbers(target), facts.numbers(source)
        assert to is not None and origin is not None
        self._to, self._from = to, origin
        self._step = common_step([self._to, self._from])
        self._name = fresh_name(f"gap {source} → {target}", facts.schema.names)
        self.latent_names = (self._name,)
        self._span = facts.span(target)
        self._beside = facts.has_gaps(target) or facts.has_gaps(source)  # the target is learned beside the gap

    def latents(self, table: Table) -> Latents:
        to, no_to = self._to.read(table[self.targets[0]].series)
        source, no_source = self._from.read(table[self.sources[0]].series)
        gap = self._direction * (scaled(to, self._to, self._step) - scaled(source, self._from, self._step))
        found = [whole_column(self._name, gap, no_to | no_source)]
        return [*found, (table.schema[self.targets[0]], table.frame[self.targets[0]])] if self._beside else found

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        name = self.targets[0]
        ticks, no_source = self._from.read(done[self.sources[0]])
        gap, no_gap = drawn_ticks(drawn[self._name])
        base = scaled(ticks, self._from, self._step)
        far = base + self._direction * gap
        if self._step is None:
            to, margin = self._floats(far), None
            margin = base if not self._strict else np.nextafter(base, np.inf * self._direction)
            margin = self._floats(margin, outward=True)
        else:
            unit = self._to.unit
            assert unit is not None
            ratio = int(unit / self._step)
            to = far // ratio
            edge = base + self._direction * int(self._strict)
            margin = -(-edge // ratio) if self._direction > 0 else edge // ratio
        alone, missing = (to, no_gap) if not self._beside else self._to.read(drawn[name])
        to = np.where(no_source | no_gap, alone, to)
        own = limits.get(name, Limits())
        to = np.clip(to, *self._span)
        free = own.fit(to, self._to)
        held = own.fit(to, self._to, least=margin) if self._direction > 0 else own.fit(to, self._to, most=margin)
        return {name: self._to.write(np.where(no_source, free, held), missing)}

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        name = self.targets[0]
        ends = None if self._beside else asked.ends(name, self._to)
        if ends is None:
            return Admitted({}, exact=False)
        # Values beyond the real ones are moved to the last of them: there the side is open.
        low = in_steps(ends[0], self._to.unit, self._step) if ends[0] > self._span[0] else -math.inf
        high = in_steps(ends[1], self._to.unit, self._step) if ends[1] < self._span[1] else math.inf
        gap = Term(self._name, self._direction, self._step)
        return Admitted(narrowed(low, high, [Term(self.sources[0], 1, self._from.unit, self._from), gap], self._step, inner), exact=False)

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        target, source = self.targets[0], self.sources[0]
        if target not in given:
            return {}
        found = {target: given[target]} if self._beside else {}
        if source not in given:
            return found
        to, no_to = self._to.read(given[target])
        base, no_base = self._from.read(given[source])
        gap = self._direction * (scaled(to, self._to, self._step) - scaled(base, self._from, self._step))
        return found | {self._name: nullable(gap, no_to | no_base)}

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        """A source that is not given lies the drawn gap away from a target that is."""
        target, source = self.targets[0], self.sources[0]
        if target not in given:
            return {}
        to, no_to = self._to.read(given[target])
        gap, no_gap = drawn_ticks(drawn[self._name])
        raw = scaled(to, self._to, self._step) - self._direction * gap
        if self._step is None:
            unit = self._from.unit
            ticks = raw if unit is None else np.rint(raw / float(unit)).astype(np.int64)
        else:
            assert self._from.unit is not None
            ratio = int(self._from.unit / self._step)
            ticks = raw // ratio if self._direction > 0 else -(-raw // ratio)
        open_ = no_to | no_gap | done[source].isna().to_numpy()
        return {source: self._from.write(ticks, open_)}

    def _floats(self, values: Values, outward: bool = False) -> Values:
        """Values as ticks of the target, which may have a grid although the source has none."""
        if self._to.unit is None:
            return values
        raw = values / float(self._to.unit)
        near = np.rint(raw)
        if outward:
            near = np.ceil(raw) if self._direction > 0 else np.floor(raw)
            if self._strict:
                near = np.where(near == raw, near + self._direction, near)
        return np.asarray(near, dtype=np.int64)


def gap_steps(facts: Facts, low: str, high: str, strict: bool) -> list[Step]:
    """The two ways to hold ``low <= high``; none where the numbers are too large for exact differences."""
    first, second = facts.numbers(low), facts.numbers(high)
    assert first is not None and second is not None
    try:
        for name, numbers in ((low, first), (high, second)):
            scaled(np.array(facts.span(name)), numbers, common_step([first, second]))
    except OverflowError:
        return []
    return [GapStep(facts, high, low, 1, strict), GapStep(facts, low, high, -1, strict)]


def ordered(facts: Facts, frame: pd.DataFrame, low: str, high: str, strict: bool) -> Mask:
    """Where ``low <= high`` or one is missing."""
    first, second = facts.numbers(low), facts.numbers(high)
    assert first is not None and second is not None
    below, no_low = first.read(frame[low])
    above, no_high = second.read(frame[high])
    step = common_step([first, second])
    try:
        left, right = scaled(below, first, step), scaled(above, second, step)
    except OverflowError:  # whole numbers of any size, row by row
        assert first.unit is not None and second.unit is not None
        left = np.array([tick * first.unit for tick in below.tolist()], dtype=object)
        right = np.array([tick * second.unit for tick in above.tolist()], dtype=object)
    return np.asarray(left < right if strict else left <= right, dtype=bool) | no_low | no_high


def within(limits: Limits, facts: Facts, frame: pd.DataFrame, column: str) -> Mask:
    """Where the column lies in `limits` or is missing."""
    numbers = facts.numbers(column)
    assert numbers is not None
    ticks, missing = numbers.read(frame[column])
    return np.asarray(limits.fit(ticks, numbers) == ticks, dtype=bool) | missing


def _is_date(text: str) -> bool:
    try:
        pd.Timestamp(text)
    except ValueError:
        return False
    return bool(text)
