"""A model that another library fitted: our codec around what that library keeps, drawn from in a process of its own."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ....errors import InvalidInput
from ....models.dataset import TableSchema
from ..codec import TableCodec
from ..engine import Progress, TabularModel, no_progress
from ..features import Discrete, Draw, Feature
from .library import Library
from .process import EngineProcess

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 4_096  # rows that the library draws at once; a shorter draw is cut from a whole block, so that it begins every longer one
FIT, SAMPLE, DECODE = 0, 1, 2  # streams of one seed


class IsolatedModel(TabularModel):
    """`levels`: the number of levels of each feature, 0 for numbers. Block i of a draw is seeded from
    ``SeedSequence(seed, spawn_key=(stream, i))``.
    """

    library: ClassVar[Library]

    def __init__(self, schema: TableSchema, codec: TableCodec, levels: list[int], process: EngineProcess | None = None) -> None:
        self.schema = schema
        self._codec = codec
        self._levels = levels
        self._process = process
        self._progress: Progress = no_progress

    @abstractmethod
    def restore(self, process: EngineProcess, progress: Progress) -> None:
        """Give a new process what the library keeps."""

    def whole(self, drawn: npt.NDArray[Any], place: int, seed: int) -> npt.NDArray[Any]:
        """What the library drew for feature `place` under `seed`, with a value in every row."""
        return drawn

    @property
    def process(self) -> EngineProcess:
        """The process that draws, started when there is none."""
        if self._process is None or not self._process.alive:
            process = EngineProcess(self.engine, self.library)
            self.restore(process, self._progress)
            self._process = process
        return self._process

    def close(self) -> None:
        """End the process; the model starts another when it draws again."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def sample(self, rows: int, seed: int, progress: Progress = no_progress) -> pd.DataFrame:
        self._progress = progress
        try:
            return super().sample(rows, seed, progress)
        finally:
            self._progress = no_progress

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        import pandas as pd

        parts = []
        for index in range(start // BLOCK, -(-(start + rows) // BLOCK)):
            first = index * BLOCK
            block = self._block(index, key, min(BLOCK, start + rows - first))
            parts.append(block.iloc[max(start - first, 0) : start + rows - first])
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0].reset_index(drop=True)

    def _block(self, index: int, key: int, wanted: int) -> pd.DataFrame:
        """Block `index` of the draw `key`, or at least its first `wanted` rows."""
        drawn = self._draw(seed_of(key, SAMPLE, index))

        def decode(rows: int) -> pd.DataFrame:
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(key, spawn_key=(DECODE, index))))
            return self._codec.decode([column[:rows] for column in drawn], Draw(rows, rng, index * BLOCK, key))

        try:
            return decode(BLOCK)
        except InvalidInput:  # ids of a narrow type have room for the rows asked for, if not for the whole block
            if wanted == BLOCK:
                raise
            return decode(wanted)

    def _draw(self, seed: int) -> list[npt.NDArray[Any]]:
        if not self._levels:
            return []
        from pyarrow.feather import read_feather

        process = self.process
        path = process.folder / "drawn"
        process.ask(self._progress, do="sample", rows=BLOCK, seed=seed, data=str(path))
        frame = read_feather(path, memory_map=False)
        path.unlink()
        return [
            drawn_feature(self.whole(frame[feature_name(place)].to_numpy(), place, seed), n_levels)
            for place, n_levels in enumerate(self._levels)
        ]


def levels_of(features: list[Feature]) -> list[int]:
    return [feature.n_levels if isinstance(feature, Discrete) else 0 for feature in features]


def feature_name(place: int) -> str:
    """Libraries see numbered features: neither a column's name nor a level's value leaves our process."""
    return f"feature_{place}"


def drawn_feature(values: npt.NDArray[Any], n_levels: int) -> npt.NDArray[Any]:
    """What a library drew as our codecs read it: codes (n_rows,) int32 or numbers (n_rows,) float64."""
    return np.clip(values.astype(np.int32), 0, n_levels - 1) if n_levels else values.astype(np.float64)


def seed_of(key: int, stream: int, index: int) -> int:
    """A 32-bit seed, which is all that numpy's old generator takes."""
    return int(np.random.SeedSequence(key, spawn_key=(stream, index)).generate_state(1)[0])


def feature_frame(features: list[Feature], seed: int) -> pd.DataFrame:
    """The features as columns. A gap of a gated number is filled with a random present one: its gate says that it is a gap,
    and the library would otherwise draw gaps of its own, independent of everything.
    """
    import pandas as pd

    columns: dict[str, npt.NDArray[Any]] = {}
    for place, feature in enumerate(features):
        if isinstance(feature, Discrete):
            columns[feature_name(place)] = feature.codes.astype(np.int64)
            continue
        values = feature.values.copy()
        gaps = np.isnan(values)
        if gaps.any():
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(FIT, place + 1))))
            values[gaps] = rng.choice(values[~gaps], size=int(gaps.sum()))
        columns[feature_name(place)] = values
    return pd.DataFrame(columns)
