"""Models of one task, trained on real, synthetic, resampled and shuffled rows, and what they predict for real rows."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..classifier import Learner, Predict
from ..comparison import Comparison, Encoded, Field
from ..measure import Skipped
from .task import MAX_CLASSES, Task, classes_of, main_target, varying

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Trained = Literal["real", "synthetic", "again", "shuffled"]

MAX_ROWS = 20_000
MIN_ROWS = 20


class Models:
    """Models of `task` by what they were trained on, all on equally many rows, each fitted when first asked for.

    'again' is trained on a bootstrap sample of the real training rows: as far from 'real' as chance alone takes a model.
    `test_rows` are positions in the table `test_role`, at those where the target is known.
    """

    def __init__(self, task: Task, train: dict[Trained, Encoded], test: Encoded, test_role: str, test_rows: Rows) -> None:
        self.task, self.test_role = task, test_role
        self.n_train = train["real"].n_rows
        known = task.known(test)
        self.test, self.test_rows = test.take(known), test_rows[known]
        self._train = train
        self._fitted: dict[Trained, Predict] = {}
        self._predicted: dict[Trained, Floats] = {}

    def smaller(self, learner: Learner, max_rows: int, rng: np.random.Generator) -> Models:
        """The same task for another learner, on at most `max_rows` of the rows to train on and to test on."""
        task = dataclasses.replace(self.task, learner=learner)
        train = {name: table.take(_some(table.n_rows, max_rows, rng)) for name, table in self._train.items()}
        kept = _some(self.n_test, max_rows, rng)
        return Models(task, train, self.test.take(kept), self.test_role, self.test_rows[kept])

    @property
    def n_test(self) -> int:
        return len(self.test_rows)

    @cached_property
    def features(self) -> Floats:
        """(n_test, n_features)."""
        return self.task.learner.matrix(self.test)

    @cached_property
    def actual(self) -> npt.NDArray[Any]:
        """(n_test,) class numbers or values."""
        return self.task.wanted(self.test)

    def fitted(self, trained: Trained) -> Predict:
        if trained not in self._fitted:
            self._fitted[trained] = self.task.learn(self._train[trained])
        return self._fitted[trained]

    def predictions(self, trained: Trained) -> Floats:
        """(n_test, n_classes) probabilities, or (n_test,) values of a numeric target."""
        if trained not in self._predicted:
            self._predicted[trained] = self.fitted(trained)(self.features)
        return self._predicted[trained]

    def merit(self, trained: Trained) -> float:
        return float(self.task.merit(self.predictions(trained), self.actual)[0])

    def merits(self, trained: Trained, weights: npt.NDArray[np.float32]) -> Floats:
        """(replicates,) merit under (n_test, replicates) `weights`."""
        return self.task.merit(self.predictions(trained), self.actual, weights)


def main_models(comparison: Comparison) -> Models | Skipped:
    """Models of the main target: the same for every check of a run."""
    return comparison.once("main_models", lambda: _main_models(comparison))


def _main_models(comparison: Comparison) -> Models | Skipped:
    target = main_target(comparison)
    if target is None:
        return Skipped("no column can serve as a target")
    features = [field for field in varying(comparison) if field.name != target.name]
    if not features:
        return Skipped(f"no column is left to predict '{target.name}' from")
    return models_of(target, features, comparison, MAX_ROWS, "tstr_ratio")


def models_of(target: Field, features: list[Field], comparison: Comparison, max_rows: int, purpose: str) -> Models | Skipped:
    """Models of `target`, or why there are none; at most `max_rows` rows to train on and to test on."""
    if comparison.holdout is not None:
        role, candidates = "holdout", np.arange(comparison.real.n_rows)
        test_rows = comparison.pick("holdout", max_rows, f"{purpose}:test")
    else:
        role = "real"
        candidates, test_rows = comparison.halves
        test_rows = test_rows[:max_rows]
    size = min(len(candidates), comparison.synthetic.n_rows, max_rows)
    if min(size, len(test_rows)) < MIN_ROWS:
        return Skipped(f"needs at least {MIN_ROWS} rows to train on and to test on")
    rng = comparison.rng(f"{purpose}:train")
    real = comparison.real.take(np.sort(rng.choice(candidates, size=size, replace=False)))
    train: dict[Trained, Encoded] = {
        "real": real,
        "synthetic": comparison.synthetic.take(comparison.pick("synthetic", size, purpose)),
        "shuffled": real.shuffled(rng),
        "again": real.take(np.sort(rng.choice(size, size=size))),
    }
    task = Task(Learner(features, comparison.seed), target, *classes_of(target, real, MAX_CLASSES))
    models = Models(task, train, comparison.table(role).take(test_rows), role, test_rows)
    if models.n_test < MIN_ROWS:
        return Skipped(f"the target '{target.name}' is missing in the rows to test on")
    if not models.merit("real") > task.least:
        return Skipped(f"even real rows do not predict '{target.name}' ({task.metric} {models.merit('real'):.2f})")
    return models


def _some(n_rows: int, limit: int, rng: np.random.Generator) -> Rows:
    return np.sort(rng.permutation(n_rows)[:limit])
