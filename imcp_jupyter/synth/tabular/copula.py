"""Gaussian copula on empirical marginals: one correlation matrix, exact shares, the fastest engine.

Marginals are tables on the normal axis; correlations come from normal scores (conditional means within ties and levels).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from ...models.dataset import TableSchema
from ...models.generation import PrivacyLevel
from ..archive import load_archive, save_archive
from .codec import TableCodec
from .dial import DIAL, STANDARD
from .engine import Progress, TabularEngine, no_progress
from .features import Discrete, Draw, Feature, Floats
from .gaussian import held_normals, truncated
from .given import ConditionalModel
from .marginal import Marginal, discrete_marginal, numeric_marginal
from .options import EngineOptions
from .partial_rows import Given
from .particles import resampled
from .ragged import pack, unpack
from .rare import protected
from .regions import Levels, Region, Spans
from .scores import Scores, latent_scores

if TYPE_CHECKING:
    import pandas as pd

    from ...data.table import Table

_LIMIT = 0.995  # largest correlation of two features: a perfect one makes the matrix singular
_PRIOR_ROWS = 5.0  # correlations of small tables are drawn towards 0 as if by this many rows
_NOTHING = 1e-12  # a latent normal reaches anywhere; below this probability nothing is
_POINT = 1e-4  # half the width that a single number has on the normal axis
_SWEEPS = 8  # of the Gibbs sampler over given features
_FLOOR = 1e-5  # smallest eigenvalue


class CopulaModel(ConditionalModel):
    """Marginals and the Cholesky factor of the latent correlations, (n_features, n_features) float32."""

    engine: ClassVar[str] = "copula"

    def __init__(self, schema: TableSchema, codec: TableCodec, marginals: list[Marginal], factor: npt.NDArray[np.float32]) -> None:
        self.schema = schema
        self._codec = codec
        self._marginals = marginals
        self._factor = factor

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        noise = rng.standard_normal((len(self._marginals), rows), dtype=np.float32)
        latent = self._factor @ noise
        drawn = [marginal.at(row) for marginal, row in zip(self._marginals, latent, strict=True)]
        return self._codec.decode(drawn, Draw(rows, rng, start, key))

    def draw_cells(self, cells: list[tuple[Region, int]], rng: np.random.Generator) -> list[npt.NDArray[Any]]:
        """The latent normals of the held features truncated and resampled, cell by cell; the others are normal given these."""
        held = sorted({place for region, _ in cells for place in region})
        free = [place for place in range(len(self._marginals)) if place not in held]
        rows = sum(count for _, count in cells)
        factor = self._factor_for(held + free)
        noise = rng.standard_normal((len(held) + len(free), rows), dtype=np.float32).astype(np.float64)
        if held:
            parts = [resampled(partial(self._propose, region, held, factor), count, rng) for region, count in cells]
            noise[: len(held)] = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        latent = factor @ noise
        turn = {place: row for row, place in enumerate(held + free)}
        return [marginal.at(latent[turn[place]].astype(np.float32)) for place, marginal in enumerate(self._marginals)]

    def region_mass(self, region: Region, rows: int, rng: np.random.Generator) -> float:
        held = sorted(region)
        mass = float(self._propose(region, held, self._factor_for(held), rows, rng)[1].mean())
        return mass if mass > _NOTHING else 0.0

    def fill(self, given: list[Given], rng: np.random.Generator) -> list[npt.NDArray[Any]]:
        """The latent normals of what is given within its cells, the others normal given them."""
        if not given:
            return []
        known = np.array([part.known for part in given]).reshape(len(given), -1)
        low = np.full((*known.shape, 2), np.inf)  # the second interval is needed around a missing level only
        high = np.full((*known.shape, 2), np.inf)
        low[:, :, 0] = -np.inf
        for place, part in enumerate(given):
            self._bound(place, part, low[place], high[place])
        if not np.isfinite(low[:, :, 1]).any():
            low, high = low[:, :, :1], high[:, :, :1]
        correlation = self._factor.astype(np.float64) @ self._factor.T.astype(np.float64) + 1e-6 * np.eye(len(given))
        latent = held_normals(correlation, (np.isfinite(low) | np.isfinite(high)).any(axis=2), low, high, _SWEEPS, rng)
        drawn = [marginal.at(row.astype(np.float32)) for marginal, row in zip(self._marginals, latent, strict=True)]
        return [np.where(part.known, part.cells, fresh).astype(fresh.dtype) for part, fresh in zip(given, drawn, strict=True)]

    def _bound(self, place: int, part: Given, low: Floats, high: Floats) -> None:
        """Write what feature `place` may be into the (n_rows, 2) ends of intervals on the normal axis."""
        marginal, known = self._marginals[place], part.known
        if marginal.discrete:
            ends = np.concatenate([[-np.inf], marginal.cuts.astype(np.float64), [np.inf]])
            cell_of = np.argsort(marginal.low)
            cell = cell_of[part.cells[known]]
            low[known, 0], high[known, 0] = ends[cell], ends[cell + 1]
            if part.absent is not None:
                at = cell_of[part.absent]
                high[~known, 0], low[~known, 1] = ends[at], ends[at + 1]
            return
        half = 0.499 if part.whole else 0.0
        value = part.cells[known].clip(marginal.low[0], marginal.high[-1])
        begin, end = marginal.interval(value - half, value + half)
        nowhere = begin > end  # between spikes: the gap's place on the axis
        gap = np.concatenate([[-np.inf], marginal.cuts.astype(np.float64), [np.inf]])[np.searchsorted(marginal.high, value)]
        begin, end = np.where(nowhere, gap, begin), np.where(nowhere, gap, end)
        thin = end - begin < 2 * _POINT
        low[known, 0], high[known, 0] = np.where(thin, begin - _POINT, begin), np.where(thin, end + _POINT, end)

    def _propose(
        self, region: Region, held: list[int], factor: Floats, rows: int, rng: np.random.Generator
    ) -> tuple[list[npt.NDArray[Any]], Floats]:
        """The standard normals behind the `held` features, and (n_rows,) weights."""
        noise = np.zeros((len(held), rows))
        weight = np.ones(rows)
        everywhere = np.array([-np.inf]), np.array([np.inf])
        gates: dict[int, npt.NDArray[np.bool_]] = {}
        for row, place in enumerate(held):
            part = region.get(place)
            low, high = everywhere if part is None else self._intervals(place, part)
            mean = factor[row, :row] @ noise[:row]
            drawn, chance = truncated(mean, factor[row, row], low[None], high[None], rng)
            if part is not None and not isinstance(part, Levels) and place - 1 in gates:
                counts = ~gates[place - 1]
                plain = mean + factor[row, row] * rng.standard_normal(rows)
                drawn, chance = np.where(counts, drawn, plain), np.where(counts, chance, 1.0)
            noise[row] = (drawn - mean) / factor[row, row]
            weight *= chance
            if self._marginals[place].discrete:
                gates[place] = self._marginals[place].at(drawn.astype(np.float32)) == 1
        return list(noise), np.where(weight > _NOTHING, weight, 0.0)

    def _intervals(self, place: int, part: Levels | Spans) -> tuple[Floats, Floats]:
        """The (n_intervals,) ends of `part` on the normal axis of feature `place`."""
        marginal = self._marginals[place]
        if isinstance(part, Levels):
            return marginal.level_intervals(part.allowed)
        low, high = marginal.interval(*part.reach)
        point = (low == high) & np.isfinite(low)
        return np.where(point, low - _POINT, low), np.where(point, high + _POINT, high)

    def _factor_for(self, places: list[int]) -> Floats:
        """The Cholesky factor (float64) of the latent correlations of the features `places`, in that order."""
        rows = self._factor[places].astype(np.float64)
        return np.asarray(np.linalg.cholesky(rows @ rows.T + 1e-9 * np.eye(len(places))))

    def save(self, path: Path) -> None:
        marginals = self._marginals
        state = {
            "schema": self.schema.model_dump(mode="json"),
            "codec": self._codec.state(),
            "discrete": [marginal.discrete for marginal in marginals],
        }
        arrays = self._codec.arrays() | {"factor": self._factor}
        arrays |= pack("cuts", [marginal.cuts for marginal in marginals], np.float32)
        arrays |= pack("low", [marginal.low for marginal in marginals], np.float64)
        arrays |= pack("high", [marginal.high for marginal in marginals], np.float64)
        save_archive(path, self.engine, state, arrays)

    @classmethod
    def load(cls, path: Path) -> CopulaModel:
        state, arrays = load_archive(path, cls.engine)
        parts = zip(unpack("cuts", arrays), unpack("low", arrays), unpack("high", arrays), state["discrete"], strict=True)
        codec = TableCodec.restore(state["codec"], arrays)
        return cls(TableSchema.model_validate(state["schema"]), codec, [Marginal(*part) for part in parts], arrays["factor"])


class CopulaOptions(EngineOptions):
    privacy: PrivacyLevel = Field(STANDARD, description="fidelity, standard or high: how rare values are protected")


class CopulaEngine(TabularEngine):
    name: ClassVar[str] = "copula"
    title: ClassVar[str] = "Gaussian copula"
    version: ClassVar[str] = "2"
    supports: ClassVar[frozenset[str]] = frozenset({"conditions", "privacy"})
    options_type: ClassVar[type[EngineOptions]] = CopulaOptions
    model: ClassVar[type[ConditionalModel]] = CopulaModel
    spared: frozenset[str] = frozenset()

    def __init__(self, **options: Any) -> None:
        """`options` as in `CopulaOptions`."""
        self.privacy_level = CopulaOptions(**options).privacy

    def with_options(self, options: EngineOptions, seed: int) -> CopulaEngine:
        return CopulaEngine(**options.model_dump())

    def sparing(self, columns: Collection[str]) -> CopulaEngine:
        other = copy(self)
        other.spared = frozenset(columns)
        return other

    def fit(self, table: Table, progress: Progress = no_progress) -> CopulaModel:
        progress(0.0, "reading columns")
        dial = DIAL[self.privacy_level or STANDARD]
        table = protected(table, dial.rare_rows, dial.blunt, self.spared)
        codec, features = TableCodec.fit(table)
        if not features:
            return CopulaModel(table.schema, codec, [], np.empty((0, 0), dtype=np.float32))
        progress(0.2, "ordering levels")
        scores, ranks = latent_scores(features)
        marginals: list[Marginal] = []
        for place, (feature, owner) in enumerate(zip(features, codec.owners(), strict=True)):
            rank = ranks[place]
            if isinstance(feature, Discrete):
                assert rank is not None
                marginals.append(discrete_marginal(feature, rank))
            else:
                marginals.append(numeric_marginal(feature))
            progress(0.5 + 0.4 * (place + 1) / len(features), f"learned column '{owner}'")
        factor = np.linalg.cholesky(nearest_correlation(latent_correlation(scores, features)))
        progress(1.0, "learned correlations")
        # The memory order decides how the product is summed: a loaded model must have the same.
        return CopulaModel(table.schema, codec, marginals, np.ascontiguousarray(factor, dtype=np.float32))


def latent_correlation(scores: Scores, features: Sequence[Feature]) -> Floats:
    """(n_features, n_features) float64 correlations of the latent normals behind `scores` (n_rows, n_features).

    Scores are conditional means given the cell, which shrinks their covariance by the variances of both sets of means;
    dividing by these is the first-order polychoric correction (Olsson 1979). Pairs count where both are present.
    """
    gated = [place for place, feature in enumerate(features) if not isinstance(feature, Discrete) and feature.gated]
    together = np.full((scores.shape[1],) * 2, float(len(scores)))
    if gated:
        present = np.stack([~np.isnan(features[place].values) for place in gated]).astype(np.float32)  # type: ignore[union-attr]  # gated: Numeric
        alone = present.sum(axis=1, dtype=np.float64)
        together[gated, :], together[:, gated] = alone[:, None], alone
        together[np.ix_(gated, gated)] = present @ present.T
    covariance = (scores.T @ scores).astype(np.float64) / np.maximum(together, 1.0)
    spread = np.maximum(np.diag(covariance), 1e-9)
    correlation = covariance / np.outer(spread, spread) * (together / (together + _PRIOR_ROWS))
    correlation = np.clip(correlation, -_LIMIT, _LIMIT)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation)


def nearest_correlation(matrix: Floats) -> Floats:
    """A positive definite correlation matrix near `matrix`: eigenvalues raised to a floor, diagonal set back to 1, in turns
    (a plain form of Higham 2002).
    """
    for _ in range(50):
        values, vectors = np.linalg.eigh(matrix)
        if values[0] >= _FLOOR / 2:
            break
        matrix = (vectors * np.maximum(values, _FLOOR)) @ vectors.T
        scale = np.sqrt(np.diag(matrix))
        matrix = matrix / np.outer(scale, scale)
    return matrix
