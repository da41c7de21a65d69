"""Rows under conditions: what every engine shares that can draw features within regions.

A plan splits the draw into cells (one for each combination of the values that a distribution tells apart), each with its exact
number of rows; the engine draws each cell from its own conditional law.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...errors import InvalidInput
from .codec import TableCodec
from .conditions import Ask, Shares, parse_conditions
from .engine import BLOCK_ROWS, TabularModel, block_generator
from .features import Draw
from .partial_rows import Given, given_features, merged
from .plan import Outline, Places, split
from .regions import Region, column_places, enforce, groups_of, region_of
from .rounding import Counts

if TYPE_CHECKING:
    import pandas as pd

Drawn = list[npt.NDArray[Any]]
Order = npt.NDArray[np.int64]

_TRIAL = 512  # rows that tell how probable a cell is
_CLOSER = 131_072  # rows that tell whether a cell has any probability at all
_BUDGET = 1_000_000  # rows for all closer looks together
KEY = 0xC0  # the plan's own stream of random numbers, apart from the blocks'


class Unreachable(Exception):
    """An engine found no row in a region. Stays inside the package: `ConditionalModel` says which conditions clash."""


class ConditionalModel(TabularModel):
    """A model that draws features within regions."""

    _codec: TableCodec

    @abstractmethod
    def draw_cells(self, cells: list[tuple[Region, int]], rng: np.random.Generator) -> Drawn:
        """All features of ``sum(n for _, n in cells)`` rows, n rows in each region, cell after cell, from the conditional law.

        Raises `Unreachable` where the model gives a region no probability.
        """

    @abstractmethod
    def region_mass(self, region: Region, rows: int, rng: np.random.Generator) -> float:
        """The probability of `region`, estimated by `rows` weighted draws."""

    @abstractmethod
    def fill(self, given: list[Given], rng: np.random.Generator) -> Drawn:
        """All features of partial rows: `given` where known, the others drawn given these."""

    def complete(self, partial: pd.DataFrame, seed: int) -> pd.DataFrame:
        """`partial` with its missing columns and cells drawn given what it holds; given cells come back as they are.

        Cells of a column that `partial` has are never filled with a missing value. The same seed gives the same cells. Raises
        `NotFound` for a column or value that the model does not know.
        """
        import pandas as pd

        blocks = []
        for index, start in enumerate(range(0, max(len(partial), 1), BLOCK_ROWS)):
            block = partial.iloc[start : start + BLOCK_ROWS]
            filled = self.filled(block, block_generator(seed, index), start, seed)
            if len(block):
                blocks.append(filled)
        if not blocks:
            raise InvalidInput("there is no row to complete", field="partial")
        return blocks[0] if len(blocks) == 1 else pd.concat(blocks)

    def filled(self, block: pd.DataFrame, rng: np.random.Generator, start: int, key: int) -> pd.DataFrame:
        """One block of partial rows completed; raises as `complete`."""
        given = given_features(block, self._codec)
        return merged(block, self._codec.decode(self.fill(given, rng), Draw(len(block), rng, start, key))) if len(block) else block

    @property
    def places(self) -> Places:
        """The codec of each column and the place of its first feature."""
        return column_places(self._codec)

    def held_block(
        self, cells: list[tuple[Region, int]], rng: np.random.Generator, start: int, key: int, order: Order | None = None
    ) -> tuple[pd.DataFrame, Order]:
        """The rows of all `cells` as one block in random `order`, which says of each row where it would stand cell after cell.

        Raises `Unreachable`.
        """
        drawn = self.draw_cells(cells, rng)
        at = 0
        for region, count in cells:
            enforce(region, [feature[at : at + count] for feature in drawn])
            at += count
        if order is None:
            order = rng.permutation(at)
        return self._codec.decode([feature[order] for feature in drawn], Draw(at, rng, start, key)), order

    def sample_given_batches(self, rows: int, seed: int, conditions: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        """Blocks of at most `BLOCK_ROWS` rows; block i is drawn from ``SeedSequence(seed, spawn_key=(i,))``."""
        asks = parse_conditions(conditions, self.schema.names)
        apart = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(KEY, 0))))
        regions, counts = self._plan(asks, rows, apart)
        for index, (start, own) in enumerate(split(counts, BLOCK_ROWS, apart)):
            cells = [(region, int(count)) for region, count in zip(regions, own, strict=True) if count]
            try:
                yield self.held_block(cells, block_generator(seed, index), start, seed)[0]
            except Unreachable:
                raise self.clash(asks) from None

    def _plan(self, asks: Mapping[str, Ask], rows: int, rng: np.random.Generator) -> tuple[list[Region], Counts]:
        """Regions, and the whole number of rows in each."""
        outline = Outline.of(asks, self.places)
        if not outline.axes:
            return [outline.common], np.array([rows])
        regions = [outline.common | region for region in outline.regions]
        mass = np.array([self.region_mass(region, _TRIAL, rng) for region in regions])
        unseen = np.flatnonzero(mass <= 0)  # impossible, or so rare that it takes a closer look
        for cell in unseen:
            mass[cell] = self.region_mass(regions[cell], max(min(_CLOSER, _BUDGET // len(unseen)), _TRIAL), rng)
        counts = outline.counts(mass, rows)
        if counts is None:
            raise self.clash(asks)
        return regions, counts

    def clash(self, asks: Mapping[str, Ask]) -> InvalidInput:
        """The error that names the smallest set of conditions, one or two, that no row meets together."""
        rng = np.random.Generator(np.random.Philox(0))
        places = column_places(self._codec)
        regions: dict[str, list[Region]] = {}
        for column, ask in asks.items():
            if isinstance(ask, Shares):
                found, wanted = groups_of(*places[column], ask)
                regions[column] = [region for region, share in zip(found, wanted, strict=True) if share is None or share > 0]
            else:
                regions[column] = [region_of(*places[column], ask)]

        def reachable(region: Region) -> bool:
            return self.region_mass(region, _TRIAL, rng) > 0 or self.region_mass(region, _CLOSER, rng) > 0

        for column, own in regions.items():
            if not all(reachable(region) for region in own):
                return InvalidInput(
                    f"the model draws no row with {column} {asks[column]}",
                    field=f"conditions.{column}",
                    hint="widen it, or give it to generate_tabular, so that the model learns this column first",
                )
        for one, other in combinations(regions, 2):
            for this, that in ((one, other), (other, one)):
                if not all(any(reachable(a | b) for b in regions[that]) for a in regions[this]):
                    return self._clash_of(one, other, asks, regions, rng)
        every = ", ".join(f"{column} {ask}" for column, ask in asks.items())
        return InvalidInput(f"no row can have all of: {every}", field="conditions", hint="any two of them go together: leave one out")

    def _clash_of(
        self, one: str, other: str, asks: Mapping[str, Ask], regions: dict[str, list[Region]], rng: np.random.Generator
    ) -> InvalidInput:
        shown = self._codec.decode(self.draw_cells([(regions[one][0], _TRIAL)], rng), Draw(_TRIAL, rng, 0, 0))[other]
        seen = [str(value) for value in shown.value_counts(dropna=False).index[:5]]
        only = "only" if shown.nunique(dropna=False) <= 5 else "mostly"
        return InvalidInput(
            f"conditions on '{one}' and '{other}' clash: no row can have {one} {asks[one]} and {other} {asks[other]}",
            field=f"conditions.{other}",
            hint=f"with {one} {asks[one]}, {other} is {only} {', '.join(seen)}",
        )
