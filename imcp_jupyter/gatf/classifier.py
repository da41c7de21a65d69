"""Gradient boosting on encoded tables, and areas under the ROC curve with bootstrap replicates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .comparison import Encoded, Field

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
Predict = Callable[[Floats], Floats]

MAX_CATEGORIES = 255  # scikit-learn's limit for native categories; wider columns go in as ordered codes
MAX_TREES = 60
TREES_FOR_ALL_CLASSES = 300


@dataclass(frozen=True)
class Learner:
    """Histogram gradient boosting over `fields` (Ke et al. 2017, LightGBM; scikit-learn's implementation), one thread.

    Two OpenMP threads that spin on shared cores have been 20 times slower than one.
    """

    fields: list[Field]
    seed: int
    max_trees: int = MAX_TREES
    feature_share: float = 1.0  # of the features, drawn anew for every split

    def matrix(self, table: Encoded) -> Floats:
        """(n_rows, n_fields) float64, NaN for missing."""
        columns = [
            table[field.name] if field.is_numeric else np.where(table[field.name] < 0, np.nan, table[field.name]) for field in self.fields
        ]
        return np.column_stack(columns).astype(np.float64)

    def fit_classifier(self, features: Floats, labels: npt.NDArray[Any], n_classes: int = 2) -> Predict:
        """Learn class numbers; predicts (n_rows, n_classes) probabilities, 0 for classes that `labels` lacks."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        trees = self.max_trees if n_classes <= 2 else max(10, min(self.max_trees, TREES_FOR_ALL_CLASSES // n_classes))
        model = self._fit(HistGradientBoostingClassifier(max_iter=trees, **self._settings), features, labels)

        def predict(rows: Floats) -> Floats:
            probabilities = np.zeros((len(rows), n_classes))
            with _one_thread():
                probabilities[:, model.classes_.astype(int)] = model.predict_proba(rows)
            return probabilities

        return predict

    def fit_regressor(self, features: Floats, values: Floats) -> Predict:
        """Learn numbers; predicts (n_rows,)."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = self._fit(HistGradientBoostingRegressor(max_iter=self.max_trees, **self._settings), features, values)

        def predict(rows: Floats) -> Floats:
            with _one_thread():
                return np.asarray(model.predict(rows), dtype=np.float64)

        return predict

    @property
    def _settings(self) -> dict[str, Any]:
        native = [not field.is_numeric and field.n_levels <= MAX_CATEGORIES for field in self.fields]
        return {
            "learning_rate": 0.15,
            "max_features": self.feature_share,
            "early_stopping": False,
            "random_state": self.seed,
            "categorical_features": native if any(native) else None,
        }

    def _fit(self, model: Any, features: Floats, target: npt.NDArray[Any]) -> Any:
        # Binning fails on a column without any value; a constant is never split on.
        empty = np.isnan(features).all(axis=0)
        with _one_thread():
            return model.fit(np.where(empty, 0.0, features), target)


def _one_thread() -> AbstractContextManager[Any]:
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def auc(scores: Floats, positive: npt.NDArray[np.bool_], weights: Weights | None = None) -> Floats:
    """Area under the ROC curve, ties counted half: (1,), or (replicates,) under `weights` (n_rows, replicates).

    NaN where a replicate holds only one class.
    """
    if weights is None:
        weights = np.ones((len(scores), 1), dtype=np.float32)
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(scores[order]) > 0))
    ordered = weights[order]
    is_positive = positive[order][:, None]
    hits = np.add.reduceat(np.where(is_positive, ordered, 0), starts, axis=0).astype(np.float64)
    misses = np.add.reduceat(np.where(is_positive, 0, ordered), starts, axis=0).astype(np.float64)
    below = np.cumsum(misses, axis=0) - misses / 2
    pairs = hits.sum(axis=0) * misses.sum(axis=0)
    area: Floats = np.divide((hits * below).sum(axis=0), pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
    return area


def macro_auc(probabilities: Floats, labels: npt.NDArray[Any], weights: Weights | None = None) -> Floats:
    """One-versus-rest areas averaged over the classes that occur in `labels`; `probabilities` is (n_rows, n_classes)."""
    classes = [label for label in range(probabilities.shape[1]) if 0 < (labels == label).sum() < len(labels)]
    if probabilities.shape[1] == 2:
        classes = classes[1:]  # both classes of two have the same area
    if not classes:
        return np.full(1 if weights is None else weights.shape[1], np.nan)
    areas = np.stack([auc(probabilities[:, label], labels == label, weights) for label in classes])
    present = ~np.isnan(areas)
    mean: Floats = np.where(present.any(axis=0), np.where(present, areas, 0).sum(axis=0) / np.maximum(present.sum(axis=0), 1), np.nan)
    return mean


def r_squared(predicted: Floats, actual: Floats, weights: Weights | None = None) -> Floats:
    """Coefficient of determination: (1,), or (replicates,) under `weights` (n_rows, replicates)."""
    if weights is None:
        weights = np.ones((len(actual), 1), dtype=np.float32)
    total = weights.sum(axis=0, dtype=np.float64)
    centre = actual.mean()
    mean = (actual - centre) @ weights.astype(np.float64) / total
    spread = (actual - centre) ** 2 @ weights.astype(np.float64) / total - mean**2
    error = (actual - predicted) ** 2 @ weights.astype(np.float64) / total
    fit: Floats = 1.0 - np.divide(error, spread, out=np.full(error.shape, np.nan), where=spread > 0)
    return fit
