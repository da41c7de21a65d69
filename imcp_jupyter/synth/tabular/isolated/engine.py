"""What engines whose library runs in a process of its own share."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

from ..codec import TableCodec
from ..engine import Progress, TabularEngine, no_progress
from ..features import Feature
from ..options import EngineOptions
from .model import IsolatedModel

if TYPE_CHECKING:
    from ....data.table import Table


class IsolatedEngine(TabularEngine):
    """The columns come to the library as our codecs see them: levels as codes, numbers and datetimes as numbers, gaps as a feature of
    their own; ids and free text never do, our codecs make them.
    """

    model: ClassVar[type[IsolatedModel]]

    def __init__(self, options: EngineOptions | None = None, seed: int = 0) -> None:
        self._options = options or self.options_type()
        self._seed = seed

    def with_options(self, options: EngineOptions, seed: int) -> Self:
        return type(self)(options, seed)

    def require(self) -> None:
        if not self.model.library.installed:
            raise self.model.library.missing(self.name)

    def fit(self, table: Table, progress: Progress = no_progress) -> IsolatedModel:
        self.require()
        progress(0.0, "reading columns")
        codec, features = TableCodec.fit(table)
        return self.learn(table, codec, features, progress)

    @abstractmethod
    def learn(self, table: Table, codec: TableCodec, features: list[Feature], progress: Progress) -> IsolatedModel:
        """Let the library learn `features`."""
