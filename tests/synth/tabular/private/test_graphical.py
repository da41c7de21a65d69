from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imcp_jupyter.synth.tabular.private.graphical import GraphicalModel, Measurement, Sampler
from imcp_jupyter.synth.tabular.private.junction import JunctionTree


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_messages_give_the_marginals_of_the_whole_distribution(columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = tuple(rng.integers(2, 4, columns).tolist())
    pairs = [pair for pair in combinations(range(columns), 2) if rng.random() < 0.5]
    potentials = {pair: rng.normal(size=(sizes[pair[0]], sizes[pair[1]])) for pair in pairs}
    tree = JunctionTree.of(sizes, pairs)
    beliefs = tree.calibrate(potentials, {pair: tree.home(pair) for pair in pairs}, 100.0)
    log = np.zeros(sizes)
    for pair, table in potentials.items():
        log += table.reshape([sizes[column] if column in pair else 1 for column in range(columns)])
    whole = np.exp(log) / np.exp(log).sum() * 100.0
    for clique, belief in zip(tree.cliques, beliefs, strict=True):
        assert belief == pytest.approx(whole.sum(axis=tuple(set(range(columns)) - set(clique))))


def test_exact_marginals_are_met_and_rows_drawn_from_them() -> None:
    rng = np.random.default_rng(0)
    truth = rng.dirichlet(np.ones(3 * 4 * 2)).reshape(3, 4, 2) * 10_000
    pairs = {(0, 1): truth.sum(2), (1, 2): truth.sum(0), (0, 2): truth.sum(1)}
    model = GraphicalModel((3, 4, 2), 10_000.0)
    model.fit([Measurement(pair, table, 1.0) for pair, table in pairs.items()], 3_000)
    drawn = Sampler(model.tree, model.marginals).draw(10_000, rng)
    for (left, right), table in pairs.items():
        found = np.zeros(table.shape)
        np.add.at(found, (drawn[left], drawn[right]), 1)
        assert np.abs(found - table).sum() / 10_000 < 0.03


def test_a_few_steps_reach_skewed_pairs_from_where_proportional_fitting_puts_them() -> None:
    """From uniform potentials, rare cells take hundreds of steps."""
    rng = np.random.default_rng(0)
    shares = np.outer(np.geomspace(1.0, 1e-4, 12), np.geomspace(1.0, 1e-4, 12)) * rng.uniform(0.2, 5.0, (12, 12))
    table = np.round(shares / shares.sum() * 30_000.0)
    model = GraphicalModel((12, 12), table.sum())
    model.fit([Measurement((0, 1), table, 1.0)], 10)
    assert np.abs(model.marginals[0] - table).sum() / table.sum() < 0.01
