"""Sums: the total is not learned but added up."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import Sum
from ..tabular.features import Draw
from .numbers import Mask, Numbers, Values, common_step, scaled
from .rule import Latents, Limits, Rule, Step

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
        return [[TotalStep(self)]]

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
        if step is None:
            ticks = added if total.unit is None else np.rint(added / float(total.unit)).astype(np.int64)
        else:
            assert total.unit is not None
            ratio = int(total.unit / step)
            ticks = (added + ratio // 2) // ratio
        missing = np.zeros(len(drawn), dtype=bool)
        if self._beside:
            alone, missing = total.read(drawn[self.targets[0]])
            ticks = np.where(gaps, alone, ticks)
        return {self.targets[0]: total.write(ticks, missing)}
