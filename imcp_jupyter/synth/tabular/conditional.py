"""One feature given the features before it: a tree over ordered predictors, and what lies in its leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Codes, Discrete, Feature, Floats
from .leaves import LeafTable, code_leaves, value_leaves
from .predictors import Binning, class_sums, level_order, many_level_signals, number_sums
from .trees import Bins, FlatTree, grow_classes, grow_numbers, one_leaf_per_bin

_CLASSES = 32  # more levels than this are grown on directions instead of one impurity per level
_GROWING_ROWS = 200_000  # a tree's splits are sought in at most this many rows; its leaves hold all


@dataclass(frozen=True)
class TreeSettings:
    """`min_leaf` rows at least in a leaf; `min_gain` see `trees.grow_classes`; at most `max_predictors` earlier features."""

    min_leaf: int
    min_gain: float
    max_predictors: int


@dataclass(frozen=True)
class Conditional:
    """The distribution of feature `target` given features `given`; `orders` ranks the bins of each (empty: as they are)."""

    target: int
    given: list[int]
    orders: list[Bins]
    tree: FlatTree
    table: LeafTable

    def draw(self, bins: Sequence[Bins | None], rows: int, rng: np.random.Generator) -> npt.NDArray[Any]:
        """(n_rows,) codes or values, given the (n_rows,) bins of the features drawn so far."""
        return self.table.draw(self.leaf(bins, rows), rng)

    def leaf(self, bins: Sequence[Bins | None], rows: int) -> Codes:
        """(n_rows,) the leaf of each row."""
        return self.tree.leaves(_ordered(bins, self.given, self.orders, rows))


def fit_conditional(
    target: int,
    given: list[int],
    features: Sequence[Feature],
    bins: Sequence[Bins],
    binnings: Sequence[Binning],
    scores: npt.NDArray[np.float32],
    settings: TreeSettings,
) -> Conditional:
    """Learn feature `target` from the features `given`, over the rows where it is present.

    `scores` (n_rows, n_features) are the normal scores of all features.
    """
    feature = features[target]
    signals: Floats | None
    if isinstance(feature, Discrete):
        present: Any = slice(None)
        wanted: npt.NDArray[Any] = feature.codes
        many = feature.n_levels > _CLASSES and bool(given)
        signals = many_level_signals(feature.codes, feature.n_levels, scores[:, given]) if many else None
        n_classes = feature.n_levels
    else:
        present = np.flatnonzero(~np.isnan(feature.values)) if feature.gated else slice(None)
        wanted = feature.values[present]
        signals = scores[present, target].astype(np.float64)[:, None]
        n_classes = 0
    own_bins = [bins[place][present] for place in given]
    orders: list[Bins] = []
    for place, column in zip(given, own_bins, strict=True):
        n_bins = binnings[place].n_bins
        if binnings[place].cuts is not None or n_bins <= 2:
            orders.append(np.empty(0, dtype=np.uint16))
            continue
        sums = class_sums(column, n_bins, wanted, n_classes) if signals is None else number_sums(column, n_bins, signals)
        orders.append(level_order(np.bincount(column, minlength=n_bins), sums))
    matrix = _ordered(dict(zip(given, own_bins, strict=True)), given, orders, len(wanted))
    # Drawn, not evenly spaced: tables often come in repeating order.
    n_rows = len(wanted)
    some: Any = slice(None)
    if n_rows > _GROWING_ROWS:
        some = np.sort(np.random.default_rng(n_rows).choice(n_rows, _GROWING_ROWS, replace=False, shuffle=False))
    if signals is None:
        tree = grow_classes(matrix[some], wanted[some], settings.min_leaf, settings.min_gain)
    else:
        tree = grow_numbers(matrix[some], signals[some], settings.min_leaf, settings.min_gain)
    return _filled(target, given, orders, tree, feature, matrix, wanted)


def look_up(target: int, source: int, features: Sequence[Feature], bins: Sequence[Bins], binnings: Sequence[Binning]) -> Conditional:
    """Feature `target` where `source` determines it: one leaf for each bin of `source`."""
    feature = features[target]
    wanted = feature.codes if isinstance(feature, Discrete) else feature.values
    tree = one_leaf_per_bin(binnings[source].n_bins)
    return _filled(target, [source], [np.empty(0, dtype=np.uint16)], tree, feature, bins[source][:, None], wanted)


def _filled(
    target: int, given: list[int], orders: list[Bins], tree: FlatTree, feature: Feature, matrix: Bins, wanted: npt.NDArray[Any]
) -> Conditional:
    leaf = tree.leaves(matrix)
    table = (code_leaves if isinstance(feature, Discrete) else value_leaves)(leaf, wanted, tree.n_leaves)
    return Conditional(target, given, orders, tree, table)


def _ordered(bins: Any, given: list[int], orders: list[Bins], rows: int) -> Bins:
    """(n_rows, n_given) uint16, C order."""
    matrix = np.empty((rows, len(given)), dtype=np.uint16)
    for column, (place, order) in enumerate(zip(given, orders, strict=True)):
        matrix[:, column] = order[bins[place]] if len(order) else bins[place]
    return matrix
