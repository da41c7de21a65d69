"""Columns that only take combinations seen in the real table: learned as one categorical column."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...models.constraints import FixedCombinations, FunctionalDependency, OneHot
from ...models.dataset import ColumnSchema
from ..tabular.features import Draw
from .facts import Facts, digests, keys
from .numbers import Mask
from .rule import Latents, Limits, Rule, Step, fresh_name

if TYPE_CHECKING:
    from ...data.table import Table


class CombinationsRule(Rule):
    spec: FixedCombinations

    def prepare(self) -> None:
        self._known = set(keys(self.facts.combinations(self.columns).frame))

    def holds(self, frame: pd.DataFrame) -> Mask:
        return np.fromiter((key in self._known for key in keys(frame[self.columns])), dtype=bool, count=len(frame))


class OneHotRule(Rule):
    """Missing cells break it: without them nobody knows which one is hot."""

    spec: OneHot

    def holds(self, frame: pd.DataFrame) -> Mask:
        cells = frame[self.columns]
        hot = np.column_stack([(cells[column] == 1).fillna(False).to_numpy(dtype=bool) for column in self.columns])
        cold = np.column_stack([(cells[column] == 0).fillna(False).to_numpy(dtype=bool) for column in self.columns])
        return np.asarray((hot.sum(axis=1) == 1) & (hot | cold).all(axis=1))


class GroupStep(Step):
    """`targets` are looked up by the number of a combination."""

    def __init__(self, facts: Facts, columns: list[str]) -> None:
        self.targets = tuple(columns)
        self._found = facts.combinations(columns)
        self._name = fresh_name("combination " + ", ".join(columns), facts.schema.names)

    def latents(self, table: Table) -> Latents:
        assert self._found.codes is not None
        series = pd.Series(self._found.codes)
        kind = "categorical" if len(self._found.counts) > 1 else "constant"
        return [(ColumnSchema(name=self._name, kind=kind, dtype="int64", missing=False, decimals=None), series)]

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        codes = drawn[self._name].to_numpy(dtype=np.int64)
        return {name: self._found.frame[name].take(codes).reset_index(drop=True) for name in self.targets}


class DependencyRule(Rule):
    rank: ClassVar[int] = 2
    spec: FunctionalDependency

    def prepare(self) -> None:
        self._step = LookUpStep(self.facts, self.spec.determinant, self.spec.dependent)

    def holds(self, frame: pd.DataFrame) -> Mask:
        wanted = self._step.values(frame[self.spec.determinant])
        pairs = zip(keys(wanted), keys(frame[self.spec.dependent]), strict=True)
        return np.fromiter((left == right for left, right in pairs), dtype=bool, count=len(frame))

    def needs(self) -> list[list[Step]]:
        return [[self._step]]


class LookUpStep(Step):
    """`targets` follow from `sources` as in the real table.

    A determinant that the real table does not have takes the dependents of the nearest one (a single column of numbers),
    else those of a real one that its hash picks: the same in every row, block and draw.
    """

    def __init__(self, facts: Facts, determinant: list[str], dependent: list[str]) -> None:
        self.sources, self.targets = tuple(determinant), tuple(dependent)
        found = facts.combinations([*determinant, *dependent])
        self._dependents = found.frame[dependent]
        self._share = np.cumsum(found.counts) / found.counts.sum()
        self._place: dict[tuple[object, ...], int] = {}
        for place, key in enumerate(keys(found.frame[determinant])):
            self._place.setdefault(key, place)
        self._numbers = facts.numbers(determinant[0]) if len(determinant) == 1 else None
        if self._numbers is not None:
            ticks, missing = self._numbers.read(found.frame[determinant[0]])
            order = np.argsort(ticks, kind="stable")
            self._order = order[~missing[order]]
            self._ticks = ticks[self._order]

    def latents(self, table: Table) -> Latents:
        return []

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        found = self.values(pd.DataFrame({name: done[name] for name in self.sources}))
        return {name: found[name] for name in self.targets}

    def values(self, determinants: pd.DataFrame) -> pd.DataFrame:
        """The dependents of each row."""
        rows = keys(determinants)
        places = np.fromiter((self._place.get(key, -1) for key in rows), dtype=np.int64, count=len(rows))
        unseen = np.flatnonzero(places < 0)
        if len(unseen):
            places[unseen] = self._guess(determinants.iloc[unseen], [rows[row] for row in unseen])
        return self._dependents.take(places).reset_index(drop=True)

    def _guess(self, determinants: pd.DataFrame, rows: list[tuple[object, ...]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        share = digests(list(rows)).astype(np.float64) / 2.0**64
        hashed = np.minimum(np.searchsorted(self._share, share), len(self._share) - 1)
        if self._numbers is None or not len(self._ticks):
            return hashed
        ticks, missing = self._numbers.read(determinants.iloc[:, 0])
        right = np.clip(np.searchsorted(self._ticks, ticks), 0, len(self._ticks) - 1)
        left = np.maximum(right - 1, 0)
        nearest = np.where(np.abs(ticks - self._ticks[left]) <= np.abs(self._ticks[right] - ticks), left, right)
        return np.where(missing, hashed, self._order[nearest])
