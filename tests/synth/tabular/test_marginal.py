from __future__ import annotations

import numpy as np
import pytest

from imcp_jupyter.synth.tabular.features import Discrete, Numeric
from imcp_jupyter.synth.tabular.marginal import discrete_marginal, numeric_marginal

NORMAL = np.random.default_rng(0).standard_normal(60_000, dtype=np.float32)


def test_levels_come_at_their_shares() -> None:
    codes = np.repeat([0, 1, 2], [10, 60, 30]).astype(np.int32)
    drawn = discrete_marginal(Discrete(codes, 3), np.array([2, 0, 1], dtype=np.int32)).at(NORMAL)
    assert np.bincount(drawn) / len(drawn) == pytest.approx([0.1, 0.6, 0.3], abs=0.01)


def test_levels_lie_in_the_order_of_their_ranks() -> None:
    codes = np.repeat([0, 1, 2], [10, 60, 30]).astype(np.int32)
    drawn = discrete_marginal(Discrete(codes, 3), np.array([2, 0, 1], dtype=np.int32)).at(np.array([-3, 0.5, 3], dtype=np.float32))
    assert list(drawn) == [1, 2, 0]


def test_numbers_keep_their_quantiles_and_range() -> None:
    values = np.random.default_rng(1).gamma(2.0, size=30_000)
    drawn = numeric_marginal(Numeric(values, whole=False, gated=False)).at(NORMAL)
    levels = [0.01, 0.25, 0.5, 0.75, 0.99]
    assert np.quantile(drawn, levels) == pytest.approx(np.quantile(values, levels), rel=0.05)
    assert drawn.min() >= values.min() and drawn.max() <= values.max()


def test_spikes_are_exact_among_many_values() -> None:
    values = np.concatenate([np.zeros(9_000), np.random.default_rng(1).gamma(2.0, size=11_000)])
    drawn = numeric_marginal(Numeric(values, whole=False, gated=False)).at(NORMAL)
    assert (drawn == 0.0).mean() == pytest.approx(0.45, abs=0.01)


def test_no_single_value_is_given_back() -> None:
    values = np.random.default_rng(1).normal(size=1_000)
    assert not np.isin(numeric_marginal(Numeric(values, whole=False, gated=False)).at(NORMAL), values).any()


def test_the_look_up_finds_the_cell_that_a_search_finds() -> None:
    values = np.concatenate([np.zeros(9_000), np.random.default_rng(1).gamma(2.0, size=11_000)])
    marginal = numeric_marginal(Numeric(values, whole=False, gated=False))
    edges = np.concatenate([marginal.cuts, np.nextafter(marginal.cuts, np.float32(9)), np.nextafter(marginal.cuts, np.float32(-9))])
    far = np.array([-40.0, -8.0, 8.0, 40.0, -np.inf, np.inf], dtype=np.float32)
    for normal in (NORMAL, edges, far):
        assert np.array_equal(marginal._cell(normal), np.searchsorted(marginal.cuts, normal))
