"""A model fitted by SDV: our codec around SDV's own pickled bytes, which are read only where their signature holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from ....errors import InvalidInput
from ....models.dataset import TableSchema
from ...archive import load_archive, save_archive
from ...signing import Signer
from ..codec import TableCodec
from ..engine import Progress
from ..features import Feature
from ..isolated.library import Library
from ..isolated.model import FIT, IsolatedModel, feature_frame, feature_name, levels_of, seed_of
from ..isolated.process import EngineProcess
from .child import TABLE

SDV = Library(title="SDV", module="sdv", extra="sdv", child=f"{__package__}.child")


class SdvModel(IsolatedModel):
    """`content` is what SDV's `save` wrote, empty for a table without features."""

    library: ClassVar[Library] = SDV
    synthesizer: ClassVar[str]  # class in sdv.single_table

    def __init__(
        self, schema: TableSchema, codec: TableCodec, levels: list[int], content: bytes, process: EngineProcess | None = None
    ) -> None:
        super().__init__(schema, codec, levels, process)
        self._content = content

    def restore(self, process: EngineProcess, progress: Progress) -> None:
        path = process.folder / "model"
        path.write_bytes(self._content)
        process.ask(progress, do="load", synthesizer=self.synthesizer, model=str(path))
        path.unlink()

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
    process: EngineProcess | None = None,
) -> SdvModel:
    """Let SDV learn `features`, in `process` or a new one, which the model keeps. Whatever `progress` raises ends the process."""
    levels = levels_of(features)
    if not features:
        return kind(schema, codec, levels, b"")
    from pyarrow.feather import write_feather

    process = process or EngineProcess(kind.engine, SDV)
    data, path = process.folder / "data", process.folder / "model"
    write_feather(feature_frame(features, seed), data, compression="uncompressed")
    sdtypes = sdtypes_of(levels)
    process.ask(
        progress,
        do="fit",
        synthesizer=kind.synthesizer,
        options=options,
        tables={TABLE: {"sdtypes": sdtypes, "key": None, "data": str(data)}},
        relationships=[],
        model=str(path),
        seed=seed_of(seed, FIT, 0),
    )
    content = path.read_bytes()
    path.unlink()
    return kind(schema, codec, levels, content, process)


def sdtypes_of(levels: list[int]) -> dict[str, str]:
    """SDV's names of the kinds of the features that have `levels` levels, 0 for numbers."""
    return {feature_name(place): "categorical" if n_levels else "numerical" for place, n_levels in enumerate(levels)}


def purpose_of(engine: str) -> str:
    return f"imcp-model/1 {engine}"
