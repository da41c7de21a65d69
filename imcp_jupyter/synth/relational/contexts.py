"""A parent's context: the leaf of a tree over its attributes that tells its children's attributes best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data.table import Column
from .profiles import Matrix

Codes = npt.NDArray[np.int32]

NO_PARENT = -1
_LEAVES = 32
_LEAF_PARENTS = 5  # no context is one real parent
_LEVEL_PARENTS = 5  # rarer levels share one score


@dataclass(frozen=True)
class Scale:
    """How one column becomes a number: numbers as they are, levels by their score; `other` for what was never or rarely seen."""

    name: str
    levels: dict[str, float] | None
    other: float

    def numbers(self, column: Column) -> Matrix:
        """(n_rows,) float32."""
        if self.levels is None:
            return np.where(column.missing, self.other, column.values).astype(np.float32)
        scores = np.array([*(self.levels.get(str(level), self.other) for level in column.categories), self.other])
        return scores[column.codes].astype(np.float32)


@dataclass(frozen=True)
class Context:
    """`scales` make the columns of the tree's input; the tree is four arrays (n_nodes,): `feature` is -1 at leaves."""

    scales: list[Scale]
    feature: Codes
    threshold: npt.NDArray[np.float64]
    left: Codes
    right: Codes

    @classmethod
    def single(cls) -> Context:
        """One context for all."""
        return cls([], *_stump())

    @classmethod
    def fit(cls, columns: dict[str, Column], means: Matrix, counts: npt.NDArray[np.int64]) -> Context:
        """Learn from the parents that have children: `means` (n_parents, n_dims) of `counts` children each."""
        from sklearn.tree import DecisionTreeRegressor

        has = counts > 0
        if not columns or means.shape[1] == 0 or has.sum() < 2 * _LEAF_PARENTS:
            return cls.single()
        weight = counts[has].astype(np.float64)
        trend = _first_direction(means[has], weight)
        scales = [_scale(column, trend, weight, has) for column in columns.values()]
        inputs = np.column_stack([scale.numbers(column)[has] for scale, column in zip(scales, columns.values(), strict=True)])
        leaf = max(_LEAF_PARENTS, int(has.sum()) // (4 * _LEAVES))
        tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=leaf, min_impurity_decrease=1e-4, random_state=0)
        grown = tree.fit(inputs, means[has], sample_weight=weight).tree_
        feature = np.where(grown.children_left < 0, -1, grown.feature).astype(np.int32)
        return cls(
            scales, feature, np.asarray(grown.threshold), grown.children_left.astype(np.int32), grown.children_right.astype(np.int32)
        )

    def codes(self, columns: dict[str, Column], rows: int) -> Codes:
        """(rows,) int32: the node of the leaf that each parent falls into."""
        node = np.zeros(rows, dtype=np.int32)
        if len(self.feature) == 1:
            return node
        inputs = np.column_stack([scale.numbers(columns[scale.name]) for scale in self.scales])
        inner = np.flatnonzero(self.feature[node] >= 0)
        while len(inner):
            at = node[inner]
            goes_left = inputs[inner, self.feature[at]] <= self.threshold[at]
            node[inner] = np.where(goes_left, self.left[at], self.right[at])
            inner = inner[self.feature[node[inner]] >= 0]
        return node

    def state(self) -> list[dict[str, Any]]:
        return [{"name": scale.name, "levels": scale.levels, "other": scale.other} for scale in self.scales]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"feature": self.feature, "threshold": self.threshold, "left": self.left, "right": self.right}

    @classmethod
    def restore(cls, state: list[dict[str, Any]], arrays: dict[str, npt.NDArray[Any]]) -> Context:
        return cls([Scale(**item) for item in state], **arrays)


def _stump() -> tuple[Codes, npt.NDArray[np.float64], Codes, Codes]:
    leaf = np.full(1, -1, dtype=np.int32)
    return leaf, np.zeros(1), leaf, leaf


def _first_direction(means: Matrix, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(n_parents,) the families' scores on their main direction: what levels are ordered by."""
    centred = means - np.average(means, axis=0, weights=weight)
    _, _, directions = np.linalg.svd(centred * np.sqrt(weight)[:, None], full_matrices=False)
    sign = np.sign(directions[0][np.abs(directions[0]).argmax()]) or 1.0
    return np.asarray(centred @ (directions[0] * sign), dtype=np.float64)


def _scale(column: Column, trend: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], has: npt.NDArray[np.bool_]) -> Scale:
    name = column.schema.name
    if column.is_numeric:
        present = column.values[~column.missing]
        return Scale(name, None, float(present.min()) - 1.0 if len(present) else 0.0)
    codes = column.codes[has]
    known = codes >= 0
    size = len(column.categories)
    parents = np.bincount(codes[known], minlength=size)
    mass = np.bincount(codes[known], weights=weight[known], minlength=size)
    total = np.bincount(codes[known], weights=(weight * trend)[known], minlength=size)
    common = np.flatnonzero(parents >= _LEVEL_PARENTS)
    levels = {str(column.categories[level]): round(float(total[level] / mass[level]), 6) for level in common}
    return Scale(name, levels, float(trend.min()) - 1.0)
