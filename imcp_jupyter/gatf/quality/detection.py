"""Can a model tell synthetic rows from real ones?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..classifier import Learner, auc
from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped, span

Floats = npt.NDArray[np.float64]


class ClassifierTwoSample(Measure):
    """Can a model tell synthetic rows from real ones? Scores cross-fitted on two folds."""

    id = "c2st"
    dimension = "quality"
    title = "Classifier two-sample test"
    unit = "AUC"
    source = "Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests"
    weight = 1.5  # the one check that sees every dependence at once
    max_rows = 10_000
    min_rows = 20

    def run(self, comparison: Comparison) -> Finding | Skipped:
        role = comparison.reference
        limit = min(self.max_rows, comparison.synthetic.n_rows, comparison.table(role).n_rows)
        if min(limit, comparison.real.n_rows) < self.min_rows:
            return Skipped(f"needs at least {self.min_rows} rows in every table")
        learner = Learner([field for field in comparison.modelled if field.kind != "constant"], comparison.seed)
        if not learner.fields:
            return Skipped("no shared column can tell rows apart")
        rows = {side: comparison.pick(side, limit, self.id) for side in ("synthetic", role)}
        synthetic, real = (learner.matrix(comparison.table(side).take(rows[side])) for side in rows)
        weights = np.concatenate([comparison.resamples(side).of_rows(rows[side]) for side in rows])
        value, replicates = self._cross_fitted(learner, comparison, synthetic, real, weights)
        shuffled = learner.matrix(comparison.floor.take(comparison.pick("real", limit, f"{self.id}:floor")))
        size = min(len(shuffled), limit, 8_000)  # the bad case needs no third digit
        floor, _ = self._cross_fitted(learner, comparison, shuffled[:size], real[:size], None)
        floor = span(floor, 0.5, worst=1.0, least=0.1)
        return Finding(
            value,
            floor,
            0.5,
            f"A classifier tells synthetic from real rows with an AUC of {value:.2f} (0.5 is a coin toss).",
            {"rows_per_side": int(limit), "against": role, "floor": "columns shuffled independently" if floor < 1 else "told apart always"},
            replicates,
        )

    def _cross_fitted(
        self, learner: Learner, comparison: Comparison, synthetic: Floats, real: Floats, weights: npt.NDArray[np.float32] | None
    ) -> tuple[float, Floats]:
        features = np.concatenate([synthetic, real])
        labels = np.arange(len(features)) < len(synthetic)
        fold = comparison.rng(f"{self.id}:folds").permutation(len(features)) % 2
        values, replicates = [], []
        for held in (0, 1):
            predict = learner.fit_classifier(features[fold != held], labels[fold != held])
            test = fold == held
            scores = predict(features[test])[:, 1]
            values.append(auc(scores, labels[test])[0])
            if weights is not None:
                replicates.append(auc(scores, labels[test], weights[test]))
        return float(np.mean(values)), np.mean(replicates, axis=0) if replicates else np.empty(0)
