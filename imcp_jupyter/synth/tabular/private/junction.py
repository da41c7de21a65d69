"""Junction trees: which tables a graphical model needs, and exact marginals by passing messages.

Lauritzen & Spiegelhalter 1988; Koller & Friedman 2009, chapters 9 and 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

Clique = tuple[int, ...]  # positions of columns, ascending
Table = npt.NDArray[np.float64]


@dataclass(frozen=True)
class JunctionTree:
    """`cliques` with the root first; clique i > 0 hangs on ``parent[i]`` < i and shares the columns ``separator[i]`` with it."""

    sizes: tuple[int, ...]
    cliques: list[Clique]
    parent: list[int]
    separator: list[Clique]

    @classmethod
    def of(cls, sizes: Sequence[int], wanted: Iterable[Clique]) -> JunctionTree:
        """The tree whose cliques cover each of `wanted` and every column. Greedy: the cheapest column is eliminated first."""
        cliques = _maximal(_eliminate(sizes, wanted))
        parent, order = [-1], [0]
        separator: list[Clique] = [()]
        outside = set(range(1, len(cliques)))
        near = {place: (len(set(cliques[place]) & set(cliques[0])), 0) for place in outside}
        while outside:  # Prim: a tree of largest separators has the running intersection property
            place = max(sorted(outside), key=lambda item: near[item][0])
            outside.remove(place)
            above = near[place][1]
            parent.append(order.index(above))
            separator.append(tuple(sorted(set(cliques[place]) & set(cliques[above]))))
            order.append(place)
            for other in outside:
                shared = len(set(cliques[other]) & set(cliques[place]))
                if shared > near[other][0]:
                    near[other] = (shared, place)
        return cls(tuple(sizes), [cliques[place] for place in order], parent, separator)

    @property
    def n_cells(self) -> int:
        return sum(prod(self.sizes[column] for column in clique) for clique in self.cliques)

    def home(self, columns: Clique) -> int:
        """The smallest clique that holds all of `columns`."""
        holding = [place for place, clique in enumerate(self.cliques) if set(columns) <= set(clique)]
        return min(holding, key=lambda place: prod(self.sizes[column] for column in self.cliques[place]))

    def spread(self, table: Table, columns: Clique, clique: int) -> Table:
        """`table` over `columns` with axes of length 1 for the clique's other columns."""
        return table.reshape([self.sizes[column] if column in columns else 1 for column in self.cliques[clique]])

    def reduce(self, table: Table, clique: int, columns: Clique) -> Table:
        """The marginal over `columns` of a clique's table."""
        drop = tuple(axis for axis, column in enumerate(self.cliques[clique]) if column not in columns)
        return np.asarray(table.sum(axis=drop)) if drop else table

    def calibrate(self, potentials: Mapping[Clique, Table], homes: Mapping[Clique, int], total: float) -> list[Table]:
        """The marginal of every clique, summing to `total`, of the distribution ∝ exp(sum of `potentials`)."""
        logs = [np.zeros([self.sizes[column] for column in clique]) for clique in self.cliques]
        for columns, table in potentials.items():
            logs[homes[columns]] += self.spread(table, columns, homes[columns])
        beliefs = [np.exp(np.maximum(table - table.max(), -500.0)) for table in logs]
        up: list[Table] = [np.ones(())] * len(beliefs)
        for place in range(len(beliefs) - 1, 0, -1):
            message = self.reduce(beliefs[place], place, self.separator[place])
            up[place] = message / message.max()
            above = self.parent[place]
            beliefs[above] *= self.spread(up[place], self.separator[place], above)
            beliefs[above] /= beliefs[above].max()
        beliefs[0] *= total / beliefs[0].sum()
        for place in range(1, len(beliefs)):
            wanted = self.reduce(beliefs[self.parent[place]], self.parent[place], self.separator[place])
            now = self.reduce(beliefs[place], place, self.separator[place])
            ratio = np.divide(wanted, now, out=np.zeros_like(wanted), where=now > 0)
            beliefs[place] *= self.spread(ratio, self.separator[place], place)
        return beliefs


def _eliminate(sizes: Sequence[int], wanted: Iterable[Clique]) -> list[set[int]]:
    near: dict[int, set[int]] = {column: set() for column in range(len(sizes))}
    for columns in wanted:
        for column in columns:
            near[column] |= set(columns) - {column}
    found: list[set[int]] = []
    while near:
        column = min(near, key=lambda item: (prod(sizes[other] for other in near[item]) * sizes[item], item))
        around = near.pop(column)
        found.append(around | {column})
        for other in around:
            near[other] |= around - {other}
            near[other].discard(column)
    return found


def _maximal(cliques: list[set[int]]) -> list[Clique]:
    kept: list[set[int]] = []
    for clique in sorted(cliques, key=lambda item: (-len(item), sorted(item))):
        if not any(clique <= other for other in kept):
            kept.append(clique)
    return [tuple(sorted(clique)) for clique in kept]
