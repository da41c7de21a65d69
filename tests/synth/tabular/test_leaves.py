from __future__ import annotations

import numpy as np
import pytest

from imcp_jupyter.synth.tabular.leaves import code_leaves, value_leaves


def test_codes_are_drawn_at_their_rates_by_leaf() -> None:
    leaf = np.repeat([0, 1], 100).astype(np.int32)
    codes = np.concatenate([np.repeat([0, 3], [75, 25]), np.full(100, 2)]).astype(np.int32)
    table = code_leaves(leaf, codes, 2)
    drawn = table.draw(np.repeat([0, 1], 4_000).astype(np.int32), np.random.default_rng(0))
    assert (drawn[:4_000] == 3).mean() == pytest.approx(0.25, abs=0.03)
    assert (drawn[4_000:] == 2).all()


def test_values_come_from_their_own_leaf() -> None:
    leaf = np.repeat([0, 1], 200).astype(np.int32)
    values = np.concatenate([np.linspace(0, 1, 200), np.linspace(10, 11, 200)])
    drawn = value_leaves(leaf, values, 2).draw(leaf, np.random.default_rng(0))
    assert drawn[:200].max() <= 1.0 and drawn[200:].min() >= 10.0


def test_spikes_are_exact_and_the_rest_is_not_copied() -> None:
    values = np.concatenate([np.zeros(50), np.random.default_rng(0).normal(100, 10, 150)])
    drawn = value_leaves(np.zeros(200, np.int32), values, 1).draw(np.zeros(8_000, np.int32), np.random.default_rng(1))
    assert (drawn == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert not np.isin(drawn[drawn != 0], values).any()
    assert drawn[drawn != 0].mean() == pytest.approx(values[50:].mean(), rel=0.02)


def test_the_only_value_of_a_leaf_is_moved_towards_its_neighbours() -> None:
    table = value_leaves(np.arange(5, dtype=np.int32), np.array([1.0, 2.0, 4.0, 8.0, 16.0]), 5)
    drawn = table.draw(np.full(1_000, 2, dtype=np.int32), np.random.default_rng(0))
    assert drawn.min() >= 3.0 and drawn.max() <= 6.0 and len(np.unique(drawn)) > 900


def test_large_leaves_are_thinned_without_moving_the_distribution() -> None:
    values = np.random.default_rng(0).gamma(2.0, size=50_000)
    table = value_leaves(np.zeros(50_000, np.int32), values, 1)
    assert len(table.value) <= 512
    drawn = table.draw(np.zeros(50_000, np.int32), np.random.default_rng(1))
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]), rel=0.03)


def test_the_reach_says_how_far_values_are_moved() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0])
    leaf = np.zeros(4, np.int32)
    still, far = (
        value_leaves(leaf, values, 1, reach=reach).draw(np.zeros(4_000, np.int32), np.random.default_rng(0)) for reach in (0.0, 1.0)
    )
    assert set(still) == {1.0, 2.0, 4.0, 8.0}
    assert ((far > 5.5) & (far < 6.5)).any()


def test_a_spike_needs_as_many_rows_as_asked() -> None:
    values = np.concatenate([np.zeros(8), np.linspace(1, 2, 50)])
    leaf, asked = np.zeros(58, np.int32), np.zeros(4_000, np.int32)
    kept, moved = ((value_leaves(leaf, values, 1, atom_rows=rows).draw(asked, np.random.default_rng(0)) == 0).mean() for rows in (5, 20))
    assert kept > moved
