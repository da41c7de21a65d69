from __future__ import annotations

import numpy as np
import pytest

from imcp_jupyter.gatf import resample
from imcp_jupyter.gatf.resample import Resamples


def test_counts_are_those_of_the_weights() -> None:
    resamples = Resamples(200, 30, np.random.default_rng(0))
    codes = np.random.default_rng(1).integers(-1, 5, 200)
    weights = resamples.of_rows(np.arange(200))
    assert (weights.sum(axis=0) == 200).all()
    expected = [weights[codes == level].sum(axis=0) for level in range(5)]
    np.testing.assert_array_equal(resamples.counts(codes, 5), expected)


def test_the_spread_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(2).normal(size=2000)
    means = Resamples(2000, 2000, np.random.default_rng(3)).means(values, np.arange(2000))
    assert means.std() == pytest.approx(values.std() / np.sqrt(2000), rel=0.1)


def test_grouped_rows_keep_the_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resample, "MAX_UNITS", 500)
    values = np.random.default_rng(2).normal(size=5000)
    means = Resamples(5000, 2000, np.random.default_rng(3)).means(values, np.arange(5000))
    assert means.std() == pytest.approx(values.std() / np.sqrt(5000), rel=0.15)


def test_quantiles_lie_around_the_quantile() -> None:
    values = np.random.default_rng(4).random(3000)
    found = Resamples(3000, 200, np.random.default_rng(5)).quantiles(values, np.arange(3000), 0.05)
    assert found.mean() == pytest.approx(0.05, abs=0.01)
    assert 0.001 < found.std() < 0.02
