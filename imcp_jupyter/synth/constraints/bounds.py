"""Fixed limits and fixed increments of one column: values outside are moved to the nearest that is allowed."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import Bounds, FixedIncrements
from .numbers import Mask
from .order import within
from .rule import Limits, Rule


class BoundsRule(Rule):
    spec: Bounds

    def prepare(self) -> None:
        column = self.spec.column
        numbers = self.number(column)
        if self.spec.sign is not None and numbers.is_datetime:
            raise InvalidInput(f"bounds: column '{column}' holds datetimes, which have no sign", field=self.field)
        self.facts.span(column)
        low = None if self.spec.min is None else numbers.constant(self.spec.min, self.index)
        high = None if self.spec.max is None else numbers.constant(self.spec.max, self.index)
        if low is not None and high is not None and (low > high or (low == high and self.spec.strict)):
            raise InvalidInput(f"bounds: no value lies between {self.spec.min} and {self.spec.max}", field=self.field)

    def limit(self, limits: dict[str, Limits]) -> None:
        own = limits.setdefault(self.spec.column, Limits())
        numbers = self.number(self.spec.column)
        strict = self.spec.strict
        if self.spec.sign == "positive":
            own.narrow(Fraction(0), None, strict, self.index)
        if self.spec.sign == "negative":
            own.narrow(None, Fraction(0), strict, self.index)
        if self.spec.min is not None:
            own.narrow(numbers.constant(self.spec.min, self.index), None, strict, self.index)
        if self.spec.max is not None:
            own.narrow(None, numbers.constant(self.spec.max, self.index), strict, self.index)

    def holds(self, frame: pd.DataFrame) -> Mask:
        limits: dict[str, Limits] = {}
        self.limit(limits)
        return within(limits[self.spec.column], self.facts, frame, self.spec.column)


class IncrementsRule(Rule):
    """Multiples of a step; a column has one step, which a second rule makes coarser."""

    rank: ClassVar[int] = 5
    spec: FixedIncrements

    def prepare(self) -> None:
        if self.number(self.spec.column).is_datetime:
            raise InvalidInput(f"fixed_increments: column '{self.spec.column}' holds datetimes, not numbers", field=self.field)
        self.facts.span(self.spec.column)

    def limit(self, limits: dict[str, Limits]) -> None:
        own = limits.setdefault(self.spec.column, Limits())
        own.coarsen(Fraction(str(self.spec.step)), self.index)

    def holds(self, frame: pd.DataFrame) -> Mask:
        limits: dict[str, Limits] = {}
        self.limit(limits)
        return within(limits[self.spec.column], self.facts, frame, self.spec.column)
