from __future__ import annotations

import numpy as np

from imcp_jupyter.synth.tabular.screening import information

RNG = np.random.default_rng(0)


def test_it_is_the_entropy_of_a_copy_and_nothing_of_noise() -> None:
    coin = RNG.integers(0, 2, 4_000).astype(np.float32)
    found = information([coin, 1.0 - coin, RNG.normal(size=4_000).astype(np.float32)])
    assert abs(found[0, 1] - np.log(2)) < 0.01
    assert np.abs(found[0, 2]) < 0.005


def test_a_relation_without_a_slope_is_seen() -> None:
    x = RNG.normal(size=4_000).astype(np.float32)
    assert information([x, (x * x).astype(np.float32)])[0, 1] > 0.4


def test_it_is_the_same_both_ways_and_for_a_constant_0() -> None:
    found = information([RNG.normal(size=500).astype(np.float32), np.zeros(500, dtype=np.float32), RNG.normal(size=500).astype(np.float32)])
    assert np.allclose(found, found.T)
    assert abs(found[0, 1]) < 1e-9
