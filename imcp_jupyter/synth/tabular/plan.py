"""How many rows of each combination a draw has, so that every target share is met exactly over the whole draw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_

import numpy as np

from ...errors import InvalidInput
from .codec import ColumnCodec
from .conditions import Ask, Shares
from .features import Floats
from .regions import Region, groups_of, region_of
from .rounding import Counts, Margin, rake, whole_rows

Places = Mapping[str, tuple[ColumnCodec, int]]  # the codec of each column and the place of its first feature

_CELLS = 4_096  # combinations of the values that distributions tell apart


@dataclass(frozen=True)
class Outline:
    """Conditions as cells: `common` holds in every row; each of `regions` is one combination of what the `axes` tell apart.

    `wanted`: by axis and group the share asked for, None where the natural proportions hold. `regions` runs over the axes in C order.
    """

    common: Region
    axes: list[str]
    shares: dict[str, Shares]
    groups: list[list[Region]]
    wanted: list[list[float | None]]

    @classmethod
    def of(cls, asks: Mapping[str, Ask], places: Places) -> Outline:
        """Raises `NotFound` or `InvalidInput` for what no row can have, or too many combinations."""
        common: Region = {}
        for column, ask in asks.items():
            if not isinstance(ask, Shares):
                common |= region_of(*places[column], ask)
        shares = {column: ask for column, ask in asks.items() if isinstance(ask, Shares)}
        for column, ask in list(shares.items()):
            for partner in ask.independent_of:
                if partner in asks and partner not in shares:
                    raise InvalidInput(
                        f"column '{column}' cannot be independent of '{partner}', which is held to {asks[partner]}",
                        field=f"conditions.{column}",
                        hint=f"give '{partner}' a distribution, or leave one of the two out",
                    )
                own = shares.get(partner, Shares(()))
                shares[partner] = Shares(own.shares, own.independent_of, apart=True)
        # What is to be independent comes last: it is rounded within the groups as they are, so parity holds within a row.
        axes = sorted(shares, key=lambda column: bool(shares[column].independent_of))
        found = [groups_of(*places[column], shares[column]) for column in axes]
        size = math.prod(len(regions) for regions, _ in found)
        if size > _CELLS:
            raise InvalidInput(
                f"the distributions make {size:,} combinations, at most {_CELLS:,} can be held",
                field="conditions",
                hint="name fewer values, or give fewer columns a distribution",
            )
        return cls(common, axes, shares, [regions for regions, _ in found], [wanted for _, wanted in found])

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(regions) for regions in self.groups)

    @property
    def regions(self) -> list[Region]:
        """What tells each cell apart, without `common`."""
        empty: Region = {}
        return [reduce(or_, cell, empty) for cell in product(*self.groups)]

    def counts(self, mass: Floats, rows: int) -> Counts | None:
        """(n_cells,) whole rows for the natural proportions `mass` (any shape of n_cells); None where they cannot be had."""
        mass = mass.reshape(self.shape)
        if not mass.sum() > 0:
            return None
        table = rake(mass, self._margins(mass / mass.sum()))
        counts = whole_rows(table, rows) if table is not None else None
        return None if counts is None else counts.ravel()

    def _margins(self, natural: Floats) -> list[Margin]:
        """The margins that the distributions and independences ask for; what is not named keeps its `natural` proportions."""
        single = [self._single(axis, natural) for axis in range(natural.ndim)]
        named = [any(share is not None for share in wanted) for wanted in self.wanted]
        margins: list[Margin] = [((axis,), single[axis]) for axis in range(natural.ndim) if named[axis]]
        for axis, column in enumerate(self.axes):
            others = tuple(sorted(self.axes.index(partner) for partner in self.shares[column].independent_of))
            if not others:
                continue
            joint = natural.sum(axis=tuple(other for other in range(natural.ndim) if other not in others))
            raked = rake(joint, [((place,), single[other]) for place, other in enumerate(others) if named[other]])
            outer = np.multiply.outer(joint if raked is None else raked, single[axis])
            places = tuple(sorted((*others, axis)))
            margins.append((places, np.moveaxis(outer, -1, places.index(axis))))
        return margins

    def _single(self, axis: int, natural: Floats) -> Floats:
        own = natural.sum(axis=tuple(other for other in range(natural.ndim) if other != axis))
        free = np.array([share is None for share in self.wanted[axis]])
        named = np.array([share or 0.0 for share in self.wanted[axis]])
        rest = max(1.0 - named.sum(), 0.0)
        spread = own * free
        return np.asarray(named + (spread / spread.sum() * rest if spread.sum() > 0 else 0.0))


def split(counts: Counts, block_rows: int, rng: np.random.Generator) -> Iterator[tuple[int, Counts]]:
    """The number of the first row of each block, and how many rows of each cell the block has, as if drawn without putting back."""
    left, rows = counts.copy(), int(counts.sum())
    for start in range(0, rows, block_rows):
        size = min(block_rows, rows - start)
        own = left.copy() if size == left.sum() else rng.multivariate_hypergeometric(left, size, method="marginals")
        left = left - own
        yield start, own
