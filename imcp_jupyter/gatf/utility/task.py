"""A prediction task: which column is predicted, from what, and how good predictions are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Learner, Predict, macro_auc, r_squared
from ..comparison import Comparison, Encoded, Field

Floats = npt.NDArray[np.float64]

TARGET_NAME = re.compile(r"(^|_)(target|label|class|income|outcome|y|churn|churned|default|defaulted)$", re.IGNORECASE)
MAX_CLASSES = 20
LEAST_AUC = 0.55  # below, real data itself cannot predict the target, and a ratio would be noise
LEAST_R2 = 0.05


@dataclass(frozen=True)
class Task:
    """One prediction task. `classes` maps a discrete target's codes (missing last) to class numbers, -1 for rows left out."""

    learner: Learner
    target: Field
    classes: npt.NDArray[np.int64]
    n_classes: int

    @property
    def metric(self) -> str:
        return "R²" if self.target.is_numeric else "AUC"

    @property
    def least(self) -> float:
        """Merit that real rows must reach for a comparison to say anything."""
        return LEAST_R2 if self.target.is_numeric else LEAST_AUC

    @property
    def worst(self) -> float:
        """Merit of guessing."""
        return 0.0 if self.target.is_numeric else 0.5

    def known(self, table: Encoded) -> npt.NDArray[np.intp]:
        """Rows where the target is present."""
        wanted = self.wanted(table)
        return np.flatnonzero(~np.isnan(wanted) if self.target.is_numeric else wanted >= 0)

    def wanted(self, table: Encoded) -> npt.NDArray[Any]:
        """(n_rows,) class numbers, or values of a numeric target."""
        column = table[self.target.name]
        return column if self.target.is_numeric else self.classes[column]

    def learn(self, train: Encoded) -> Predict:
        """From (n, n_features) to (n, n_classes) probabilities, or (n,) values; a constant where `train` holds but one class or value."""
        rows = self.known(train)
        wanted = self.wanted(train)[rows]
        if self.target.is_numeric:
            if len(wanted) == 0 or wanted.min() == wanted.max():
                value = float(wanted[0]) if len(wanted) else 0.0
                return lambda features: np.full(len(features), value)
            return self.learner.fit_regressor(self.learner.matrix(train.take(rows)), wanted)
        if len(np.unique(wanted)) < 2:
            only = np.zeros(self.n_classes)
            only[wanted[:1]] = 1.0
            return lambda features: np.tile(only, (len(features), 1))
        return self.learner.fit_classifier(self.learner.matrix(train.take(rows)), wanted, self.n_classes)

    def merit(self, predictions: Floats, actual: npt.NDArray[Any], weights: npt.NDArray[np.float32] | None = None) -> Floats:
        """AUC or R²: (1,), or (replicates,) under `weights`."""
        return r_squared(predictions, actual, weights) if self.target.is_numeric else macro_auc(predictions, actual, weights)

    def losses(self, predictions: Floats, actual: npt.NDArray[Any]) -> Floats:
        """(n_rows,) Brier scores over all classes, or squared errors."""
        if self.target.is_numeric:
            squared: Floats = (predictions - actual) ** 2
            return squared
        missed: Floats = (predictions**2).sum(axis=1) - 2 * predictions[np.arange(len(actual)), actual] + 1
        return missed


def main_target(comparison: Comparison) -> Field | None:
    """The asked-for target, else a column with a telling name, else the last small discrete one, else the last numeric."""
    fields = varying(comparison)
    if comparison.target is not None:
        return next((field for field in fields if field.name == comparison.target), None)
    small = [field for field in fields if not field.is_numeric and field.n_real <= MAX_CLASSES]
    named = [field for field in fields if TARGET_NAME.search(field.name) and (field.is_numeric or field in small)]
    numeric = [field for field in fields if field.is_numeric]
    for group in (named, small, numeric):
        if group:
            return group[-1]
    return None


def varying(comparison: Comparison) -> list[Field]:
    return [field for field in comparison.modelled if field.kind != "constant"]


def classes_of(target: Field, train: Encoded, max_classes: int) -> tuple[npt.NDArray[np.int64], int]:
    """Map from codes to classes, and their number: the most frequent levels of `train`, one more for the rest where there are too many."""
    if target.is_numeric:
        return np.empty(0, dtype=np.int64), 0
    column = train[target.name]
    counts = np.bincount(column[column >= 0], minlength=target.n_levels)
    frequent = np.argsort(-counts, kind="stable")[: min(max_classes, int((counts > 0).sum()))]
    rest = len(frequent) < int((counts > 0).sum())
    classes = np.full(target.n_levels + 1, len(frequent) if rest else -1, dtype=np.int64)
    classes[frequent] = np.arange(len(frequent))
    classes[-1] = -1
    return classes, len(frequent) + rest
