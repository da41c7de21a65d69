"""Conditions on a table with constraints: what of them the engine can hold, and what is checked on finished rows.

A condition on a column that the engine learned as it is, is its own to hold. One on a rebuilt column is mapped to what it is
rebuilt from, exactly where the form allows; else what is drawn is narrowed to where such rows can be, and rows are drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import ConditionHow
from ..tabular.conditions import Ask
from ..tabular.features import Draw, Floats
from ..tabular.given import ConditionalModel, Unreachable
from ..tabular.plan import Outline, Places
from ..tabular.regions import Region, inside, intersection
from .asked import Asked
from .block import Counts, Labels, Order, OutOfReach, kept_by
from .clashes import refuse_clashes
from .layer import Layer
from .numbers import Mask

_TRIAL = 8_192  # finished rows of one look at the natural proportions
_LOOKS = 8  # at most
_ENOUGH = 2_048  # rows that meet the conditions, after which no further look is taken
_CLOSER = 512  # rows that tell whether a single cell has any
_CELLS = 512  # that are looked at one by one


class Held:
    """Conditions of one draw on the model `inner` below `layer`. Raises for those that clash with a rule or that no row can meet."""

    def __init__(self, inner: ConditionalModel, layer: Layer, asks: Mapping[str, Ask]) -> None:
        self._inner = inner
        self._layer = layer
        self.asks = asks
        self.places = _places(inner.places, layer)
        refuse_clashes(layer.rules, asks, lambda name: self.places[name][0])
        self.outline = Outline.of(asks, self.places)
        self._columns = list(dict.fromkeys([*asks, *self.outline.axes]))
        # What the engine holds and nobody touches needs no look.
        self._sure = {name for name in asks if name in inner.places and name not in layer.limits and name not in layer.numeric}
        self._found: dict[tuple[int, ...], Region | None] = {}

    @cached_property
    def cells(self) -> list[Region]:
        """By cell of the outline, where its rows are to lie."""
        return [self.outline.common | region for region in self.outline.regions]

    def how(self, column: str) -> ConditionHow:
        """How the condition on `column` is held."""
        if column in self._inner.places:
            return "model"
        step = next(step for step in self._layer.steps if column in step.targets)
        asked = Asked(self.cells[0], frozenset([column]), self.places)
        return "construction" if step.admit(asked, self._inner.places).exact else "rejection"

    def draw(
        self, counts: Counts, rng: np.random.Generator, start: int, key: int, order: Order | None
    ) -> tuple[pd.DataFrame, Labels, Order | None]:
        """Raises `OutOfReach` for a cell that the engine has no row for."""
        cells, numbers = [], np.flatnonzero(counts)
        for number in numbers:
            region = self.below(self.cells[number])
            if region is None:
                raise OutOfReach
            cells.append((region, int(counts[number])))
        try:
            drawn, order = self._inner.held_block(cells, rng, start, key, order)
        except Unreachable:
            raise OutOfReach from None
        return drawn, np.repeat(numbers, counts[numbers])[order], order

    def meets(self, frame: pd.DataFrame, labels: Labels) -> dict[str, Mask]:
        met = {name: self._inside(name, self.outline.common, frame) for name in self.asks if name not in self._sure}
        groups = np.unravel_index(labels, self.outline.shape) if self.outline.axes else ()
        for axis, name in enumerate(self.outline.axes):
            if name in self._sure:
                continue
            mask = np.zeros(len(frame), dtype=bool)
            for number, region in enumerate(self.outline.groups[axis]):
                rows = np.flatnonzero(groups[axis] == number)
                mask[rows] = self._inside(name, region, frame.iloc[rows])
            met[name] = mask
        return met

    def counts(self, rows: int, rng: np.random.Generator) -> Counts | None:
        """(n_cells,) whole rows in the shares asked for; None where no row has what they need."""
        if not self.outline.axes:
            return np.array([rows])
        return self.outline.counts(self._natural(rng), rows)

    def below(self, region: Region) -> Region | None:
        """Where on the engine's own features the rows lie that finished lie in `region`; None where none can."""
        key = tuple(sorted(id(part) for part in region.values()))
        if key not in self._found:
            self._found[key] = self._below(region)
        return self._found[key]

    def trial(self, region: Region, rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, Mask]:
        """`rows` finished rows, and which of them keep every rule and lie in `region`. None of them where the engine has none."""
        below = self.below(region)
        try:
            if below is None:
                raise Unreachable
            drawn, _ = self._inner.held_block([(below, rows)], rng, 0, 0)
        except Unreachable:
            return pd.DataFrame(columns=self._layer.facts.schema.names), np.zeros(0, dtype=bool)
        frame, _ = self._layer.backward(drawn, Draw(rows, rng, 0, 0))
        good = kept_by(self._layer.rules, frame)
        for name in self._columns:
            good &= self._inside(name, region, frame)
        return frame, good

    def _below(self, region: Region) -> Region | None:
        found: Region | None = {}
        direct = self._inner.places
        for name in self._columns:
            if name in direct and found is not None:
                own, at = direct[name][1], self.places[name][1]
                width = direct[name][0].n_features
                found = intersection(found, {own + turn: region[at + turn] for turn in range(width) if at + turn in region})
        for step in self._layer.steps:
            asked = Asked(region, frozenset(name for name in step.targets if self._speaks(name, region)), self.places)
            if found is None or not asked.columns:
                continue
            part = step.admit(asked, direct).region
            found = None if part is None else intersection(found, part)
        return found

    def _speaks(self, name: str, region: Region) -> bool:
        codec, place = self.places[name]
        return name in self._columns and any(place + turn in region for turn in range(codec.n_features))

    def _inside(self, name: str, region: Region, frame: pd.DataFrame) -> Mask:
        codec, place = self.places[name]
        return inside(codec, place, region, frame[name])

    def _natural(self, rng: np.random.Generator) -> Floats:
        """(n_cells,) the shares of the cells among rows that keep the rules and the conditions in common."""
        table, tried = np.zeros(len(self.cells)), 0
        for _ in range(_LOOKS):
            frame, good = self.trial(self.outline.common, _TRIAL, rng)
            table += self._tabled(frame[good])
            tried += len(frame)
            if table.sum() >= _ENOUGH or not len(frame):
                break
        below = self.below(self.outline.common)
        whole = 0.0 if below is None else self._inner.region_mass(below, _CLOSER, rng)
        for cell in np.flatnonzero(table == 0)[:_CELLS]:
            region = self.below(self.cells[cell])
            mass = 0.0 if region is None or whole == 0 else self._inner.region_mass(region, _CLOSER, rng) / whole
            if mass > 0:
                _, good = self.trial(self.cells[cell], _CLOSER, rng)
                table[cell] = tried * mass * float(good.mean() if len(good) else 0.0)
        return table

    def _tabled(self, frame: pd.DataFrame) -> Floats:
        """(n_cells,) rows of `frame` in each cell."""
        places: list[Labels] = []
        for axis, name in enumerate(self.outline.axes):
            own = np.full(len(frame), -1)
            for number, region in enumerate(self.outline.groups[axis]):
                own[self._inside(name, region, frame) & (own < 0)] = number
            places.append(own)
        within = np.logical_and.reduce([own >= 0 for own in places])
        cells = np.ravel_multi_index([own[within] for own in places], self.outline.shape)
        return np.bincount(cells, minlength=len(self.cells)).astype(np.float64)


def require_conditions(inner: object, engine: str) -> ConditionalModel:
    """`inner`, where it can draw under conditions. Raises `InvalidInput`."""
    if not isinstance(inner, ConditionalModel):
        raise InvalidInput(f"engine '{engine}' does not support conditions", field="conditions", hint="use the engine cart or copula")
    return inner


def _places(inner: Places, layer: Layer) -> Places:
    """The codec of every real column, and its place among all their features."""
    places, at = {}, 0
    for name in layer.facts.schema.names:
        codec = layer.codecs[name] if name in layer.codecs else inner[name][0]
        places[name] = (codec, at)
        at += codec.n_features
    return places
