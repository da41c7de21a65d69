"""The protocol that every tabular engine follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...errors import InvalidInput
from ...models.dataset import TableSchema
from ...models.generation import PrivacyLevel, PrivacyStatement
from ..signing import Signer
from .options import EngineOptions

if TYPE_CHECKING:
    import pandas as pd

    from ...data.table import Table

Progress = Callable[[float, str], None]  # (share done 0..1, what is going on)

BLOCK_ROWS = 65_536  # one block, one generator: what is drawn does not depend on batch sizes or workers


def block_generator(seed: int, index: int) -> np.random.Generator:
    """The randomness of block `index` of the draw `seed`."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(index,))))


def no_progress(share: float, message: str) -> None:
    """The progress callback of callers that do not care."""


@dataclass(frozen=True)
class PrivacyRequest:
    """What a fit may reveal. `bounds`: public ranges [low, high] or levels by column; `public_rows`: everybody may know the row count."""

    epsilon: float
    delta: float | None = None
    bounds: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    public_rows: bool = False


class TabularModel(ABC):
    """What `TabularEngine.fit` returns: draws rows, and can be stored without pickle."""

    engine: ClassVar[str]
    schema: TableSchema
    privacy: PrivacyStatement | None = None  # set by engines that were asked for differential privacy

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

    def save_signed(self, path: Path, signer: Signer) -> None:
        """Write to one file of the workspace that `signer` belongs to. Models whose file could run code sign it."""
        self.save(path)

    @classmethod
    def load_signed(cls, path: Path, signer: Signer) -> TabularModel:
        """Read what `save_signed` wrote. Raises `InvalidInput` also for a signature that is missing or not `signer`'s."""
        return cls.load(path)

    def close(self) -> None:
        """Let go of what drawing rows holds besides memory: a process, for one. The model can still draw."""
        return

    def sample_batches(self, rows: int, seed: int) -> Iterator[pd.DataFrame]:
        """Blocks of at most `BLOCK_ROWS` rows; block i is drawn from ``SeedSequence(seed, spawn_key=(i,))``."""
        return self.sample_range(rows, seed, 0, rows)

    def sample_range(self, rows: int, seed: int, start: int, count: int) -> Iterator[pd.DataFrame]:
        """Rows `start` to `start + count` of the draw of `rows` rows, in blocks of at most `BLOCK_ROWS`.

        Every block has a seed of its own, so a part needs nothing of the others: workers that draw parts of one draw get, together,
        the very bytes of `sample`, whatever their number. `rows` counts because the last block has what is left.
        Raises `InvalidInput` for a part outside the draw.
        """
        if start < 0 or count < 0 or start + count > rows:
            raise InvalidInput(f"rows {start:,} to {start + count:,} are not within the draw of {rows:,} rows", field="start")
        return self._blocks(rows, seed, start, start + count)

    def _blocks(self, rows: int, seed: int, start: int, stop: int) -> Iterator[pd.DataFrame]:
        for index in range(start // BLOCK_ROWS, -(-stop // BLOCK_ROWS) if stop > start else 0):
            first = index * BLOCK_ROWS
            size = min(BLOCK_ROWS, rows - first)
            block = self.sample_block(size, block_generator(seed, index), first, seed)
            if start <= first and first + size <= stop:
                yield block
            else:
                yield block.iloc[max(start - first, 0) : stop - first].reset_index(drop=True)

    def sample(self, rows: int, seed: int, progress: Progress = no_progress) -> pd.DataFrame:
        """`rows` new rows. The same seed gives byte-identical frames."""
        import pandas as pd

        blocks = []
        for index, block in enumerate(self.sample_batches(rows, seed)):
            blocks.append(block)
            drawn = min((index + 1) * BLOCK_ROWS, rows)
            progress(drawn / rows, f"drew {drawn:,} rows")
        return blocks[0] if len(blocks) == 1 else pd.concat(blocks, ignore_index=True)

    def sample_given_batches(self, rows: int, seed: int, conditions: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        """Like `sample_batches`, under `conditions`. Raises `InvalidInput` where the engine does not support it."""
        raise _no_conditions(self.engine)

    def sample_given(self, rows: int, seed: int, conditions: Mapping[str, Any]) -> pd.DataFrame:
        """`rows` new rows that all have what `conditions` say (grammar: `conditions.py`), in random order.

        Raises `NotFound` for an unknown column or value, `InvalidInput` for what no row can have, names conditions that clash, or
        where the engine does not support it.
        """
        import pandas as pd

        blocks = list(self.sample_given_batches(rows, seed, conditions))
        return blocks[0] if len(blocks) == 1 else pd.concat(blocks, ignore_index=True)

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
    packages: ClassVar[tuple[str, ...]] = ()  # distributions, besides the core ones, whose versions decide what a seed gives
    options_type: ClassVar[type[EngineOptions]] = EngineOptions
    supports: ClassVar[frozenset[str]] = frozenset()  # of {"conditions", "constraints", "epsilon", "privacy"}
    private_only: ClassVar[bool] = False  # cannot learn without a privacy budget
    model: ClassVar[type[TabularModel]]
    privacy_level: PrivacyLevel | None = None  # of engines with a privacy dial

    def require(self) -> None:
        """Raises `MissingExtra` with the install line when what this engine needs is not installed."""
        return

    def with_options(self, options: EngineOptions, seed: int) -> TabularEngine:
        """This engine with `options` (an `options_type`); `seed` is for engines whose fitting is random."""
        return self

    def sparing(self, columns: Collection[str]) -> TabularEngine:
        """This engine, which leaves `columns` out of what it does to rare values: they are structure, not what a person has."""
        return self

    @abstractmethod
    def fit(self, table: Table, progress: Progress = no_progress) -> TabularModel:
        """Learn `table`. Raises `InvalidInput` that names the column it cannot learn."""

    def fit_first(self, table: Table, first: Sequence[str], progress: Progress = no_progress) -> TabularModel:
        """Learn `table` for rows under conditions on the columns `first`; the same as `fit` where that makes no difference."""
        return self.fit(table, progress)

    def check(self, table: Table) -> None:
        """Refuse `table` before any of a privacy budget is spent. Raises `InvalidInput` or `NotFound` naming the column."""
        return

    def private(self, request: PrivacyRequest) -> TabularEngine:
        """This engine under a privacy budget, where it `supports` "epsilon". Raises `InvalidInput` where it does not."""
        raise InvalidInput(f"engine '{self.name}' does not support epsilon", field="epsilon")


def _no_conditions(engine: str) -> InvalidInput:
    return InvalidInput(f"engine '{engine}' does not support conditions", field="conditions", hint="use the engine cart or copula")
