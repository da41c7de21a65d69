from __future__ import annotations

import numpy as np

from imcp_jupyter.synth.tabular.blends import covariance_of
from imcp_jupyter.synth.tabular.rulers import Heights
from imcp_jupyter.synth.tabular.screening import Information, information

RNG = np.random.default_rng(0)


def test_it_is_the_entropy_of_a_copy_and_nothing_of_noise() -> None:
    coin = RNG.integers(0, 2, 4_000).astype(np.float32)
    found = _screened([coin, 1.0 - coin, RNG.normal(size=4_000).astype(np.float32)]).nats
    assert abs(found[0, 1] - np.log(2)) < 0.01
    assert np.abs(found[0, 2]) < 0.005


def test_a_relation_without_a_slope_is_seen() -> None:
    x = RNG.normal(size=4_000).astype(np.float32)
    assert _screened([x, (x * x).astype(np.float32)]).nats[0, 1] > 0.4


def test_it_is_the_same_both_ways_and_for_a_constant_0() -> None:
    noise = RNG.normal(size=(2, 500)).astype(np.float32)
    found = _screened([noise[0], np.zeros(500, dtype=np.float32), noise[1]]).nats
    assert np.allclose(found, found.T)
    assert abs(found[0, 1]) < 1e-9


def test_pairs_that_chance_explains_are_not_related() -> None:
    noise = list(RNG.normal(size=(60, 4_000)).astype(np.float32))
    related = _screened([*noise, noise[0] + 5.0 * noise[1]]).related
    assert related[60, [0, 1]].all()
    assert related[60, 2:60].sum() <= 1
    assert (related[:60, :60].sum() - 60) / 60 < 0.5


def test_where_few_come_before_a_column_all_of_them_are_tried() -> None:
    found = _screened(list(RNG.normal(size=(9, 1_000)).astype(np.float32)))
    assert sorted(found.best(8, range(8), 8)) == list(range(8))


def test_among_many_only_those_are_tried_that_hang_together_with_the_column() -> None:
    noise = list(RNG.normal(size=(40, 4_000)).astype(np.float32))
    effect = noise[0] + noise[1]
    tried = _screened([*noise, effect]).best(0, [*range(1, 40), 40], 24)
    assert tried[0] == 40
    assert 1 in tried  # tells nothing of column 0 by itself, but much together with the effect
    assert len(tried) < 12


def test_never_more_are_tried_than_allowed() -> None:
    drive = RNG.normal(size=2_000)
    found = _screened([(drive + RNG.normal(size=2_000)).astype(np.float32) for _ in range(40)])
    assert len(found.best(39, range(39), 24)) == 24


def test_a_relation_to_a_level_that_few_rows_have_is_seen() -> None:
    rows = 60_000
    rare = np.zeros(rows, dtype=np.float32)
    rare[:60] = 1.0
    slope = RNG.normal(size=rows).astype(np.float32) + rare
    assert _screened([RNG.normal(size=rows).astype(np.float32), rare, slope]).related[1].tolist() == [False, True, True]


def _screened(heights: list[Heights]) -> Information:
    return information(heights, covariance_of(heights))
