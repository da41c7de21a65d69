"""Decision trees as flat integer arrays: grown by scikit-learn, stored and walked without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bins = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class FlatTree:
    """A binary tree over binned predictors.

    Node i sends a row to `child[i]` when its bin of `predictor[i]` is at most `threshold[i]`, else to `child[i]` + 1.
    At a leaf `child[i]` is -1 - the leaf's number.
    """

    predictor: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.int32]
    child: npt.NDArray[np.int32]

    @property
    def n_leaves(self) -> int:
        return int((self.child < 0).sum())

    def leaves(self, bins: Bins) -> npt.NDArray[np.int32]:
        """(n_rows,) leaf number of each row of `bins` (n_rows, n_predictors), C order."""
        n_rows, width = bins.shape
        leaf = np.zeros(n_rows, dtype=np.int32)
        if len(self.child) == 1:
            return leaf
        flat = bins.ravel()
        rows = np.arange(n_rows)
        node = np.zeros(n_rows, dtype=np.int32)
        while len(rows):
            value = flat[rows * width + self.predictor[node]]
            node = self.child[node] + (value > self.threshold[node])
            ended = self.child[node] < 0
            leaf[rows[ended]] = -1 - self.child[node[ended]]
            rows, node = rows[~ended], node[~ended]
        return leaf


def root_only() -> FlatTree:
    """The tree of a column that nothing explains: one leaf."""
    return FlatTree(np.zeros(1, np.int32), np.zeros(1, np.int32), np.full(1, -1, np.int32))


def one_leaf_per_bin(n_bins: int) -> FlatTree:
    """The balanced tree over a single predictor whose every bin has its own leaf."""
    spans = [(0, n_bins - 1)]  # bins of each node, breadth first
    threshold = np.zeros(2 * n_bins - 1, dtype=np.int32)
    child = np.empty(2 * n_bins - 1, dtype=np.int32)
    leaves = 0
    for node in range(2 * n_bins - 1):
        low, high = spans[node]
        if low == high:
            child[node] = -1 - leaves
            leaves += 1
            continue
        middle = (low + high) // 2
        threshold[node], child[node] = middle, len(spans)
        spans += [(low, middle), (middle + 1, high)]
    return FlatTree(np.zeros(2 * n_bins - 1, dtype=np.int32), threshold, child)


def grow_classes(bins: Bins, codes: npt.NDArray[np.int32], min_leaf: int, min_gain: float) -> FlatTree:
    """Split `codes` (n_rows,) by `bins` (n_rows, n_predictors) on Gini impurity.

    The tree is grown in full, then cut back to splits that lower the impurity, on average over those below them, by `min_gain` /
    n_rows of the root's: less is noise. (Stopping early instead would miss an exclusive or, whose first split gains nothing.)
    """
    from sklearn.tree import DecisionTreeClassifier

    shares = np.bincount(codes) / len(codes)
    return _grow(DecisionTreeClassifier, bins, codes, min_leaf, min_gain, float(1.0 - (shares**2).sum()))


def grow_numbers(bins: Bins, targets: npt.NDArray[np.float64], min_leaf: int, min_gain: float) -> FlatTree:
    """Split `targets` (n_rows, n_targets) by `bins` (n_rows, n_predictors) on variance."""
    from sklearn.tree import DecisionTreeRegressor

    return _grow(DecisionTreeRegressor, bins, targets, min_leaf, min_gain, float(targets.var(axis=0).mean()))


def _grow(kind: Any, bins: Bins, target: npt.NDArray[Any], min_leaf: int, min_gain: float, impurity: float) -> FlatTree:
    n_rows = len(bins)
    if bins.shape[1] == 0 or n_rows < 2 * min_leaf or impurity <= 0.0:
        return root_only()
    tree = kind(min_samples_leaf=min_leaf, ccp_alpha=min_gain * impurity / n_rows, random_state=0)
    grown = tree.fit(bins.astype(np.float32), target).tree_
    return _flat(grown.children_left, grown.children_right, grown.feature, grown.threshold)


def _flat(left: npt.NDArray[Any], right: npt.NDArray[Any], feature: npt.NDArray[Any], threshold: npt.NDArray[Any]) -> FlatTree:
    """Renumber nodes so that siblings are neighbours and leaves count from 0."""
    order = [0]  # new number -> old number; breadth first
    child = np.empty(len(left), dtype=np.int32)
    leaves = 0
    for new in range(len(left)):
        old = order[new]
        if left[old] < 0:
            child[new] = -1 - leaves
            leaves += 1
        else:
            child[new] = len(order)
            order += [int(left[old]), int(right[old])]
    old_numbers = np.array(order)
    # Bins are whole numbers, so the floor of a threshold sends every row the same way.
    return FlatTree(np.maximum(feature[old_numbers], 0).astype(np.int32), np.floor(threshold[old_numbers]).clip(0).astype(np.int32), child)
