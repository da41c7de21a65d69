"""One block of finished rows: drawn, checked, and drawn again where a rule or a condition is not met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ..tabular.engine import BLOCK_ROWS, TabularModel
from ..tabular.features import Draw
from .layer import Layer
from .numbers import Mask
from .presence import UniqueRule
from .rule import Rule

_ROUNDS = 100  # redraws of one block before a constraint counts as out of reach
_IDLE = 10  # redraws in a row without a single usable one after which it does too
_RAREST = 1e-4  # acceptance that the size of a redraw is made for
_FEWEST = 256  # rows of one redraw
_MOST_KEYS = 50_000_000  # keys kept over all blocks for a unique constraint that is held by rejection, 8 bytes each

Seen = dict[int, npt.NDArray[np.uint64]]  # by rule: hashes of the keys of earlier rows
Labels = npt.NDArray[np.int64]  # (n_rows,) the cell that each row belongs to
Counts = npt.NDArray[np.int64]  # (n_cells,)
Order = npt.NDArray[np.int64]


class Supply(Protocol):
    """Where rows come from, as the engine learned them, cell by cell."""

    def draw(
        self, counts: Counts, rng: np.random.Generator, start: int, key: int, order: Order | None
    ) -> tuple[pd.DataFrame, Labels, Order | None]:
        """``counts.sum()`` rows in random order (in `order`, where it is given), and the cell of each."""

    def meets(self, frame: pd.DataFrame, labels: Labels) -> dict[str, Mask]:
        """By condition, which finished rows meet it."""


class Free:
    """Rows under no condition, all in one cell."""

    def __init__(self, inner: TabularModel) -> None:
        self._inner = inner

    def draw(
        self, counts: Counts, rng: np.random.Generator, start: int, key: int, order: Order | None
    ) -> tuple[pd.DataFrame, Labels, Order | None]:
        rows = int(counts.sum())
        return self._inner.sample_block(rows, rng, start, key), np.zeros(rows, dtype=np.int64), None

    def meets(self, frame: pd.DataFrame, labels: Labels) -> dict[str, Mask]:
        return {}


@dataclass
class Tally:
    """Over all rows drawn: how many kept each rule, by number, and met each condition, by column, of themselves."""

    drawn: int = 0
    rules: dict[int, int] = field(default_factory=dict)
    conditions: dict[str, int] = field(default_factory=dict)

    def count(self, rows: int, rules: dict[int, Mask], conditions: dict[str, Mask]) -> None:
        self.drawn += rows
        for index, mask in rules.items():
            self.rules[index] = self.rules.get(index, 0) + int(mask.sum())
        for column, mask in conditions.items():
            self.conditions[column] = self.conditions.get(column, 0) + int(mask.sum())

    def add(self, other: Tally) -> None:
        """Count in what `other` counted."""
        self.drawn += other.drawn
        for index, count in other.rules.items():
            self.rules[index] = self.rules.get(index, 0) + count

    def share(self, index: int) -> float:
        """Of all rows drawn, those that kept rule `index`; 1 before any is drawn."""
        return self.rules.get(index, 0) / self.drawn if self.drawn else 1.0

    def share_met(self, column: str) -> float:
        return self.conditions.get(column, self.drawn) / self.drawn if self.drawn else 1.0


class OutOfReach(Exception):
    """Redraws did not reach what is asked. Stays inside the package: the model says which rule or condition it is."""


class Press:
    """Makes blocks out of what `supply` draws."""

    def __init__(self, layer: Layer, supply: Supply, tally: Tally) -> None:
        self._layer = layer
        self._supply = supply
        self._tally = tally
        self._remembered = layer.remembered
        ids = {column.name for column in layer.facts.schema.columns if layer.is_id(column)}
        self._ids = sorted(ids)
        self._tied = any(ids & set(step.sources) for step in layer.steps)  # other columns follow from an id: rows keep their place

    def block(self, counts: Counts, rng: np.random.Generator, start: int, key: int, seen: Seen) -> pd.DataFrame:
        """``counts.sum()`` rows, `counts` of each cell. Raises `OutOfReach`."""
        frame, labels, order, masks = self._draw(counts, rng, start, key, None)
        good = self._accepted(frame, masks, seen)
        rate = _rates(good, labels, np.full(len(counts), 1.0))
        idle = 0
        self._remember(frame, np.flatnonzero(good), seen)
        for _ in range(_ROUNDS):
            bad = np.flatnonzero(~good)
            if not len(bad):
                return frame
            wanted = counts if self._tied else _wanted(np.bincount(labels[bad], minlength=len(counts)), rate)
            fresh, own, _, masks = self._draw(wanted, rng, start, key, order if self._tied else None)
            usable = self._accepted(fresh, masks, seen)
            rate = np.maximum((rate + _rates(usable, own, rate)) / 2, _RAREST)
            if self._tied:
                places = chosen = bad[usable[bad]]
            else:
                places, chosen = _paired(bad, labels, np.flatnonzero(usable), own)
            idle = 0 if len(places) or (self._tied and usable.any()) else idle + 1
            if idle == _IDLE:
                break
            if len(places):
                frame = self._replaced(frame, places, fresh.iloc[chosen])
                good[places] = True
                if self._ids and not self._tied:  # rows keep their ids, which a rule may speak of
                    good[places] &= kept_by(self._layer.rules, frame.iloc[places].reset_index(drop=True))
                self._remember(frame, places[good[places]], seen)
        raise OutOfReach

    def _draw(
        self, counts: Counts, rng: np.random.Generator, start: int, key: int, order: Order | None
    ) -> tuple[pd.DataFrame, Labels, Order | None, list[tuple[int | None, Mask]]]:
        """Rebuilt rows, and which of them keep each rule (by number) and meet the conditions (None)."""
        rows = int(counts.sum())
        drawn, labels, order = self._supply.draw(counts, rng, start, key, order)
        frame, before = self._layer.backward(drawn, Draw(rows, rng, start, key))
        masks = {rule.index: rule.holds(frame) for rule in self._layer.rules}
        met = self._supply.meets(frame, labels)
        self._tally.count(rows, {index: mask & before[index] if index in before else mask for index, mask in masks.items()}, met)
        return frame, labels, order, [*masks.items(), *((None, mask) for mask in met.values())]

    def _accepted(self, frame: pd.DataFrame, masks: list[tuple[int | None, Mask]], seen: Seen) -> Mask:
        """Rows that keep every rule, also beside the rows that were accepted before."""
        good = np.ones(len(frame), dtype=bool)
        remembered = {rule.index for rule in self._remembered}
        for index, mask in masks:
            if index not in remembered:
                good &= mask
        for rule in self._remembered:
            hashes, whole = rule.hashes(frame)
            earlier = seen.get(rule.index)
            if earlier is not None:
                good &= ~(np.isin(hashes, earlier) & whole)
            own = np.flatnonzero(good & whole)
            _, first = np.unique(hashes[own], return_index=True)
            again = np.setdiff1d(own, own[first])
            good[again] = False
        return good

    def _remember(self, frame: pd.DataFrame, places: npt.NDArray[np.int64], seen: Seen) -> None:
        for rule in self._remembered:
            hashes, whole = rule.hashes(frame.iloc[places])
            known = np.concatenate([seen.get(rule.index, np.empty(0, dtype=np.uint64)), hashes[whole]])
            if len(known) > _MOST_KEYS:
                raise InvalidInput(
                    f"{rule} is held by rejection, which remembers at most {_MOST_KEYS:,} keys", field=rule.field, hint="draw fewer rows"
                )
            seen[rule.index] = known

    def _replaced(self, frame: pd.DataFrame, places: npt.NDArray[np.int64], fresh: pd.DataFrame) -> pd.DataFrame:
        """`frame` with other rows at `places`; ids stay, they belong to the place."""
        order = np.arange(len(frame))
        order[places] = len(frame) + np.arange(len(places))
        both = {name: pd.concat([frame[name], fresh[name]], ignore_index=True).take(order).reset_index(drop=True) for name in frame.columns}
        if not self._tied:
            both |= {name: frame[name] for name in self._ids}
        return pd.DataFrame(both, copy=False)


def kept_by(rules: Sequence[Rule], frame: pd.DataFrame) -> Mask:
    """(n_rows,) bool: which rows keep all rules that a row can keep by itself."""
    masks = [rule.holds(frame) for rule in rules if not isinstance(rule, UniqueRule)]
    return np.asarray(np.logical_and.reduce([np.ones(len(frame), dtype=bool), *masks]), dtype=bool)


def _rates(good: Mask, labels: Labels, before: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(n_cells,) share of usable rows; `before` where none was drawn."""
    drawn = np.bincount(labels, minlength=len(before))
    found = np.bincount(labels, weights=good, minlength=len(before)) / np.maximum(drawn, 1)
    return np.asarray(np.where(drawn > 0, np.maximum(found, _RAREST), before))


def _wanted(lacking: Counts, rate: npt.NDArray[np.float64]) -> Counts:
    """(n_cells,) rows to draw again, so that `lacking` usable ones may come."""
    fewest = max(_FEWEST // int((lacking > 0).sum()), 8)
    wanted = np.where(lacking > 0, np.clip((1.2 * lacking / rate).astype(np.int64), fewest, BLOCK_ROWS), 0)
    if wanted.sum() > BLOCK_ROWS:
        wanted = np.where(lacking > 0, np.maximum(wanted * BLOCK_ROWS // wanted.sum(), 1), 0)
    return np.asarray(wanted)


def _paired(
    bad: npt.NDArray[np.int64], labels: Labels, usable: npt.NDArray[np.int64], own: Labels
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places to fill, and for each a usable row of the same cell."""
    by_cell = [rows[np.argsort(cells[rows], kind="stable")] for rows, cells in ((bad, labels), (usable, own))]
    cells = [labels[by_cell[0]], own[by_cell[1]]]
    ranks = [np.arange(len(part)) - np.searchsorted(part, part) for part in cells]
    supply = [
        np.searchsorted(cells[1 - side], cells[side], side="right") - np.searchsorted(cells[1 - side], cells[side]) for side in (0, 1)
    ]
    return by_cell[0][ranks[0] < supply[0]], by_cell[1][ranks[1] < supply[1]]
