"""An example engine: every column drawn by itself. No relation between columns is kept, which is the floor that others must beat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from imcp_jupyter.models.dataset import TableSchema
from imcp_jupyter.synth.archive import load_archive, save_archive
from imcp_jupyter.synth.tabular.codec import TableCodec
from imcp_jupyter.synth.tabular.engine import Progress, TabularEngine, TabularModel, no_progress
from imcp_jupyter.synth.tabular.features import Discrete, Draw, Feature
from imcp_jupyter.synth.tabular.options import EngineOptions

if TYPE_CHECKING:
    import pandas as pd

    from imcp_jupyter.data.table import Table


class IndependentModel(TabularModel):
    """One table per feature: cumulative shares of its levels, or quantiles of its numbers."""

    engine: ClassVar[str] = "independent"

    def __init__(self, schema: TableSchema, codec: TableCodec, discrete: list[bool], tables: list[npt.NDArray[np.float64]]) -> None:
        self.schema = schema
        self._codec = codec
        self._discrete = discrete
        self._tables = tables

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        drawn = []
        for discrete, table in zip(self._discrete, self._tables, strict=True):
            place = rng.random(rows)
            if discrete:
                drawn.append(np.searchsorted(table[:-1], place, side="right").astype(np.int32))
            else:
                drawn.append(np.interp(place, np.linspace(0, 1, len(table)), table))
        return self._codec.decode(drawn, Draw(rows, rng, start, key))

    def save(self, path: Path) -> None:
        state = {"schema": self.schema.model_dump(mode="json"), "codec": self._codec.state(), "discrete": self._discrete}
        tables = {f"table{place}": table for place, table in enumerate(self._tables)}
        save_archive(path, self.engine, state, self._codec.arrays() | tables)

    @classmethod
    def load(cls, path: Path) -> IndependentModel:
        state, arrays = load_archive(path, cls.engine)
        tables = [arrays[f"table{place}"] for place in range(len(state["discrete"]))]
        codec = TableCodec.restore(state["codec"], arrays)
        return cls(TableSchema.model_validate(state["schema"]), codec, state["discrete"], tables)


class IndependentOptions(EngineOptions):
    quantiles: int = Field(101, ge=2, le=10_001, description="entries of the table that stands for a numeric column")


class IndependentEngine(TabularEngine):
    name: ClassVar[str] = "independent"
    title: ClassVar[str] = "Every column by itself"
    version: ClassVar[str] = "1"
    model: ClassVar[type[TabularModel]] = IndependentModel
    options_type: ClassVar[type[EngineOptions]] = IndependentOptions

    def __init__(self, quantiles: int = 101) -> None:
        self._quantiles = quantiles

    def with_options(self, options: EngineOptions, seed: int) -> IndependentEngine:
        return IndependentEngine(**options.model_dump())

    def fit(self, table: Table, progress: Progress = no_progress) -> IndependentModel:
        codec, features = TableCodec.fit(table)
        tables = []
        for place, feature in enumerate(features):
            tables.append(self._table(feature))
            progress((place + 1) / len(features), f"learned column '{codec.owners()[place]}'")
        return IndependentModel(table.schema, codec, [isinstance(feature, Discrete) for feature in features], tables)

    def _table(self, feature: Feature) -> npt.NDArray[np.float64]:
        if isinstance(feature, Discrete):
            shares = np.bincount(feature.codes, minlength=feature.n_levels) / len(feature.codes)
            return np.cumsum(shares)
        present = feature.values[~np.isnan(feature.values)]
        return np.quantile(present, np.linspace(0, 1, self._quantiles))
