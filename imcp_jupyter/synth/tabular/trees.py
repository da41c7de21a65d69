"""Decision trees as flat integer arrays: grown by scikit-learn, stored and walked without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bins = npt.NDArray[np.uint16]

_PRICES = 6  # rounds in which the price of a leaf follows from the impurity that is left
_SETTLED = 0.98


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

    The tree is grown in full, then cut back to splits that, on average over those below them, take away as much impurity as
    `min_gain` rows have left at the end: less is noise. (Stopping early instead would miss an exclusive or, whose first split
    gains nothing.)
    """
    from sklearn.tree import DecisionTreeClassifier

    return _grow(DecisionTreeClassifier, bins, codes, min_leaf, min_gain)


def grow_numbers(bins: Bins, targets: npt.NDArray[np.float64], min_leaf: int, min_gain: float) -> FlatTree:
    """Split `targets` (n_rows, n_targets) by `bins` (n_rows, n_predictors) on variance."""
    from sklearn.tree import DecisionTreeRegressor

    return _grow(DecisionTreeRegressor, bins, targets, min_leaf, min_gain)


def _grow(kind: Any, bins: Bins, target: npt.NDArray[Any], min_leaf: int, min_gain: float) -> FlatTree:
    if bins.shape[1] == 0 or len(bins) < 2 * min_leaf or (target == target[:1]).all():
        return root_only()
    grown = kind(min_samples_leaf=min_leaf, random_state=0).fit(bins.astype(np.float32), target).tree_
    left, right = _pruned(grown.children_left, grown.children_right, grown.impurity * grown.weighted_n_node_samples, len(bins), min_gain)
    return _flat(left, right, grown.feature, grown.threshold)


def _pruned(
    left: npt.NDArray[Any], right: npt.NDArray[Any], impurity: npt.NDArray[np.float64], n_rows: int, min_gain: float
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The children of each node in the subtree that minimises impurity (n_nodes, summed over rows) + leaves * price, -1 at its leaves.

    (Minimal cost-complexity pruning, Breiman et al. 1984, chapter 3.) The price is `min_gain` rows' share of what impurity the
    subtree itself leaves: a price by the root's would stop where most is explained, long before all is.
    """
    levels = _levels(left, right)
    remains = float(impurity[0])
    for _ in range(_PRICES):
        price = min_gain * remains / n_rows
        cost = impurity + price
        kept = np.zeros(len(left), dtype=bool)
        for nodes in reversed(levels):
            below = cost[left[nodes]] + cost[right[nodes]]
            better = below < cost[nodes]
            kept[nodes] = better
            cost[nodes[better]] = below[better]
        ends = _ends(left, right, kept)
        left_over = float(impurity[ends].sum()) * n_rows / max(n_rows - len(ends), 1)
        settled = left_over >= _SETTLED * remains
        remains = min(left_over, remains)
        if settled:
            break
    return np.where(kept, left, -1), np.where(kept, right, -1)


def _levels(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """The inner nodes by depth."""
    levels = []
    nodes = np.zeros(1, dtype=np.int64)
    while len(nodes := nodes[left[nodes] >= 0]):
        levels.append(nodes)
        nodes = np.concatenate([left[nodes], right[nodes]])
    return levels


def _ends(left: npt.NDArray[Any], right: npt.NDArray[Any], kept: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """The leaves of the subtree whose splits are `kept`."""
    ends = []
    nodes = np.zeros(1, dtype=np.int64)
    while len(nodes):
        ends.append(nodes[~kept[nodes]])
        nodes = nodes[kept[nodes]]
        nodes = np.concatenate([left[nodes], right[nodes]])
    return np.concatenate(ends)


def _flat(left: npt.NDArray[Any], right: npt.NDArray[Any], feature: npt.NDArray[Any], threshold: npt.NDArray[Any]) -> FlatTree:
    """Renumber the nodes that the root reaches so that siblings are neighbours and leaves count from 0."""
    order = [0]  # new number -> old number; breadth first
    child: list[int] = []
    leaves = 0
    for old in order:
        if left[old] < 0:
            child.append(-1 - leaves)
            leaves += 1
        else:
            child.append(len(order))
            order += [int(left[old]), int(right[old])]
    old_numbers = np.array(order)
    # Bins are whole numbers, so the floor of a threshold sends every row the same way.
    return FlatTree(
        np.maximum(feature[old_numbers], 0).astype(np.int32),
        np.floor(threshold[old_numbers]).clip(0).astype(np.int32),
        np.array(child, dtype=np.int32),
    )
