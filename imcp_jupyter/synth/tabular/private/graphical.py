"""The distribution of largest entropy that fits noisy marginals best, and rows drawn from it.

McKenna, Sheldon & Miklau 2019, "Graphical-model based estimation and inference for differential privacy": mirror descent
on the squared error of the measured marginals. Works on what was measured only, so it costs no privacy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..features import Codes
from .junction import Clique, JunctionTree, Table

_ENOUGH = 1e-5  # relative gain of one step below which a fit ends


@dataclass(frozen=True)
class Measurement:
    """Noisy counts `values` over `columns`, with the standard deviation of their noise."""

    columns: Clique
    values: Table
    sigma: float


@dataclass
class GraphicalModel:
    """`sizes` codes per column. `fit` may be called again with more measurements: it goes on from where it was."""

    sizes: tuple[int, ...]
    total: float
    potentials: dict[Clique, Table] = field(default_factory=dict)
    tree: JunctionTree = field(init=False)
    marginals: list[Table] = field(init=False)
    _step: float = 0.0

    def __post_init__(self) -> None:
        self.tree = JunctionTree.of(self.sizes, [])
        self.marginals = self.tree.calibrate({}, {}, self.total)

    def fit(self, measurements: Sequence[Measurement], iterations: int) -> None:
        """Move towards `measurements` in at most `iterations` steps."""
        fresh = [one for one in measurements if one.columns not in self.potentials]
        for one in fresh:
            self.potentials.setdefault(one.columns, np.zeros(one.values.shape))
        self.tree = tree = JunctionTree.of(self.sizes, self.potentials)
        homes = {columns: tree.home(columns) for columns in self.potentials}
        self._start(fresh, homes)
        # Weights relative to the most exact measurement keep steps of one size over all budgets.
        best = min(one.sigma for one in measurements)
        weights = [(best / one.sigma) ** 2 for one in measurements]

        def look(beliefs: list[Table]) -> tuple[float, list[Table], list[Table]]:
            found = [tree.reduce(beliefs[homes[one.columns]], homes[one.columns], one.columns) for one in measurements]
            off = [weight * (table - one.values) for weight, table, one in zip(weights, found, measurements, strict=True)]
            loss = sum(float((part**2).sum()) / weight for part, weight in zip(off, weights, strict=True)) / 2.0
            return loss, found, off

        beliefs = tree.calibrate(self.potentials, homes, self.total)
        loss, found, off = look(beliefs)
        step = self._step or 1.0 / self.total
        for _ in range(iterations):
            for _ in range(20):
                moved = {columns: table.copy() for columns, table in self.potentials.items()}
                for one, gradient in zip(measurements, off, strict=True):
                    moved[one.columns] -= step * gradient
                new = tree.calibrate(moved, homes, self.total)
                new_loss, new_found, new_off = look(new)
                gain = sum(float((g * (a - b)).sum()) for g, a, b in zip(off, found, new_found, strict=True))
                if loss - new_loss >= 0.5 * gain:  # Armijo
                    break
                step /= 2.0
            small = loss - new_loss < _ENOUGH * loss
            self.potentials, beliefs, loss, found, off = moved, new, new_loss, new_found, new_off
            step *= 1.4
            if small:
                break
        self._step = step
        self.marginals = beliefs

    def _start(self, fresh: Sequence[Measurement], homes: dict[Clique, int]) -> None:
        """Begin new potentials where one round of iterative proportional fitting puts them, as far as they clear the noise."""
        beliefs = self.tree.calibrate(self.potentials, homes, self.total)
        for one in fresh:
            now = self.tree.reduce(beliefs[homes[one.columns]], homes[one.columns], one.columns)
            self.potentials[one.columns] = np.log((np.maximum(one.values, 0.0) + one.sigma) / (now + one.sigma))

    def sampler(self) -> Sampler:
        return Sampler(self.tree, self.marginals)


class Sampler:
    """Draws rows of codes clique by clique from `marginals`, one table per clique of `tree`."""

    def __init__(self, tree: JunctionTree, marginals: list[Table]) -> None:
        self.tree = tree
        self.marginals = marginals
        self._steps = [_conditional(tree, place, table) for place, table in enumerate(marginals)]

    def draw(self, rows: int, rng: np.random.Generator) -> list[Codes]:
        """One (rows,) int32 per column. Rows of one context are spread evenly over their distribution, not drawn apart:
        shares of 0.3 become 30 of 100 rows, not 30 ± 5.
        """
        drawn: list[Codes] = [np.zeros(rows, dtype=np.int32)] * len(self.tree.sizes)
        for place, cumulative in enumerate(self._steps):
            known = self.tree.separator[place]
            fresh = [column for column in self.tree.cliques[place] if column not in known]
            if not fresh:
                continue
            context = np.zeros(rows, dtype=np.int64)
            for column in known:
                context = context * self.tree.sizes[column] + drawn[column]
            width = cumulative.shape[1]
            flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
            cell = np.searchsorted(flat, context + _even(context, len(cumulative), rng), side="right") - context * width
            cell = np.clip(cell, 0, width - 1)
            for column in reversed(fresh):
                cell, code = np.divmod(cell, self.tree.sizes[column])
                drawn[column] = code.astype(np.int32)
        return drawn


def _conditional(tree: JunctionTree, place: int, table: Table) -> npt.NDArray[np.float64]:
    """(n_contexts, n_cells) cumulative shares of the clique's fresh columns given its separator."""
    clique, known = tree.cliques[place], tree.separator[place]
    axes = [clique.index(column) for column in known] + [axis for axis, column in enumerate(clique) if column not in known]
    contexts = int(np.prod([tree.sizes[column] for column in known], dtype=np.int64))
    flat = np.maximum(table.transpose(axes).reshape(contexts, -1), 0.0)
    empty = flat.sum(axis=1) <= 0
    flat[empty] = np.maximum(flat.sum(axis=0), 1e-300)
    cumulative = np.cumsum(flat, axis=1)
    return np.asarray(np.minimum(cumulative / cumulative[:, -1:], 1.0 - 1e-12))


def _even(context: npt.NDArray[np.int64], contexts: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(n_rows,) numbers in [0, 1): within each context evenly spaced from a random start, in random order."""
    order = rng.permutation(len(context))
    order = order[np.argsort(context[order], kind="stable")]
    size = np.bincount(context, minlength=contexts)
    first = np.cumsum(size) - size
    sorted_context = context[order]
    rank = np.arange(len(context)) - first[sorted_context]
    spaced = np.empty(len(context))
    spaced[order] = (rank + rng.random(contexts)[sorted_context]) / size[sorted_context]
    return spaced
