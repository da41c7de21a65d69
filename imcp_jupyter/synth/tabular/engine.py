"""The protocol that every tabular engine follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...errors import InvalidInput
from ...models.dataset import TableSchema

if TYPE_CHECKING:
    import pandas as pd

    from ...data.table import Table

Progress = Callable[[float, str], None]  # (share done 0..1, what is going on)

BLOCK_ROWS = 65_536  # one block, one generator: what is drawn does not depend on batch sizes or workers


def no_progress(share: float, message: str) -> None:
    """The progress callback of callers that do not care."""


class TabularModel(ABC):
    """What `TabularEngine.fit` returns: draws rows, and can be stored without pickle."""

    engine: ClassVar[str]
    schema: TableSchema

    @abstractmethod
    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        """`rows` (at most `BLOCK_ROWS`) new rows with the columns and dtypes of the table it was fitted on.

        `start` is the number of the first row in the whole draw and `key` the seed of the whole draw: what must be
        unique over all blocks (ids) is made from these two.
        """

    @abstractmethod
    def save(self, path: Path) -> None:
        """Write to one file (JSON and arrays in a zip, never pickle)."""

    @classmethod
    @abstractmethod
    def load(cls, path: Path) -> TabularModel:
        """Read what `save` wrote. Raises `InvalidInput` for a file of another engine or a broken one."""

    def sample_batches(self, rows: int, seed: int) -> Iterator[pd.DataFrame]:
        """Blocks of at most `BLOCK_ROWS` rows; block i is drawn from ``SeedSequence(seed, spawn_key=(i,))``."""
        for index, start in enumerate(range(0, rows, BLOCK_ROWS)):
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(index,))))
            yield self.sample_block(min(BLOCK_ROWS, rows - start), rng, start, seed)

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """`rows` new rows. The same seed gives byte-identical frames."""
        import pandas as pd

        blocks = list(self.sample_batches(rows, seed))
        return blocks[0] if len(blocks) == 1 else pd.concat(blocks, ignore_index=True)

    def sample_given(self, rows: int, seed: int, conditions: Mapping[str, Any]) -> pd.DataFrame:
        """`rows` new rows that all have what `conditions` say. Raises `InvalidInput` where the engine does not support it."""
        raise _no_conditions(self.engine)

    def complete(self, partial: pd.DataFrame, seed: int) -> pd.DataFrame:
        """`partial` with its missing columns and cells drawn given the others. Raises `InvalidInput` where unsupported."""
        raise _no_conditions(self.engine)


class TabularEngine(ABC):
    """A way to learn a table. Stateless: `fit` takes everything it needs."""

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[str]  # part of the cache key: raise it when the same seed gives other data
    licence: ClassVar[str] = "Apache-2.0"
    min_rows: ClassVar[int] = 2
    supports: ClassVar[frozenset[str]] = frozenset()  # of {"conditions", "constraints", "epsilon"}
    model: ClassVar[type[TabularModel]]

    @abstractmethod
    def fit(self, table: Table, progress: Progress = no_progress) -> TabularModel:
        """Learn `table`. Raises `InvalidInput` that names the column it cannot learn."""

    def fit_first(self, table: Table, first: Sequence[str], progress: Progress = no_progress) -> TabularModel:
        """Learn `table` for rows under conditions on the columns `first`; the same as `fit` where that makes no difference."""
        return self.fit(table, progress)


def _no_conditions(engine: str) -> InvalidInput:
    return InvalidInput(f"engine '{engine}' does not support conditions", field="conditions", hint="use the engine cart or copula")
