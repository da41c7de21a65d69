"""Columns that only take combinations seen in the real table: learned as one categorical column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...models.constraints import FixedCombinations, FunctionalDependency, OneHot
from ...models.dataset import ColumnSchema
from ..tabular.features import Draw
from ..tabular.lattice import NumericCodec
from ..tabular.levels import LevelCodec
from ..tabular.plan import Places
from ..tabular.regions import Levels, Spans
from .asked import Asked
from .facts import Combinations, Facts, digests, keys
from .numbers import Mask
from .rule import Admitted, Latents, Limits, Rule, Step, fresh_name, nullable

if TYPE_CHECKING:
    from ...data.table import Table


_LOOKED_UP = 100_000  # numbers whose dependents are looked up one by one


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
        self.latent_names = (self._name,)

    def latents(self, table: Table) -> Latents:
        assert self._found.codes is not None
        series = pd.Series(self._found.codes)
        kind = "categorical" if len(self._found.counts) > 1 else "constant"
        return [(ColumnSchema(name=self._name, kind=kind, dtype="int64", missing=False, decimals=None), series)]

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        codes = drawn[self._name].to_numpy(dtype=np.int64)
        return {name: self._found.frame[name].take(codes).reset_index(drop=True) for name in self.targets}

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        wanted = np.ones(len(self._found.counts), dtype=bool)
        for name in self.targets:
            if name in asked.columns:
                wanted &= asked.inside(name, self._found.frame[name])
        codec, place = inner[self._name]
        if not wanted.any():
            return Admitted(None, exact=True)
        if not isinstance(codec, LevelCodec) or not codec.n_features:
            return Admitted({}, exact=True)
        return Admitted({place: Levels(wanted[np.array(codec.levels, dtype=np.int64)])}, exact=True)

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        if not set(self.targets) <= set(given):
            return {}
        numbers = {key: number for number, key in enumerate(keys(self._found.frame))}
        rows = given[list(self.targets)]
        codes = np.array([numbers.get(key, -1) for key in keys(rows)], dtype=np.int64)
        return {self._name: nullable(codes, (codes < 0) | rows.isna().any(axis=1).to_numpy())}

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        own = [name for name in self.targets if name in given]
        return _completed(self._found, given[own], done, rng) if own else {}


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
        found = self._found = facts.combinations([*determinant, *dependent])
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

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        """Every value that a single determinant can take is looked up; several determinants are left to rejection."""
        codec, place = inner.get(self.sources[0], (None, 0))
        if len(self.sources) > 1 or not isinstance(codec, (LevelCodec, NumericCodec)):
            return Admitted({}, exact=False)
        if isinstance(codec, LevelCodec):
            wanted = self._wanted(codec.cells(np.arange(len(codec.levels))), asked)
            if not wanted.any():
                return Admitted(None, exact=True)
            return Admitted({place: Levels(wanted)} if codec.n_features else {}, exact=True)
        last = codec.feature_ends[1]
        if not codec.whole or codec.gated or codec.fixed or last > _LOOKED_UP:
            return Admitted({}, exact=False)
        positions = np.arange(int(last) + 1, dtype=np.float64)
        wanted = self._wanted(codec.cells(positions, np.zeros(len(positions), dtype=bool)), asked)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
        if not len(edges):
            return Admitted(None, exact=True)
        spans = Spans(edges[::2].astype(np.float64), (edges[1::2] - 1).astype(np.float64), whole=True, gated=False)
        return Admitted({place: spans}, exact=True)

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        """Determinants that are not given, for dependents that are."""
        columns = [*self.sources, *self.targets]
        own = [name for name in columns if name in given]
        return _completed(self._found, given[own], done, rng) if set(own) & set(self.targets) else {}

    def _wanted(self, determinants: pd.Series, asked: Asked) -> Mask:
        found = self.values(determinants.to_frame(self.sources[0]))
        masks = [asked.inside(name, found[name]) for name in self.targets if name in asked.columns]
        return np.asarray(np.logical_and.reduce([np.ones(len(found), dtype=bool), *masks]), dtype=bool)

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


def _completed(found: Combinations, given: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
    """The columns of a combination for rows that have some of its cells: as drawn where these agree, else a real one that does.

    Missing where all cells are given, none is, or no real combination agrees.
    """
    names = list(found.frame)
    known = given.notna().to_numpy()
    partly = known.any(axis=1) & ~(known.all(axis=1) & (len(given.columns) == len(names)))
    places = np.full(len(given), -1, dtype=np.int64)
    numbers = {key: number for number, key in enumerate(keys(found.frame))}
    drawn, wanted, real = keys(done[names]), keys(given), keys(found.frame[list(given)])
    at = [names.index(name) for name in given]
    agreeing: dict[tuple[Any, ...], tuple[Any, Any]] = {}
    for row in np.flatnonzero(partly):
        cells = tuple(cell if there else None for cell, there in zip(wanted[row], known[row], strict=True))
        own = np.flatnonzero(known[row])
        if drawn[row] in numbers and all(drawn[row][at[place]] == cells[place] for place in own):
            places[row] = numbers[drawn[row]]
            continue
        pattern = (tuple(own.tolist()), cells)
        if pattern not in agreeing:
            fits = [number for number, key in enumerate(real) if all(key[place] == cells[place] for place in own)]
            agreeing[pattern] = (np.array(fits, dtype=np.int64), np.cumsum(found.counts[fits]))
        fits, ends = agreeing[pattern]
        if len(fits):
            places[row] = fits[np.searchsorted(ends, rng.integers(ends[-1]), side="right")]
    chosen = found.frame.take(np.maximum(places, 0)).reset_index(drop=True).astype(object)
    return {str(name): chosen[name].where(places >= 0, None) for name in names}
