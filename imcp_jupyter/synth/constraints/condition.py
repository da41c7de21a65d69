"""Predicates: held by drawing again the rows that break them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import Predicate
from .expression import Expression
from .numbers import Mask
from .rule import Rule

FUNCTION = "python:"  # how a stored model notes a function, which it cannot hold


class PredicateRule(Rule):
    spec: Predicate

    def _columns(self) -> list[str]:
        if not isinstance(self.spec.where, str):
            return []
        if self.spec.where.startswith(FUNCTION):
            raise InvalidInput(
                f"this model was fitted with the Python function '{self.spec.where.split(':')[1]}' as a constraint, which a model file "
                "cannot hold",
                field=self.field,
                hint="draw the rows in the call that fits, or write the predicate as an expression",
            )
        self._expression = Expression(self.spec.where, self.field)
        return self._expression.columns

    def holds(self, frame: pd.DataFrame) -> Mask:
        if isinstance(self.spec.where, str):
            return self._expression.holds(frame)
        try:
            mask = self.spec.where(frame.copy())
        except Exception as error:
            raise InvalidInput(f"predicate: the function raised {type(error).__name__}: {error}", field=self.field) from error
        mask = np.asarray(mask)
        if mask.shape != (len(frame),) or mask.dtype != bool:
            raise InvalidInput("predicate: the function must give one True or False per row", field=self.field)
        return mask
