"""Do probabilities that a model learns from synthetic rows hold for real ones?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped
from .models import Models, Trained, main_models

Floats = npt.NDArray[np.float64]

BINS = 10
ROWS_PER_BIN = 50
WORST_EXCESS = 0.15  # off by so much more than a real model: score 0


class Calibration(Measure):
    """Expected calibration error of the model trained on synthetic rows, over that of the model trained on real rows.

    Of two classes the probability of the second, of more that of the predicted class; bins of equal numbers of rows.
    """

    id = "calibration"
    dimension = "utility"
    title = "Probabilities hold"
    unit = "probability"
    source = "Guo et al. 2017, On calibration of modern neural networks; Nixon et al. 2019 (bins of equal mass); Brier 1950"
    weight = 0.5
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        models = main_models(comparison)
        if isinstance(models, Skipped):
            return models
        if models.task.target.is_numeric:
            return Skipped(f"the target '{models.task.target.name}' is a number, so its models give no probabilities")
        bins = min(BINS, models.n_test // ROWS_PER_BIN)
        if bins < 2:
            return Skipped(f"needs at least {2 * ROWS_PER_BIN} rows to test on")
        weights = comparison.resamples(models.test_role).of_rows(models.test_rows)
        trained: tuple[Trained, ...] = ("real", "synthetic", "again")
        errors = {name: calibration_error(*_stated(models, name), bins) for name in trained}
        real, synthetic, again = (float(errors[name][0]) for name in trained)
        resampled = [calibration_error(*_stated(models, name), bins, weights) for name in ("synthetic", "real")]
        ceiling = max(again - real, 0.0)
        brier = {name: float(models.task.losses(models.predictions(name), models.actual).mean()) for name in trained}
        return Finding(
            max(synthetic - real, 0.0),
            ceiling + WORST_EXCESS,
            ceiling,
            f"Probabilities of '{models.task.target.name}' are off by {synthetic:.1%} on average when learned from synthetic rows, "
            f"by {real:.1%} when learned from real rows.",
            {
                "target": models.task.target.name,
                "calibration_error": {name: round(float(errors[name][0]), 6) for name in ("real", "synthetic")},
                "brier_score": {name: round(brier[name], 6) for name in ("real", "synthetic")},
                "bins": bins,
                "test_rows": models.n_test,
                "floor": f"off by {WORST_EXCESS:.0%} more than a model of resampled real rows",
            },
            np.maximum(resampled[0] - resampled[1], 0.0),
        )


def calibration_error(stated: Floats, happened: Floats, bins: int, weights: npt.NDArray[np.float32] | None = None) -> Floats:
    """Mean over `bins` of equal mass of |mean stated probability − frequency|: (1,), or (replicates,) under `weights` (n_rows, replicates).

    Equal probabilities share a bin.
    """
    if weights is None:
        weights = np.ones((len(stated), 1), dtype=np.float32)
    edges = np.unique(np.quantile(stated, np.linspace(0, 1, bins + 1)[1:-1]))
    where = np.searchsorted(edges, stated, side="left")
    residual = (stated - happened).astype(np.float32)
    gaps = np.stack([np.abs(residual[where == place] @ weights[where == place]) for place in range(len(edges) + 1)])
    error: Floats = gaps.sum(axis=0, dtype=np.float64) / weights.sum(axis=0, dtype=np.float64)
    return error


def _stated(models: Models, trained: Trained) -> tuple[Floats, Floats]:
    """(n_test,) stated probabilities, and 1 where what they are for happened."""
    probabilities, actual = models.predictions(trained), models.actual
    if models.task.n_classes == 2:
        return probabilities[:, 1], (actual == 1).astype(np.float64)
    likeliest = probabilities.argmax(axis=1)
    return probabilities.max(axis=1), (likeliest == actual).astype(np.float64)
