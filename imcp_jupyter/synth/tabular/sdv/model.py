"""A model fitted by SDV: our codec around SDV's own pickled bytes, which are read only where their signature holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ....errors import InvalidInput
from ....models.dataset import TableSchema
from ...archive import load_archive, save_archive
from ...signing import Signer
from ..codec import TableCodec
from ..engine import Progress, TabularModel, no_progress
from ..features import Discrete, Draw, Feature
from .child import TABLE
from .process import SdvProcess

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 4_096  # rows that SDV draws at once; a shorter draw is cut from a whole block, so that it begins every longer one
_FIT, _SAMPLE, _DECODE = 0, 1, 2  # streams of one seed


class SdvModel(TabularModel):
    """`content` is what SDV's `save` wrote, empty for a table without features; `levels` the number of levels of each feature,
    0 for numbers. Block i of a draw is seeded from ``SeedSequence(seed, spawn_key=(stream, i))``.
    """

    synthesizer: ClassVar[str]  # class in sdv.single_table

    def __init__(
        self, schema: TableSchema, codec: TableCodec, levels: list[int], content: bytes, process: SdvProcess | None = None
    ) -> None:
        self.schema = schema
        self._codec = codec
        self._levels = levels
        self._content = content
        self._process = process
        self._progress: Progress = no_progress

    @property
    def process(self) -> SdvProcess:
        """The process that draws, started when there is none."""
        if self._process is None or not self._process.alive:
            process = SdvProcess(self.engine)
            path = process.folder / "model"
            path.write_bytes(self._content)
            process.ask(self._progress, do="load", synthesizer=self.synthesizer, model=str(path))
            path.unlink()
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
        drawn = self._draw(seed_of(key, _SAMPLE, index))

        def decode(rows: int) -> pd.DataFrame:
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(key, spawn_key=(_DECODE, index))))
            return self._codec.decode([column[:rows] for column in drawn], Draw(rows, rng, index * BLOCK, key))

        try:
            return decode(BLOCK)
        except InvalidInput:  # ids of a narrow type have room for the rows asked for, if not for the whole block
            if wanted == BLOCK:
                raise
            return decode(wanted)

    def _draw(self, seed: int) -> list[npt.NDArray[Any]]:
        if not self._content:
            return []
        from pyarrow.feather import read_feather

        process = self.process
        path = process.folder / "drawn"
        process.ask(self._progress, do="sample", rows=BLOCK, seed=seed, data={TABLE: str(path)})
        frame = read_feather(path, memory_map=False)
        path.unlink()
        return drawn_features(frame, self._levels)

    def save(self, path: Path) -> None:
        raise InvalidInput(f"a model of engine '{self.engine}' is stored only with a signature", field="model", hint="use save_signed")

    @classmethod
    def load(cls, path: Path) -> Self:
        raise InvalidInput(f"a model of engine '{cls.engine}' is read only with a signature", field="model", hint="use load_signed")

    def save_signed(self, path: Path, signer: Signer) -> None:
        state = {
            "schema": self.schema.model_dump(mode="json"),
            "codec": self._codec.state(),
            "levels": self._levels,
            "signature": signer.sign(purpose_of(self.engine), self._content),
        }
        save_archive(path, self.engine, state, self._codec.arrays() | {"content": np.frombuffer(self._content, dtype=np.uint8)})

    @classmethod
    def load_signed(cls, path: Path, signer: Signer) -> Self:
        """Raises `InvalidInput` for a wrong or missing signature; nothing is unpickled then."""
        state, arrays = load_archive(path, cls.engine)
        content = arrays["content"].tobytes()
        signer.check(purpose_of(cls.engine), content, state.get("signature"))
        codec = TableCodec.restore(state["codec"], arrays)
        return cls(TableSchema.model_validate(state["schema"]), codec, state["levels"], content)


def fit_model(
    kind: type[SdvModel],
    schema: TableSchema,
    codec: TableCodec,
    features: list[Feature],
    options: dict[str, Any],
    seed: int,
    progress: Progress,
    process: SdvProcess | None = None,
) -> SdvModel:
    """Let SDV learn `features`, in `process` or a new one, which the model keeps. Whatever `progress` raises ends the process."""
    levels = levels_of(features)
    if not features:
        return kind(schema, codec, levels, b"")
    from pyarrow.feather import write_feather

    process = process or SdvProcess(kind.engine)
    data, path = process.folder / "data", process.folder / "model"
    write_feather(features_frame(features, seed), data, compression="uncompressed")
    sdtypes = sdtypes_of(levels)
    process.ask(
        progress,
        do="fit",
        synthesizer=kind.synthesizer,
        options=options,
        tables={TABLE: {"sdtypes": sdtypes, "key": None, "data": str(data)}},
        relationships=[],
        model=str(path),
        seed=seed_of(seed, _FIT, 0),
    )
    content = path.read_bytes()
    path.unlink()
    return kind(schema, codec, levels, content, process)


def feature_name(place: int) -> str:
    """SDV sees numbered features: neither a column's name nor a level's value leaves our process."""
    return f"feature_{place}"


def seed_of(key: int, stream: int, index: int) -> int:
    """A 32-bit seed, which is all that numpy's old generator takes."""
    return int(np.random.SeedSequence(key, spawn_key=(stream, index)).generate_state(1)[0])


def sdtypes_of(levels: list[int]) -> dict[str, str]:
    """SDV's names of the kinds of the features that have `levels` levels, 0 for numbers."""
    return {feature_name(place): "categorical" if n_levels else "numerical" for place, n_levels in enumerate(levels)}


def levels_of(features: list[Feature]) -> list[int]:
    return [feature.n_levels if isinstance(feature, Discrete) else 0 for feature in features]


def drawn_features(frame: pd.DataFrame, levels: list[int]) -> list[npt.NDArray[Any]]:
    """What SDV drew as our codecs read it: codes (n_rows,) int32 or numbers (n_rows,) float64."""
    drawn: list[npt.NDArray[Any]] = []
    for place, n_levels in enumerate(levels):
        values = frame[feature_name(place)].to_numpy()
        drawn.append(np.clip(values.astype(np.int32), 0, n_levels - 1) if n_levels else values.astype(np.float64))
    return drawn


def features_frame(features: list[Feature], seed: int) -> pd.DataFrame:
    """The features as columns. A gap of a gated number is filled with a random present one: its gate says that it is a gap,
    and SDV would otherwise draw gaps of its own, independent of everything.
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
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(_FIT, place + 1))))
            values[gaps] = rng.choice(values[~gaps], size=int(gaps.sum()))
        columns[feature_name(place)] = values
    return pd.DataFrame(columns)


def purpose_of(engine: str) -> str:
    return f"imcp-model/1 {engine}"
