"""Utility: does a model trained on synthetic rows work on real ones?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Learner, macro_auc, r_squared
from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped, span

Floats = npt.NDArray[np.float64]

TARGET_NAME = re.compile(r"(^|_)(target|label|class|income|outcome|y|churn|churned|default|defaulted)$", re.IGNORECASE)
MAX_CLASSES = 20
LEAST_AUC = 0.55  # below, real data itself cannot predict the target, and a ratio would be noise
LEAST_R2 = 0.05


class TrainSyntheticTestReal(Measure):
    """Train on synthetic, test on real (TSTR), against train on real, test on real (TRTR), with equal numbers of rows."""

    id = "tstr_ratio"
    dimension = "utility"
    title = "Train on synthetic, test on real"
    unit = "ratio"
    source = "Esteban, Hyland and Rätsch 2017, Real-valued (medical) time series generation with recurrent conditional GANs"
    max_rows = 20_000
    min_rows = 20

    def run(self, comparison: Comparison) -> Finding | Skipped:
        target = _target(comparison)
        if target is None:
            return Skipped("no column can serve as a target")
        features = [field for field in comparison.modelled if field.name != target.name and field.kind != "constant"]
        if not features:
            return Skipped(f"no column is left to predict '{target.name}' from")
        split = self._split(comparison)
        if split is None:
            return Skipped(f"needs at least {self.min_rows} rows to train on and to test on")
        train, synthetic, shuffled, (test_role, test_rows) = split
        test = comparison.table(test_role).take(test_rows)
        task = _Task(Learner(features, comparison.seed), target, *_classes(target, train), test)
        if task.n_test < self.min_rows:
            return Skipped(f"the target '{target.name}' is missing in the rows to test on")
        real_fit, synthetic_fit, floor_fit = (task.predictions(table) for table in (train, synthetic, shuffled))
        weights = comparison.resamples(test_role).of_rows(test_rows[task.known])
        real, value, floor = (float(task.merit(fit)[0]) for fit in (real_fit, synthetic_fit, floor_fit))
        if not real > (LEAST_R2 if target.is_numeric else LEAST_AUC):
            return Skipped(f"even real rows do not predict '{target.name}' ({task.metric} {real:.2f})")
        replicates = np.maximum(task.merit(synthetic_fit, weights), 0) / np.maximum(task.merit(real_fit, weights), 1e-6)
        ratio, floor_ratio = max(value, 0.0) / real, max(floor, 0.0) / real
        return Finding(
            ratio,
            span(floor_ratio, 1.0, worst=0.0 if target.is_numeric else 0.5 / real),
            1.0,
            f"Models that predict '{target.name}' reach {task.metric} {value:.3f} when trained on synthetic rows, {real:.3f} on real rows.",
            {
                "target": target.name,
                "metric": task.metric,
                "synthetic": round(value, 6),
                "real": round(real, 6),
                "shuffled": round(floor, 6),
                "train_rows": train.n_rows,
                "test_rows": task.n_test,
                "tested_on": test_role,
                "floor": "trained on shuffled columns",
            },
            replicates,
        )

    def _split(self, comparison: Comparison) -> tuple[Encoded, Encoded, Encoded, tuple[str, npt.NDArray[np.intp]]] | None:
        """(real train, synthetic train, shuffled train, (role, rows) to test on); the three train tables have the same size."""
        if comparison.holdout is not None:
            role, candidates = "holdout", np.arange(comparison.real.n_rows)
            test = comparison.pick("holdout", self.max_rows, f"{self.id}:test")
        else:
            role = "real"
            candidates, test = comparison.halves
        size = min(len(candidates), comparison.synthetic.n_rows, self.max_rows)
        if min(size, len(test)) < self.min_rows:
            return None
        rng = comparison.rng(f"{self.id}:train")
        train = comparison.real.take(np.sort(rng.choice(candidates, size=size, replace=False)))
        synthetic = comparison.synthetic.take(comparison.pick("synthetic", size, self.id))
        return train, synthetic, train.shuffled(rng), (role, test)


@dataclass(frozen=True)
class _Task:
    """One prediction task. `classes` maps a discrete target's codes (missing last) to class numbers, -1 for rows left out."""

    learner: Learner
    target: Field
    classes: npt.NDArray[np.int64]
    n_classes: int
    test: Encoded

    @property
    def metric(self) -> str:
        return "R²" if self.target.is_numeric else "AUC"

    @property
    def known(self) -> npt.NDArray[np.intp]:
        """Rows of `test` where the target is present."""
        return np.flatnonzero(self._usable(self.test))

    @property
    def n_test(self) -> int:
        return len(self.known)

    def predictions(self, train: Encoded) -> Floats:
        """For the known test rows: (n_test, n_classes) probabilities, or (n_test,) values of a numeric target."""
        rows = np.flatnonzero(self._usable(train))
        features, wanted = self.learner.matrix(train.take(rows)), self._wanted(train)[rows]
        test = self.learner.matrix(self.test.take(self.known))
        if self.target.is_numeric:
            if len(wanted) == 0 or wanted.min() == wanted.max():
                return np.full(len(test), wanted[0] if len(wanted) else 0.0)
            return self.learner.fit_regressor(features, wanted)(test)
        if len(np.unique(wanted)) < 2:
            return np.zeros((len(test), self.n_classes))
        return self.learner.fit_classifier(features, wanted, self.n_classes)(test)

    def merit(self, predictions: Floats, weights: npt.NDArray[np.float32] | None = None) -> Floats:
        """AUC or R²: (1,), or (replicates,) under `weights`."""
        actual = self._wanted(self.test)[self.known]
        return r_squared(predictions, actual, weights) if self.target.is_numeric else macro_auc(predictions, actual, weights)

    def _wanted(self, table: Encoded) -> npt.NDArray[Any]:
        column = table[self.target.name]
        return column if self.target.is_numeric else self.classes[column]

    def _usable(self, table: Encoded) -> npt.NDArray[np.bool_]:
        wanted = self._wanted(table)
        usable: npt.NDArray[np.bool_] = ~np.isnan(wanted) if self.target.is_numeric else wanted >= 0
        return usable


def _classes(target: Field, train: Encoded) -> tuple[npt.NDArray[np.int64], int]:
    """The most frequent levels in real as classes, one more for the rest where there are too many."""
    if target.is_numeric:
        return np.empty(0, dtype=np.int64), 0
    column = train[target.name]
    counts = np.bincount(column[column >= 0], minlength=target.n_levels)
    frequent = np.argsort(-counts, kind="stable")[: min(MAX_CLASSES, int((counts > 0).sum()))]
    rest = len(frequent) < int((counts > 0).sum())
    classes = np.full(target.n_levels + 1, len(frequent) if rest else -1, dtype=np.int64)
    classes[frequent] = np.arange(len(frequent))
    classes[-1] = -1
    return classes, len(frequent) + rest


def _target(comparison: Comparison) -> Field | None:
    """The asked-for target, else a column with a telling name, else the last small discrete one, else the last numeric."""
    fields = [field for field in comparison.modelled if field.kind != "constant"]
    if comparison.target is not None:
        return next((field for field in fields if field.name == comparison.target), None)
    small = [field for field in fields if not field.is_numeric and field.n_real <= MAX_CLASSES]
    named = [field for field in fields if TARGET_NAME.search(field.name) and (field.is_numeric or field in small)]
    numeric = [field for field in fields if field.is_numeric]
    for group in (named, small, numeric):
        if group:
            return group[-1]
    return None
