"""TabularARGN as an engine (Tiwald et al. 2025, "TabularARGN: a flexible and efficient auto-regressive framework", arXiv:2501.12012)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ..codec import TableCodec
from ..engine import Progress
from ..features import Feature
from ..isolated.engine import IsolatedEngine
from ..options import EngineOptions
from .model import MostlyModel, fit_model
from .options import MostlyOptions

if TYPE_CHECKING:
    from ....data.table import Table


class MostlyEngine(IsolatedEngine):
    name: ClassVar[str] = MostlyModel.engine
    title: ClassVar[str] = "MOSTLY TabularARGN"
    version: ClassVar[str] = "1"
    packages: ClassVar[tuple[str, ...]] = ("mostlyai-engine", "torch")
    model: ClassVar[type[MostlyModel]] = MostlyModel
    options_type: ClassVar[type[EngineOptions]] = MostlyOptions

    def learn(self, table: Table, codec: TableCodec, features: list[Feature], progress: Progress) -> MostlyModel:
        return fit_model(table.schema, codec, features, self._options.model_dump(), self._seed, progress)
