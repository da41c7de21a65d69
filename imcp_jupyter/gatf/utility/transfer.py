"""Do models trained on synthetic rows predict real ones as well as models trained on real rows?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..classifier import Learner
from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped, span
from .models import MIN_ROWS, Models, main_models, models_of
from .task import MAX_CLASSES, Task, classes_of, main_target, varying

Floats = npt.NDArray[np.float64]

FURTHER_ROWS = 4_000  # rows to train on, and to test on, for each further target
FURTHER_FEATURES = 100  # drawn by the seed where there are more
FURTHER_CLASSES = 8
TARGETS_OF_A_KIND = 1
CANDIDATES = 6  # columns of a kind that are tried as further targets
SCREEN_ROWS = 1_000
SCREEN_TREES = 15
SCREEN_AUC, SCREEN_R2 = 0.65, 0.15  # weaker relations make noisy ratios


class TrainSyntheticTestReal(Measure):
    """Train on synthetic, test on real (TSTR), against train on real, test on real (TRTR), with equal numbers of rows."""

    id = "tstr_ratio"
    dimension = "utility"
    title = "Train on synthetic, test on real"
    unit = "ratio"
    source = "Esteban, Hyland and Rätsch 2017, Real-valued (medical) time series generation with recurrent conditional GANs"

    def run(self, comparison: Comparison) -> Finding | Skipped:
        models = main_models(comparison)
        if isinstance(models, Skipped):
            return models
        task, ratio = models.task, _Ratio(models, comparison)
        return Finding(
            ratio.value,
            ratio.floor,
            1.0,
            f"Models that predict '{task.target.name}' reach {task.metric} {models.merit('synthetic'):.3f} when trained on synthetic rows, "
            f"{models.merit('real'):.3f} on real rows.",
            {"target": task.target.name, **ratio.evidence(), "tested_on": models.test_role, "floor": "trained on shuffled columns"},
            ratio.replicates,
        )


class FurtherTargets(Measure):
    """TSTR against TRTR for further columns: one class and one number that real rows predict well."""

    id = "tstr_targets"
    dimension = "utility"
    title = "Train on synthetic, further targets"
    unit = "ratio"
    source = "Esteban, Hyland and Rätsch 2017 (TSTR); Xu et al. 2019, Modeling tabular data using conditional GAN (several tasks)"
    weight = 0.5

    def run(self, comparison: Comparison) -> Finding | Skipped:
        targets = _further_targets(comparison)
        found = {
            target.name: models_of(target, features, comparison, FURTHER_ROWS, f"{self.id}:{target.name}") for target, features in targets
        }
        ratios = {name: _Ratio(models, comparison) for name, models in found.items() if isinstance(models, Models)}
        if not ratios:
            return Skipped("real rows predict no further column well enough")
        worst = min(ratios, key=lambda name: ratios[name].value)
        return Finding(
            float(np.mean([ratio.value for ratio in ratios.values()])),
            float(np.mean([ratio.floor for ratio in ratios.values()])),
            1.0,
            f"Over {len(ratios)} further {'targets' if len(ratios) > 1 else 'target'}, models trained on synthetic rows keep "
            f"{np.mean([ratio.value for ratio in ratios.values()]):.1%} of the merit of those trained on real rows; least for '{worst}'.",
            {
                "columns": list(ratios),
                "targets": {name: ratio.evidence() for name, ratio in ratios.items()},
                "floor": "trained on shuffled columns",
            },
            np.mean([ratio.replicates for ratio in ratios.values()], axis=0),
        )


class _Ratio:
    """Merit of the synthetic model as a share of the real one's."""

    def __init__(self, models: Models, comparison: Comparison) -> None:
        self.models = models
        weights = comparison.resamples(models.test_role).of_rows(models.test_rows)
        real = models.merit("real")
        self.value = max(models.merit("synthetic"), 0.0) / real
        self.floor = span(max(models.merit("shuffled"), 0.0) / real, 1.0, worst=models.task.worst / real)
        self.replicates: Floats = np.maximum(models.merits("synthetic", weights), 0) / np.maximum(models.merits("real", weights), 1e-6)

    def evidence(self) -> dict[str, str | float]:
        models = self.models
        return {
            "metric": models.task.metric,
            "synthetic": round(models.merit("synthetic"), 6),
            "real": round(models.merit("real"), 6),
            "shuffled": round(models.merit("shuffled"), 6),
            "train_rows": models.n_train,
            "test_rows": models.n_test,
        }


def _further_targets(comparison: Comparison) -> list[tuple[Field, list[Field]]]:
    """Per kind, of the most varied columns, the one that a quick model of few real rows predicts best, with what it is predicted from."""
    main, rng = main_target(comparison), comparison.rng("further_targets")
    rows = rng.permutation(comparison.real.n_rows)[: 2 * SCREEN_ROWS]
    first, second = comparison.real.take(rows[::2]), comparison.real.take(rows[1::2])
    fields = varying(comparison)
    chosen = []
    for numeric in (False, True):
        candidates = [
            field for field in fields if field != main and field.is_numeric == numeric and (numeric or 2 <= field.n_real <= FURTHER_CLASSES)
        ]
        candidates.sort(key=lambda field: -_variety(first[field.name]))
        merits = {}
        for target in candidates[:CANDIDATES]:
            others = [field for field in fields if field.name != target.name]
            drawn = sorted(rng.permutation(len(others))[:FURTHER_FEATURES].tolist())
            features = [others[at] for at in drawn]
            merit = _quick_merit(target, features, first, second, comparison.seed) if features else 0.0
            if merit > (SCREEN_R2 if numeric else SCREEN_AUC):
                merits[target] = (merit, features)
        best = sorted(merits, key=lambda target: -merits[target][0])[:TARGETS_OF_A_KIND]
        chosen += [(target, merits[target][1]) for target in best]
    return chosen


def _quick_merit(target: Field, features: list[Field], train: Encoded, test: Encoded, seed: int) -> float:
    task = Task(Learner(features, seed, SCREEN_TREES), target, *classes_of(target, train, MAX_CLASSES))
    known = task.known(test)
    if len(known) < MIN_ROWS or len(task.known(train)) < MIN_ROWS:
        return 0.0
    rows = test.take(known)
    merit = float(task.merit(task.learn(train)(task.learner.matrix(rows)), task.wanted(rows))[0])
    return 0.0 if np.isnan(merit) else merit


def _variety(column: npt.NDArray[np.generic]) -> float:
    """Entropy of a column in bits; missing cells count as a value."""
    counts = np.unique(column, return_counts=True)[1] / max(len(column), 1)
    return float(-(counts * np.log2(counts)).sum())
