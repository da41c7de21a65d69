"""Do models trained on synthetic rows rely on the same columns?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..classifier import Learner
from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped
from .models import Models, Trained, main_models

Floats = npt.NDArray[np.float64]

MAX_FEATURES = 30
MIN_FEATURES = 4  # of fewer columns, an exchange of two close ones would decide
MAX_ROWS = 4_000
FEATURE_SHARE = 0.25  # offered to each split: of two columns that say the same, a greedy model takes one at random
LEAST_SHARE = 0.02  # of all importance: columns below share the last rank, their order is noise
LEAST_AGREEMENT = 0.3  # of two real models; below there is no order to keep
SHOWN = 8


class FeatureImportance(Measure):
    """Rank correlation of permutation importances: how much worse predictions of real rows get when one column is shuffled."""

    id = "feature_importance"
    dimension = "utility"
    title = "The same columns matter"
    unit = "rank correlation"
    source = "Fisher, Rudin and Dominici 2019, All models are wrong, but many are useful (model reliance); Spearman 1904"
    weight = 0.5

    def run(self, comparison: Comparison) -> Finding | Skipped:
        models = main_models(comparison)
        if isinstance(models, Skipped):
            return models
        fields = models.task.learner.fields
        rng = comparison.rng("importance")
        if len(fields) < MIN_FEATURES:
            return Skipped(f"needs at least {MIN_FEATURES} columns to predict from")
        models = models.smaller(Learner(fields, comparison.seed, feature_share=FEATURE_SHARE), MAX_ROWS, rng)
        picked = _most_related(models)
        orders = [rng.permutation(models.n_test) for _ in picked]
        trained: tuple[Trained, ...] = ("real", "synthetic", "again")
        rises = {name: _rises(models, name, picked, orders) for name in trained}
        real, synthetic, again = (np.maximum(rises[name].mean(axis=1), 0) for name in trained)
        ceiling = spearman(real, again)
        if not real.any() or not ceiling > LEAST_AGREEMENT:
            return Skipped("models of real rows do not agree on which columns matter either")
        weights = comparison.resamples(models.test_role).of_rows(models.test_rows)
        resampled = [np.maximum(rises[name] @ weights, 0).T for name in ("real", "synthetic")]
        value = spearman(real, synthetic)
        names = [fields[at].name for at in picked]
        order = np.argsort(-real, kind="stable")[:SHOWN]
        moved = max(range(len(names)), key=lambda at: abs(_shares(real)[at] - _shares(synthetic)[at]))
        return Finding(
            value,
            0.0,
            ceiling,
            f"Models of '{models.task.target.name}' from synthetic and from real rows rank the columns alike with a rank correlation of "
            f"{value:.2f} ({ceiling:.2f} between two models of real rows); the weight of '{names[moved]}' differs most.",
            {
                "target": models.task.target.name,
                "importance": {
                    names[at]: {"real": round(float(_shares(real)[at]), 4), "synthetic": round(float(_shares(synthetic)[at]), 4)}
                    for at in order
                },
                "columns": [names[moved]],
                "features": len(picked),
                "of": len(fields),
                "train_rows": models.n_train,
                "test_rows": models.n_test,
                "floor": "no agreement",
            },
            np.array([spearman(*pair) for pair in zip(*resampled, strict=True)]),
        )


def spearman(first: Floats, second: Floats) -> float:
    """Rank correlation of two (n_features,) importances; 0 where one of them has no order."""
    from scipy.stats import rankdata

    ranks = [rankdata(np.where(_shares(values) < LEAST_SHARE, 0.0, values)) for values in (first, second)]
    ranks = [rank - rank.mean() for rank in ranks]
    spread = float(np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum()))
    return float((ranks[0] * ranks[1]).sum()) / spread if spread > 0 else 0.0


def _shares(importance: Floats) -> Floats:
    total = importance.sum()
    shares: Floats = importance / total if total > 0 else importance
    return shares


def _rises(models: Models, trained: Trained, picked: list[int], orders: list[npt.NDArray[np.intp]]) -> Floats:
    """(n_picked, n_rows): how much the loss of each row rises when a column is permuted among the rows."""
    task, predict = models.task, models.fitted(trained)
    features, actual = models.features, models.actual
    plain = task.losses(models.predictions(trained), actual)
    rises = np.empty((len(picked), len(features)))
    for at, (column, order) in enumerate(zip(picked, orders, strict=True)):
        permuted = features.copy()
        permuted[:, column] = permuted[order, column]
        rises[at] = task.losses(predict(permuted), actual) - plain
    return rises


def _most_related(models: Models) -> list[int]:
    """Positions of the columns to permute: all, or the `MAX_FEATURES` that correlate most with the target in the test rows."""
    features = models.features
    if features.shape[1] <= MAX_FEATURES:
        return list(range(features.shape[1]))
    present = ~np.isnan(features)
    means = np.where(present, features, 0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    centred = np.where(present, features - means, 0.0)
    target = models.actual if models.task.target.is_numeric else np.eye(models.task.n_classes)[models.actual]
    target = target.reshape(len(features), -1) - target.reshape(len(features), -1).mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    related = np.abs(centred.T @ target).max(axis=1) / np.where(spread > 0, spread, np.inf)
    return sorted(np.argsort(-related, kind="stable")[:MAX_FEATURES].tolist())
