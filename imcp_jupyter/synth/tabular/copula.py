"""Gaussian copula on empirical marginals: one correlation matrix, exact shares, the fastest engine.

Marginals are tables on the normal axis; correlations come from normal scores (conditional means within ties and levels).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from ...models.dataset import TableSchema
from ..archive import load_archive, save_archive
from .codec import TableCodec
from .engine import Progress, TabularEngine, TabularModel, no_progress
from .features import Discrete, Draw, Feature, Floats
from .marginal import Marginal, discrete_marginal, numeric_marginal
from .ragged import pack, unpack
from .scores import Scores, latent_scores

if TYPE_CHECKING:
    import pandas as pd

    from ...data.table import Table

_LIMIT = 0.995  # largest correlation of two features: a perfect one makes the matrix singular
_PRIOR_ROWS = 5.0  # correlations of small tables are drawn towards 0 as if by this many rows
_FLOOR = 1e-5  # smallest eigenvalue


class CopulaModel(TabularModel):
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


class CopulaEngine(TabularEngine):
    name: ClassVar[str] = "copula"
    title: ClassVar[str] = "Gaussian copula"
    version: ClassVar[str] = "1"
    model: ClassVar[type[TabularModel]] = CopulaModel

    def fit(self, table: Table, progress: Progress = no_progress) -> CopulaModel:
        progress(0.0, "reading columns")
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
    n_rows = len(scores)
    present = np.ones(scores.shape, dtype=np.float32)
    gated = [place for place, feature in enumerate(features) if not isinstance(feature, Discrete) and feature.gated]
    for place in gated:
        feature = features[place]
        assert not isinstance(feature, Discrete)
        present[:, place] = ~np.isnan(feature.values)
    together = (present.T @ present).astype(np.float64) if gated else np.full((scores.shape[1],) * 2, float(n_rows))
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
