"""SDV's synthesizers as engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ..codec import TableCodec
from ..engine import Progress
from ..features import Feature
from ..isolated.engine import IsolatedEngine
from ..options import EngineOptions
from .model import SdvModel, fit_model
from .options import CopulaganOptions, CtganOptions, GaussianCopulaOptions, HmaOptions, TvaeOptions

if TYPE_CHECKING:
    from ....data.table import Table

LICENCE = "BUSL-1.1"


class SdvEngine(IsolatedEngine):
    """Base of them all."""

    version: ClassVar[str] = "1"
    licence: ClassVar[str] = LICENCE
    packages: ClassVar[tuple[str, ...]] = ("sdv", "ctgan", "copulas", "rdt", "torch")
    model: ClassVar[type[SdvModel]]

    def learn(self, table: Table, codec: TableCodec, features: list[Feature], progress: Progress) -> SdvModel:
        return fit_model(self.model, table.schema, codec, features, self._options.model_dump(), self._seed, progress)


class GaussianCopulaModel(SdvModel):
    engine: ClassVar[str] = "sdv:gaussian_copula"
    synthesizer: ClassVar[str] = "GaussianCopulaSynthesizer"


class GaussianCopulaEngine(SdvEngine):
    name: ClassVar[str] = GaussianCopulaModel.engine
    title: ClassVar[str] = "SDV GaussianCopula"
    model: ClassVar[type[SdvModel]] = GaussianCopulaModel
    options_type: ClassVar[type[EngineOptions]] = GaussianCopulaOptions


class CtganModel(SdvModel):
    engine: ClassVar[str] = "sdv:ctgan"
    synthesizer: ClassVar[str] = "CTGANSynthesizer"


class CtganEngine(SdvEngine):
    name: ClassVar[str] = CtganModel.engine
    title: ClassVar[str] = "SDV CTGAN"
    model: ClassVar[type[SdvModel]] = CtganModel
    options_type: ClassVar[type[EngineOptions]] = CtganOptions


class TvaeModel(SdvModel):
    engine: ClassVar[str] = "sdv:tvae"
    synthesizer: ClassVar[str] = "TVAESynthesizer"


class TvaeEngine(SdvEngine):
    name: ClassVar[str] = TvaeModel.engine
    title: ClassVar[str] = "SDV TVAE"
    model: ClassVar[type[SdvModel]] = TvaeModel
    options_type: ClassVar[type[EngineOptions]] = TvaeOptions


class CopulaganModel(SdvModel):
    engine: ClassVar[str] = "sdv:copulagan"
    synthesizer: ClassVar[str] = "CopulaGANSynthesizer"


class CopulaganEngine(SdvEngine):
    name: ClassVar[str] = CopulaganModel.engine
    title: ClassVar[str] = "SDV CopulaGAN"
    model: ClassVar[type[SdvModel]] = CopulaganModel
    options_type: ClassVar[type[EngineOptions]] = CopulaganOptions


class HmaModel(SdvModel):
    engine: ClassVar[str] = "sdv:hma"
    synthesizer: ClassVar[str] = "HMASynthesizer"


class HmaEngine(SdvEngine):
    """Of one table; several are learned by `synth.relational.hma`."""

    name: ClassVar[str] = HmaModel.engine
    title: ClassVar[str] = "SDV HMA"
    model: ClassVar[type[SdvModel]] = HmaModel
    options_type: ClassVar[type[EngineOptions]] = HmaOptions


ENGINES: tuple[type[SdvEngine], ...] = (GaussianCopulaEngine, CtganEngine, TvaeEngine, CopulaganEngine, HmaEngine)
