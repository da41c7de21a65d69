from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from imcp_jupyter.gatf.classifier import auc, macro_auc, r_squared


def test_auc_is_sklearns_with_ties_and_weights() -> None:
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 20, 500) / 20, rng.random(500) < 0.3
    weights = rng.integers(0, 4, (500, 7)).astype(np.float32)
    expected = [roc_auc_score(positive, scores, sample_weight=weights[:, column]) for column in range(7)]
    np.testing.assert_allclose(auc(scores, positive, weights), expected, atol=1e-6)
    assert auc(scores, positive)[0] == pytest.approx(roc_auc_score(positive, scores))


def test_macro_auc_is_sklearns() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, 300)
    probabilities = rng.dirichlet(np.ones(4), 300)
    expected = roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert macro_auc(probabilities, labels)[0] == pytest.approx(expected)


def test_r_squared_is_sklearns() -> None:
    rng = np.random.default_rng(2)
    actual = rng.normal(1e6, 1, 200)
    predicted = actual + rng.normal(size=200)
    weights = rng.integers(1, 3, (200, 1)).astype(np.float32)
    assert r_squared(predicted, actual)[0] == pytest.approx(r2_score(actual, predicted), abs=1e-6)
    assert r_squared(predicted, actual, weights)[0] == pytest.approx(r2_score(actual, predicted, sample_weight=weights[:, 0]), abs=1e-6)
