from __future__ import annotations

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from imcp_jupyter.synth.tabular.trees import grow_classes, grow_numbers, one_leaf_per_bin, root_only

RNG = np.random.default_rng(0)
BINS = RNG.integers(0, 200, (3_000, 5)).astype(np.uint16)


def test_the_flat_tree_sends_rows_where_scikit_learn_sends_them() -> None:
    target = (BINS[:, :1] * 0.1 + (BINS[:, 1:2] > 90) + RNG.normal(size=(3_000, 1))).astype(np.float64)
    flat = grow_numbers(BINS, target, min_leaf=20, min_gain=0.0)
    tree = DecisionTreeRegressor(min_samples_leaf=20, random_state=0).fit(BINS.astype(np.float32), target)
    pairs = set(zip(flat.leaves(BINS).tolist(), tree.apply(BINS.astype(np.float32)).tolist(), strict=True))
    assert len(pairs) == flat.n_leaves == tree.get_n_leaves()


def test_no_leaf_is_smaller_than_asked() -> None:
    flat = grow_classes(BINS, (BINS[:, 0] > 100).astype(np.int32) + (BINS[:, 3] > 20), min_leaf=30, min_gain=0.0)
    assert np.bincount(flat.leaves(BINS), minlength=flat.n_leaves).min() >= 30


def test_noise_is_hardly_split() -> None:
    noise = RNG.integers(0, 2, 3_000).astype(np.int32)
    assert grow_classes(BINS, noise, min_leaf=10, min_gain=20.0).n_leaves == 1


def test_few_rows_or_one_class_are_not_split() -> None:
    assert grow_classes(BINS[:5], np.array([0, 1, 0, 1, 0], dtype=np.int32), min_leaf=10, min_gain=1.0).n_leaves == 1
    assert grow_classes(BINS, np.zeros(3_000, dtype=np.int32), min_leaf=10, min_gain=1.0).n_leaves == 1
    assert not root_only().leaves(BINS).any()


def test_every_bin_can_have_its_own_leaf() -> None:
    for n_bins in (1, 2, 3, 17, 1_000):
        tree = one_leaf_per_bin(n_bins)
        found = tree.leaves(np.arange(n_bins, dtype=np.uint16)[:, None])
        assert sorted(found) == list(range(n_bins))


def test_what_is_left_of_a_nearly_explained_target_is_still_explained() -> None:
    coarse, fine = BINS[:, 0].astype(np.float64), BINS[:, 1].astype(np.float64)
    target = (1_000.0 * coarse + fine + RNG.normal(size=3_000))[:, None]
    flat = grow_numbers(BINS, target, min_leaf=5, min_gain=4.0)
    leaf = flat.leaves(BINS)
    means = np.bincount(leaf, weights=target[:, 0]) / np.bincount(leaf)
    assert 1.0 - np.var(target[:, 0] - means[leaf]) / np.var(target) > 0.9999


def test_a_larger_price_gives_a_smaller_tree() -> None:
    target = ((BINS[:, :1] + BINS[:, 1:2]) * 0.02 + RNG.normal(size=(3_000, 1))).astype(np.float64)
    sizes = [grow_numbers(BINS, target, min_leaf=10, min_gain=gain).n_leaves for gain in (1.0, 4.0, 20.0)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[2] > 1
