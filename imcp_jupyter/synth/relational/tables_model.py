"""What every model of related tables can do, whichever engine learned them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from ...errors import InvalidInput
from ...models.constraints import ConstraintOutcome
from ...models.dataset import TableSchema
from ...models.relations import Orphans, Relation
from ..signing import Signer
from ..tabular.engine import Progress, no_progress
from .graph import Graph

if TYPE_CHECKING:
    import pandas as pd


class TablesModel(ABC):
    """A fitted set of tables. `names` are the tables as they were given, `real_rows` how many rows each was learned from."""

    engine: ClassVar[str]
    version: ClassVar[str]  # part of the cache key: raise it when the same seed gives other data

    def __init__(self, graph: Graph, names: list[str], schemas: dict[str, TableSchema], real_rows: dict[str, int]) -> None:
        self._graph = graph
        self.names = names
        self.schemas = schemas
        self.real_rows = real_rows
        self.orphans: list[Orphans] = []

    @property
    def relations(self) -> list[Relation]:
        return self._graph.relations

    @property
    @abstractmethod
    def engines(self) -> dict[str, str]:
        """The engine of every table."""

    def outcomes(self, table: str) -> list[ConstraintOutcome]:
        """How the constraints of `table` were kept in all that was drawn so far."""
        return []

    def scale_for(self, rows: int) -> float:
        """The `scale` that gives the largest table without a parent `rows` rows."""
        return rows / max(self.real_rows[name] for name in self._graph.roots())

    def sample(self, seed: int, scale: float = 1.0, progress: Progress = no_progress) -> dict[str, pd.DataFrame]:
        """All tables anew, those without a parent with `scale` times their real rows, the others as their parents ask for.

        Every foreign key is missing or names one row of its parent. The same seed gives byte-identical frames. Raises
        `InvalidInput` for a scale that is not positive.
        """
        drawn = dict(self.draw(seed, scale, progress))
        return {name: drawn[name] for name in self.names}

    def draw(self, seed: int, scale: float = 1.0, progress: Progress = no_progress) -> Iterator[tuple[str, pd.DataFrame]]:
        """The same, table by table, parents first. Who keeps none of them has one table in memory at a time, and keys of its parents."""
        if not 0 < scale < float("inf"):
            raise InvalidInput(f"must be positive, got {scale}", field="scale")
        return self._draw(seed, scale, progress)

    @abstractmethod
    def _draw(self, seed: int, scale: float, progress: Progress) -> Iterator[tuple[str, pd.DataFrame]]: ...

    @abstractmethod
    def save_signed(self, path: Path, signer: Signer) -> None:
        """Write to one file of the workspace that `signer` belongs to."""

    @classmethod
    @abstractmethod
    def load_signed(cls, path: Path, signer: Signer) -> Self:
        """Read what `save_signed` wrote. Raises `InvalidInput` for a broken file or a wrong signature."""

    def close(self) -> None:
        """Let go of what drawing holds besides memory: processes, for one. The model can still draw."""
        return
