"""Sums: the total is not learned but added up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import Sum
from ..tabular.features import Draw
from ..tabular.plan import Places
from .asked import Asked, Term, in_steps, narrowed
from .numbers import Mask, Numbers, Values, common_step, scaled
from .rule import Admitted, Latents, Limits, Rule, Step

if TYPE_CHECKING:
    from ...data.table import Table

_RELATIVE = 1e-9  # how far a sum of floats without decimals may be off


class SumRule(Rule):
    rank: ClassVar[int] = 3
    spec: Sum

    def prepare(self) -> None:
        self.numbers_of = [self.number(column) for column in self.columns]
        for column, numbers in zip(self.columns, self.numbers_of, strict=True):
            self.facts.has_gaps(column)
            if numbers.is_datetime:
                raise InvalidInput(f"sum: column '{column}' holds datetimes, which have no sum", field=self.field)
        self._tolerance = self._half_unit()

    def holds(self, frame: pd.DataFrame) -> Mask:
        step = common_step(self.numbers_of)
        parts = [numbers.read(frame[column]) for column, numbers in zip(self.columns, self.numbers_of, strict=True)]
        gaps = np.logical_or.reduce([missing for _, missing in parts])
        values = [scaled(ticks, numbers, step) for (ticks, _), numbers in zip(parts, self.numbers_of, strict=True)]
        off = np.abs(values[0] - sum(values[1:]))
        if step is None:
            return np.asarray(gaps | (off <= float(self._tolerance) + _RELATIVE * np.abs(values[0])), dtype=bool)
        return np.asarray(gaps | (off <= int(self._tolerance / step)), dtype=bool)

    def needs(self) -> list[list[Step]]:
        return [[TotalStep(self), *(PartStep(self, part) for part in self.spec.parts)]]

    def _half_unit(self) -> Fraction:
        """Half a unit of the last decimal; 0 where total and parts count alike and no `decimals` is given."""
        if self.spec.decimals is not None:
            return Fraction(1, 2 * 10**self.spec.decimals)
        total, step = self.numbers_of[0].unit, common_step(self.numbers_of)
        return Fraction(0) if total is None or total == step else total / 2


class TotalStep(Step):
    def __init__(self, rule: SumRule) -> None:
        self._numbers: list[Numbers] = rule.numbers_of
        self.targets, self.sources = (rule.columns[0],), tuple(rule.columns[1:])
        self._beside = any(rule.facts.has_gaps(column) for column in rule.columns)

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        total, step = self._numbers[0], common_step(self._numbers)
        ends = None if self._beside else asked.ends(self.targets[0], total)
        if ends is None:
            return Admitted({}, exact=False)
        low, high = (in_steps(end, total.unit, step) for end in ends)
        if step is not None and total.unit is not None:  # the total is rounded to its own unit
            rounding = int(total.unit / step) // 2
            low, high = low - rounding, high + rounding
        terms = [Term(name, 1, numbers.unit, numbers) for name, numbers in zip(self.sources, self._numbers[1:], strict=True)]
        return Admitted(narrowed(low, high, terms, step, inner), exact=False)

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        name = self.targets[0]
        return {name: given[name]} if self._beside and name in given else {}

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        return shared_out(self.targets[0], self.sources, self._numbers, given, done)

    def latents(self, table: Table) -> Latents:
        """Where cells are missing the total is learned too: it counts where a part is missing, and says when it is itself."""
        name = self.targets[0]
        return [(table.schema[name], table.frame[name])] if self._beside else []

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        total, parts = self._numbers[0], self._numbers[1:]
        step = common_step(self._numbers)
        read = [numbers.read(done[name]) for name, numbers in zip(self.sources, parts, strict=True)]
        gaps: Mask = np.logical_or.reduce([missing for _, missing in read])
        added: Values = np.sum([scaled(ticks, numbers, step) for (ticks, _), numbers in zip(read, parts, strict=True)], axis=0)
        ticks = _rounded(added, total, step)
        missing = np.zeros(len(drawn), dtype=bool)
        if self._beside:
            alone, missing = total.read(drawn[self.targets[0]])
            ticks = np.where(gaps, alone, ticks)
        return {self.targets[0]: total.write(ticks, missing)}


class PartStep(Step):
    """One part is what the others leave of the total: for rows of which the total is given.

    A part that would lie beyond the real ones is moved to the nearest of them. The sum is wrong then, and the row is drawn again.
    """

    sure: ClassVar[bool] = False

    def __init__(self, rule: SumRule, part: str) -> None:
        at = rule.columns.index(part)
        self._to = rule.numbers_of[at]
        self._numbers: list[Numbers] = [numbers for place, numbers in enumerate(rule.numbers_of) if place != at]
        self.targets, self.sources = (part,), tuple(column for column in rule.columns if column != part)
        self._beside = any(rule.facts.has_gaps(column) for column in rule.columns)
        self._span = rule.facts.span(part)
        self._step = common_step([self._to, *self._numbers])

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        name = self.targets[0]
        return {name: given[name]} if self._beside and name in given else {}

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        """The total of parts that are given, and the parts of a total that is."""
        total, *others = self.sources
        numbers = [self._numbers[0], *self._numbers[1:], self._to]
        parts = [*others, self.targets[0]]
        found = shared_out(total, parts, numbers, given, done)
        whole = [name for name in parts if name in given]
        if len(whole) < len(parts):
            return found
        read = [part.read(given[name]) for name, part in zip(parts, numbers[1:], strict=True)]
        gaps: Mask = np.logical_or.reduce([missing for _, missing in read])
        added: Values = np.sum([scaled(ticks, part, self._step) for (ticks, _), part in zip(read, numbers[1:], strict=True)], axis=0)
        return found | {total: self._numbers[0].write(_rounded(added, self._numbers[0], self._step), gaps)}

    def latents(self, table: Table) -> Latents:
        """Where cells are missing the part is learned too: it counts where another is missing, and says when it is itself."""
        name = self.targets[0]
        return [(table.schema[name], table.frame[name])] if self._beside else []

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        read = [numbers.read(done[name]) for name, numbers in zip(self.sources, self._numbers, strict=True)]
        gaps: Mask = np.logical_or.reduce([missing for _, missing in read])
        values = [scaled(ticks, numbers, self._step) for (ticks, _), numbers in zip(read, self._numbers, strict=True)]
        left: Values = values[0] - np.sum(values[1:], axis=0)
        if self._step is None:
            ticks = left if self._to.unit is None else np.rint(left / float(self._to.unit)).astype(np.int64)
        else:
            assert self._to.unit is not None
            ticks = left // int(self._to.unit / self._step)
        ticks = np.clip(ticks, *self._span)
        missing = np.zeros(len(drawn), dtype=bool)
        if self._beside:
            alone, missing = self._to.read(drawn[self.targets[0]])
            ticks = np.where(gaps, alone, ticks)
        return {self.targets[0]: self._to.write(ticks, missing)}


def shared_out(
    total: str, parts: Sequence[str], numbers: Sequence[Numbers], given: pd.DataFrame, done: pd.DataFrame
) -> dict[str, pd.Series]:
    """Parts that are not given, so scaled from what was drawn that they add up to a total that is; `numbers` of the total first."""
    if total not in given:
        return {}
    step = common_step(list(numbers))
    wanted, no_total = numbers[0].read(given[total])
    known = np.array([given[name].notna().to_numpy() if name in given else np.zeros(len(given), dtype=bool) for name in parts])
    cells = [given[name].where(given[name].notna(), done[name]) if name in given else done[name] for name in parts]
    read = [part.read(series) for series, part in zip(cells, numbers[1:], strict=True)]
    values: Values = np.array([scaled(ticks, part, step) for (ticks, _), part in zip(read, numbers[1:], strict=True)])
    rest = scaled(wanted, numbers[0], step) - np.where(known, values, 0).sum(axis=0)
    free = np.where(known, 0, values)
    sums = free.sum(axis=0)
    scale = np.where((sums > 0) & (rest >= 0), rest / np.where(sums > 0, sums, 1), 1.0)
    shares = free * scale
    ratios = [1 if step is None or part.unit is None else int(part.unit / step) for part in numbers[1:]]
    if step is not None:
        shares = np.floor(shares / np.array(ratios)[:, None]).astype(np.int64) * np.array(ratios)[:, None]
    # What rounding leaves goes to the part that counts finest, of several to the largest.
    finest = np.where(known, np.inf, np.array(ratios, dtype=np.float64)[:, None] - np.abs(free) / (np.abs(free).max() + 1.0) / 2)
    last = finest.argmin(axis=0)
    rows = np.arange(len(given))
    shares[last, rows] += rest - np.where(known, 0, shares).sum(axis=0)
    skip = no_total | known.all(axis=0) | np.logical_or.reduce([missing for _, missing in read])
    found = {}
    for at, (name, part) in enumerate(zip(parts, numbers[1:], strict=True)):
        ticks = shares[at] // ratios[at]
        if step is None and part.unit is not None:
            ticks = np.rint(shares[at] / float(part.unit)).astype(np.int64)
        found[name] = part.write(ticks if step is not None or part.unit is not None else shares[at], skip | known[at])
    return found


def _rounded(added: Values, total: Numbers, step: Fraction | None) -> Values:
    """Sums in `step`s as ticks of `total`."""
    if step is None:
        return added if total.unit is None else np.rint(added / float(total.unit)).astype(np.int64)
    assert total.unit is not None
    ratio = int(total.unit / step)
    return np.asarray((added + ratio // 2) // ratio)
