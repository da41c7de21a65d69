"""One feature given the features before it: a tree over ordered predictors, and what lies in its leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .blends import Blend
from .features import ATOM_ROWS, Codes, Discrete, Feature, Floats
from .leaves import LeafTable, code_leaves, value_leaves
from .predictors import Binning, class_sums, level_order, many_level_signals, number_sums
from .rulers import Heights
from .seen import Seen
from .trees import Bins, FlatTree, grow_classes, grow_numbers, one_leaf_per_bin

_CLASSES = 32  # more levels than this are grown on directions instead of one impurity per level
_GROWING_ROWS = 200_000  # a tree's splits are sought in at most this many rows; its leaves hold all


@dataclass(frozen=True)
class TreeSettings:
    """`min_leaf` rows at least in a leaf; `min_gain` see `trees.grow_classes`; at most `max_predictors` earlier features.

    A number that `atom_rows` rows share is kept, others move up to `smoothing` of the way to their neighbour.
    """

    min_leaf: int
    min_gain: float
    max_predictors: int
    smoothing: float = 0.5
    atom_rows: int = ATOM_ROWS


@dataclass(frozen=True)
class Conditional:
    """The distribution of feature `target` given features `given`; `orders` ranks the bins of each (empty: as they are).

    The tree's predictors are the features `given` and, last, the `blend` where there is one.
    """

    target: int
    given: list[int]
    orders: list[Bins]
    tree: FlatTree
    table: LeafTable
    blend: Blend | None = None

    def draw(self, seen: Seen, rows: int, rng: np.random.Generator) -> npt.NDArray[Any]:
        """(n_rows,) codes or values, given the features drawn so far."""
        return self.table.draw(self.leaf(seen, rows), rng)

    def leaf(self, seen: Seen, rows: int) -> Codes:
        """(n_rows,) the leaf of each row."""
        sums = None if self.blend is None else self.blend.bins(seen.heights, rows)
        return self.tree.leaves(_matrix(seen.bins, self.given, self.orders, sums, rows))


def fit_conditional(
    target: int,
    given: list[int],
    features: Sequence[Feature],
    bins: Sequence[Bins],
    binnings: Sequence[Binning],
    heights: Sequence[Heights],
    settings: TreeSettings,
    blend: Blend | None = None,
) -> Conditional:
    """Learn feature `target` from the features `given` and their `blend`, over the rows where it is present.

    `heights` are the (n_rows,) normal scores of each feature.
    """
    feature = features[target]
    signals: Floats | None
    if isinstance(feature, Discrete):
        present: Any = slice(None)
        wanted: npt.NDArray[Any] = feature.codes
        many = feature.n_levels > _CLASSES and bool(given)
        signals = many_level_signals(feature.codes, feature.n_levels, [heights[place] for place in given]) if many else None
        n_classes = feature.n_levels
    else:
        present = np.flatnonzero(~np.isnan(feature.values)) if feature.gated else slice(None)
        wanted = feature.values[present]
        signals = heights[target][present].astype(np.float64)[:, None]
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
    sums_bins = None if blend is None else blend.bins(heights, len(heights[target]))[present]
    matrix = _matrix(dict(zip(given, own_bins, strict=True)), given, orders, sums_bins, len(wanted))
    # Drawn, not evenly spaced: tables often come in repeating order.
    n_rows = len(wanted)
    some: Any = slice(None)
    if n_rows > _GROWING_ROWS:
        some = np.sort(np.random.default_rng(n_rows).choice(n_rows, _GROWING_ROWS, replace=False, shuffle=False))
    if signals is None:
        tree = grow_classes(matrix[some], wanted[some], settings.min_leaf, settings.min_gain)
    else:
        tree = grow_numbers(matrix[some], signals[some], settings.min_leaf, settings.min_gain)
    return _filled(target, given, orders, tree, feature, matrix, wanted, settings, blend)


def look_up(
    target: int, source: int, features: Sequence[Feature], bins: Sequence[Bins], binnings: Sequence[Binning], settings: TreeSettings
) -> Conditional:
    """Feature `target` where `source` determines it: one leaf for each bin of `source`."""
    feature = features[target]
    wanted = feature.codes if isinstance(feature, Discrete) else feature.values
    tree = one_leaf_per_bin(binnings[source].n_bins)
    return _filled(target, [source], [np.empty(0, dtype=np.uint16)], tree, feature, bins[source][:, None], wanted, settings)


def _filled(
    target: int,
    given: list[int],
    orders: list[Bins],
    tree: FlatTree,
    feature: Feature,
    matrix: Bins,
    wanted: npt.NDArray[Any],
    settings: TreeSettings,
    blend: Blend | None = None,
) -> Conditional:
    leaf = tree.leaves(matrix)
    if isinstance(feature, Discrete):
        table = code_leaves(leaf, wanted, tree.n_leaves)
    else:
        table = value_leaves(leaf, wanted, tree.n_leaves, settings.atom_rows, settings.smoothing)
    return Conditional(target, given, orders, tree, table, blend)


def _matrix(bins: Any, given: list[int], orders: list[Bins], sums: Bins | None, rows: int) -> Bins:
    """(n_rows, n_predictors) uint16, C order: the ordered bins of the features `given`, then those of the blend."""
    matrix = np.empty((rows, len(given) + (sums is not None)), dtype=np.uint16)
    for column, (place, order) in enumerate(zip(given, orders, strict=True)):
        matrix[:, column] = order[bins[place]] if len(order) else bins[place]
    if sums is not None:
        matrix[:, -1] = sums
    return matrix
