"""A TabularARGN that MOSTLY's engine fitted: our codec around its statistics (JSON) and weights (arrays)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ....errors import InvalidInput
from ....models.dataset import TableSchema
from ...archive import load_archive, save_archive
from ..codec import TableCodec
from ..engine import Progress
from ..features import Feature, Numeric
from ..isolated.library import Library
from ..isolated.model import FIT, IsolatedModel, feature_frame, feature_name, levels_of, seed_of
from ..isolated.process import EngineProcess

MOSTLY = Library(title="MOSTLY", module="mostlyai.engine", extra="mostly", child=f"{__package__}.child")
_WEIGHT = "weight."  # prefix of the network's arrays among the stored ones
_EXACT = 2.0**53  # up to here every whole number is a float64


class MostlyModel(IsolatedModel):
    """`files`: the engine's JSON files, as text because it counts on their order; `weights`: the network's parameters, float32."""

    engine: ClassVar[str] = "mostly"
    library: ClassVar[Library] = MOSTLY

    def __init__(
        self,
        schema: TableSchema,
        codec: TableCodec,
        levels: list[int],
        files: dict[str, str],
        weights: dict[str, npt.NDArray[np.float32]],
        process: EngineProcess | None = None,
    ) -> None:
        super().__init__(schema, codec, levels, process)
        self._files = files
        self._weights = weights

    def restore(self, process: EngineProcess, progress: Progress) -> None:
        path = process.folder / "model"
        path.with_suffix(".json").write_text(json.dumps(self._files))
        np.savez(path.with_suffix(".npz"), allow_pickle=False, **self._weights)
        process.ask(progress, do="load", model=str(path))
        path.with_suffix(".json").unlink()
        path.with_suffix(".npz").unlink()

    def whole(self, drawn: npt.NDArray[Any], place: int, seed: int) -> npt.NDArray[Any]:
        """A gap is a value that the engine protects because only a few rows have it, and found no other for: any level does, or any
        number of the same draw. Raises `InvalidInput` for a column of numbers that are all protected.
        """
        gaps = np.isnan(drawn)
        if not gaps.any():
            return drawn
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(place,))))
        if self._levels[place]:
            drawn[gaps] = rng.integers(0, self._levels[place], int(gaps.sum()))
            return drawn
        if gaps.all():
            name = self._codec.owners()[place]
            raise InvalidInput(
                f"MOSTLY protects every number of column '{name}', because there are too few",
                field=name,
                hint='use engine_options={"value_protection": False}, or the engine cart',
            )
        drawn[gaps] = rng.choice(drawn[~gaps], int(gaps.sum()))
        return drawn

    def save(self, path: Path) -> None:
        state = {
            "schema": self.schema.model_dump(mode="json"),
            "codec": self._codec.state(),
            "levels": self._levels,
            "files": self._files,
        }
        weights = {f"{_WEIGHT}{name}": array for name, array in self._weights.items()}
        save_archive(path, self.engine, state, self._codec.arrays() | weights)

    @classmethod
    def load(cls, path: Path) -> Self:
        state, arrays = load_archive(path, cls.engine)
        codec = TableCodec.restore(state["codec"], arrays)
        weights = {name.removeprefix(_WEIGHT): array for name, array in arrays.items() if name.startswith(_WEIGHT)}
        return cls(TableSchema.model_validate(state["schema"]), codec, state["levels"], state["files"], weights)


def fit_model(
    schema: TableSchema,
    codec: TableCodec,
    features: list[Feature],
    options: dict[str, Any],
    seed: int,
    progress: Progress,
    process: EngineProcess | None = None,
) -> MostlyModel:
    """Let MOSTLY learn `features`, in `process` or a new one, which the model keeps. Whatever `progress` raises ends the process."""
    levels = levels_of(features)
    if not features:
        return MostlyModel(schema, codec, levels, {}, {})
    from pyarrow.feather import write_feather

    process = process or EngineProcess(MostlyModel.engine, MOSTLY)
    frame = feature_frame(features, seed)
    for place, feature in enumerate(features):
        name = feature_name(place)
        if isinstance(feature, Numeric) and feature.whole and frame[name].abs().max() <= _EXACT:
            frame[name] = frame[name].astype(np.int64)  # the engine counts digits: a float's ".0" would be one
    data, path = process.folder / "data", process.folder / "model"
    write_feather(frame, data, compression="uncompressed")
    kinds = {feature_name(place): "TABULAR_CATEGORICAL" if n else "TABULAR_NUMERIC_AUTO" for place, n in enumerate(levels)}
    process.ask(progress, do="fit", options=options, kinds=kinds, data=str(data), model=str(path), seed=seed_of(seed, FIT, 0))
    files = json.loads(path.with_suffix(".json").read_text())
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    path.with_suffix(".json").unlink()
    path.with_suffix(".npz").unlink()
    return MostlyModel(schema, codec, levels, files, weights, process)
