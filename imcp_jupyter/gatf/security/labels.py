"""Labels that contradict the rest of their row, more often than real ones do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..classifier import Learner, Predict
from ..comparison import Comparison, Field
from ..measure import ROWS_SHOWN, Finding, Measure, Skipped
from ..utility.task import MAX_CLASSES, TARGET_NAME

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_ROWS = 8_000  # of each table; beyond, a seeded sample
LEAST_ROWS = 100
LEAST_SPREAD = 0.05  # shares of shuffled and of real labels that contradict: nearer, nothing tells a label from noise


class LabelNoise(Measure):
    """The share of labels that a confident model of real rows contradicts, against the same share of real rows.

    Confident learning: two models, each learned from one half of the real rows, judge the other half, the holdout and the synthetic
    rows. A label is contradicted where another class is likelier, and as likely as it is on average for real rows of that class. Bad
    case: shuffled labels. A generator that lost the relation of the label to the other columns looks the same as flipped labels.
    """

    id = "label_noise"
    dimension = "security"
    title = "Label noise"
    source = "Northcutt, Jiang and Chuang 2021, Confident learning: estimating uncertainty in dataset labels"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        target = _label(comparison)
        if target is None:
            return Skipped("no column is a label: none was named as the target, and no name with 2 to 20 values says so")
        features = [field for field in comparison.modelled if field.name != target.name and field.kind != "constant"]
        if not features:
            return Skipped(f"no column is left to tell '{target.name}' from")
        real, synthetic = _rows(comparison, "real", target), _rows(comparison, "synthetic", target)
        if min(len(real), len(synthetic)) < LEAST_ROWS:
            return Skipped(f"needs {LEAST_ROWS} rows with a label on both sides")
        judge = _Judge.of(comparison, target, features, real)
        if judge is None:
            return Skipped(f"the halves of the real rows do not have the same values of '{target.name}'")
        natural, shuffled = judge.real_share, judge.shuffled_share
        if shuffled - natural < LEAST_SPREAD:
            return Skipped(f"even real rows do not tell '{target.name}': shuffled labels contradict as little")
        contradicted, doubt = judge.contradicted("synthetic", synthetic)
        if comparison.holdout is not None:
            unseen = _rows(comparison, "holdout", target)
            natural = float(judge.contradicted("holdout", unseen)[0].mean()) if len(unseen) >= LEAST_ROWS else natural
        share = float(contradicted.mean())
        worst = synthetic[np.argsort(-doubt, kind="stable")[: min(ROWS_SHOWN, int(contradicted.sum()))]]
        return Finding(
            share,
            max(shuffled, natural + LEAST_SPREAD),
            natural,
            f"A model of real rows contradicts {share:.1%} of the synthetic labels in '{target.name}'; of real ones it does {natural:.1%}.",
            {
                "target": target.name,
                "rows": len(synthetic),
                "real_share": round(natural, 6),
                "shuffled_share": round(shuffled, 6),
                "row_positions": np.sort(worst).tolist(),
                "floor": "labels shuffled",
            },
            comparison.resamples("synthetic").means(contradicted.astype(np.float64), synthetic),
        )


@dataclass(frozen=True)
class _Judge:
    """Two models and the probabilities (n_classes,) from which each class counts as likely; what real rows show."""

    comparison: Comparison
    learner: Learner
    target: Field
    models: tuple[Predict, Predict]
    likely: Floats
    real_share: float
    shuffled_share: float

    @classmethod
    def of(cls, comparison: Comparison, target: Field, features: list[Field], real: npt.NDArray[np.intp]) -> _Judge | None:
        learner = Learner(features, comparison.seed)
        order = comparison.rng("label_noise:halves").permutation(len(real))
        halves = np.sort(order[: len(real) // 2]), np.sort(order[len(real) // 2 :])
        matrix, labels = learner.matrix(comparison.real.take(real)), comparison.real[target.name][real].astype(np.int64)
        if any(len(np.unique(labels[half])) < 2 for half in halves):
            return None
        models = [learner.fit_classifier(matrix[half], labels[half], target.n_real) for half in halves]
        probabilities = np.empty((len(real), target.n_real))
        for half, model in zip(halves, reversed(models), strict=True):
            probabilities[half] = model(matrix[half])
        likely = np.array(
            [probabilities[labels == label, label].mean() if (labels == label).any() else 1.0 for label in range(target.n_real)]
        )
        shuffled = comparison.rng("label_noise:shuffled").permutation(labels)
        shares = [float(_contradicted(probabilities, some, likely)[0].mean()) for some in (labels, shuffled)]
        return cls(comparison, learner, target, (models[0], models[1]), likely, *shares)

    def contradicted(self, role: str, rows: npt.NDArray[np.intp]) -> tuple[Mask, Floats]:
        table = self.comparison.table(role).take(rows)
        matrix = self.learner.matrix(table)
        # One model for each half of the rows, as real rows are judged: the mean of both would be surer than either.
        side = np.arange(len(rows)) % 2 == 0
        probabilities = np.empty((len(rows), self.target.n_real))
        for part, model in zip((side, ~side), self.models, strict=True):
            probabilities[part] = model(matrix[part])
        return _contradicted(probabilities, table[self.target.name].astype(np.int64), self.likely)


def _contradicted(probabilities: Floats, labels: npt.NDArray[np.int64], likely: Floats) -> tuple[Mask, Floats]:
    """(n_rows,) which labels are contradicted, and by how much another class is likelier."""
    own = probabilities[np.arange(len(labels)), labels]
    others = np.where(probabilities >= likely, probabilities, -1.0)
    others[np.arange(len(labels)), labels] = -1.0
    best = others.max(axis=1)
    return best > own, best - own


def _label(comparison: Comparison) -> Field | None:
    fields = [field for field in comparison.modelled if not field.is_numeric and 2 <= field.n_real <= MAX_CLASSES]
    if comparison.target is not None:
        return next((field for field in fields if field.name == comparison.target), None)
    return next((field for field in reversed(fields) if TARGET_NAME.search(field.name)), None)


def _rows(comparison: Comparison, role: str, target: Field) -> npt.NDArray[np.intp]:
    """Positions of sampled rows whose label is one of real's."""
    rows = comparison.pick(role, MOST_ROWS, "label_noise")
    labels = comparison.table(role)[target.name][rows]
    known: npt.NDArray[np.intp] = rows[(labels >= 0) & (labels < target.n_real)]
    return known
