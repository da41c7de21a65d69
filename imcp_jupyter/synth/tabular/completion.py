"""Trees for filling gaps: what is missing given what is there, learned from rows that the model itself draws.

A model's own trees only look back along its drawing order. For gaps in any columns, trees over all given columns are learned
anew from the model's draws; cells that are given here and there are honoured by a few sweeps of trees over all other columns
(fully conditional specification, van Buuren 2007, with trees as in Burgette & Reiter 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...config import fit_threads
from .blends import blend_of, covariance_of, one_blas_thread
from .conditional import Conditional, TreeSettings, fit_conditional, look_up
from .dependencies import determines
from .features import Codes, Discrete, Feature, Floats, Mask, Numeric
from .partial_rows import Given
from .pieces import Pieces
from .predictors import Binning
from .regions import Levels
from .rulers import Heights, Ruler
from .seen import Seen
from .trees import Bins

POOL_ROWS = 20_000
_SETTINGS = TreeSettings(min_leaf=10, min_gain=4.0, max_predictors=24)
_SWEEPS = 2


@dataclass(frozen=True)
class Pool:
    """Features that a model drew, their bins, and what `fit_conditional` wants to know of them."""

    features: list[Feature]
    binnings: list[Binning]
    gated: list[bool]
    bins: list[Bins]
    heights: list[Heights]

    @classmethod
    def of(cls, drawn: Sequence[npt.NDArray[Any]], binnings: list[Binning], rulers: list[Ruler], gated: list[bool]) -> Pool:
        features: list[Feature] = []
        bins: list[Bins] = []
        heights: list[Heights] = []
        for place, (values, binning) in enumerate(zip(drawn, binnings, strict=True)):
            missing = drawn[place - 1] == 1 if gated[place] else None
            bins.append(binning.bins(values, missing))
            heights.append(rulers[place].read(values, missing))
            if binning.cuts is None:
                features.append(Discrete(values.astype(np.int32), max(binning.n_bins, int(values.max()) + 1)))
            else:
                own = values.astype(np.float64)
                features.append(Numeric(own if missing is None else np.where(missing, np.nan, own), whole=False, gated=gated[place]))
        return cls(features, binnings, gated, bins, heights)

    @cached_property
    def covariance(self) -> Floats:
        return covariance_of(self.heights)

    def learn(self, target: int, given: list[int], own: Conditional) -> Conditional:
        """The distribution of `target` given `given`; `own` is what the model learned from real rows."""
        given = [place for place in given if not (self.gated[target] and place == target - 1)]
        if len(own.given) == 1 and own.given[0] in given and np.diff(own.table.start).max() <= 1:
            return own  # a look-up knows every level, a pool not the rarest
        exact = [place for place in given if self.binnings[place].exact and not self.gated[place] and self.binnings[target].exact]
        for source in sorted(exact, key=lambda place: self.binnings[place].n_bins):
            if not self.gated[target] and determines(self.bins[source], self.bins[target], self.binnings[source].n_bins):
                return look_up(target, source, self.features, self.bins, self.binnings, _SETTINGS)
        near = np.abs(self.covariance[target])
        nearest = sorted(given, key=lambda place: -near[place])[: _SETTINGS.max_predictors]
        blend = blend_of(self.heights[target], given, self.heights, self.covariance, self.covariance[target])
        return fit_conditional(target, nearest, self.features, self.bins, self.binnings, self.heights, _SETTINGS, blend)


@dataclass(frozen=True)
class Completion:
    """Trees for the features `forward` in turn, and over all others (`full`, empty where never needed)."""

    forward: list[Conditional]
    full: list[Conditional]

    @classmethod
    def learn(cls, pool: Pool, own: Sequence[Conditional], gaps: frozenset[int], scattered: bool) -> Completion:
        """`own` are the model's steps in drawing order, `gaps` the features with missing cells, `scattered` if some cells of
        these are given.
        """
        steps = {step.target: step for step in own}
        order = [step.target for step in own if step.target in gaps]
        closed = [place for place in steps if place not in gaps]
        tasks = [(target, closed + order[:turn]) for turn, target in enumerate(order)]
        if scattered:
            tasks += [(target, [place for place in steps if place != target]) for target in order]
        with one_blas_thread(), ThreadPoolExecutor(fit_threads()) as threads:
            learned = list(threads.map(lambda task: pool.learn(task[0], sorted(task[1]), steps[task[0]]), tasks))
        return cls(learned[: len(order)], learned[len(order) :])

    def fill(self, given: list[Given], seen: Seen, gated: list[bool], rng: np.random.Generator) -> list[npt.NDArray[Any]]:
        """All features of the partial rows `given`."""
        drawn = [part.cells.copy() for part in given]
        waiting = {step.target for step in self.forward}
        for place in range(len(given)):
            if place not in waiting:
                seen.settle(place, drawn)
        for step in self.forward:
            _draw(step, given[step.target], drawn, seen, rng)
            seen.settle(step.target, drawn)
        for _ in range(_SWEEPS if self.full else 0):
            for step in self.full:
                _draw(step, given[step.target], drawn, seen, rng)
                seen.settle(step.target, drawn)
                if step.target + 1 < len(given) and gated[step.target + 1]:
                    seen.settle(step.target + 1, drawn)
        return drawn


def _draw(
    step: Conditional,
    part: Given,
    drawn: list[npt.NDArray[Any]],
    seen: Seen,
    rng: np.random.Generator,
) -> None:
    """Draw the unknown cells of the step's feature, in place."""
    unknown = np.flatnonzero(~part.known)
    pieces = Pieces.of(step.table)
    if part.absent is not None:
        codes = int(pieces.low.max()) + 1
        pieces = pieces.within(Levels(np.arange(max(codes, part.absent + 1)) != part.absent))
    leaf = _reachable(step.leaf(seen.rows(unknown), len(unknown)), pieces, rng)
    values = pieces.draw(leaf, rng)
    drawn[step.target][unknown] = values.astype(drawn[step.target].dtype)


def _reachable(leaf: Codes, pieces: Pieces, rng: np.random.Generator) -> Codes:
    """`leaf`, with one drawn from all in place of those where nothing is left to draw."""
    mass = pieces.mass()
    empty: Mask = mass[leaf] <= 0
    if not empty.any() or mass.sum() <= 0:
        return leaf
    moved = leaf.copy()
    moved[empty] = rng.choice(len(mass), size=int(empty.sum()), p=mass / mass.sum())
    return moved
