"""A table that is too large to hold: its hash, its types and a uniform sample, from pieces that are read one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput
from .check import checked_frame
from .parts import TableFiles
from .table import HASH_ROWS, ContentHash
from .whole_types import WholeTypes

_MOST_ROWS = 10**9  # what numpy's hypergeometric law takes


class TableScan:
    """`files` as blocks of `HASH_ROWS` rows with the types of the whole table, and a sample of `sample_rows` rows.

    The files are read piece by piece, so memory holds a few blocks and the sample: once for the types, and once for hash and sample.
    """

    def __init__(self, files: TableFiles, sample_rows: int, seed: int) -> None:
        self._files = files
        self.sample_rows = sample_rows
        self._seed = seed

    @property
    def rows(self) -> int:
        return self._types.rows

    @property
    def missing(self) -> frozenset[str]:
        """The columns with a missing value anywhere."""
        return self._types.missing

    @property
    def schema(self) -> Any:
        """The Arrow schema of the whole table."""
        return self._types.schema

    @property
    def content_hash(self) -> str:
        """`data.table.content_hash` of the whole table."""
        return self._read[0]

    @property
    def sample(self) -> pd.DataFrame:
        """`sample_rows` rows (all where there are fewer) in their order; every set of that many is equally probable."""
        return self._read[1]

    def blocks(self) -> Iterator[pd.DataFrame]:
        """Checked frames of `HASH_ROWS` rows (the last may have fewer)."""
        waiting: list[pd.DataFrame] = []
        held = 0
        types = self._types
        for piece in self._files.pieces(text=types.text):
            waiting.append(types.settled(checked_frame(piece, self._files.field)))
            held += len(piece)
            while held >= HASH_ROWS:
                whole = _joined(waiting)
                yield whole.iloc[:HASH_ROWS].reset_index(drop=True)
                waiting = [whole.iloc[HASH_ROWS:].reset_index(drop=True)]
                held -= HASH_ROWS
        if held:
            yield _joined([piece for piece in waiting if len(piece)])

    @cached_property
    def _types(self) -> WholeTypes:
        return WholeTypes.of(self._files)

    @cached_property
    def _read(self) -> tuple[str, pd.DataFrame]:
        """The hash, and the sample: each block gives as many rows as the hypergeometric law says, given what was taken before."""
        left, wanted = self.rows, min(self.sample_rows, self.rows)
        if left > _MOST_ROWS:
            raise InvalidInput(f"a sample can be taken of at most {_MOST_ROWS:,} rows, this table has {left:,}", field=self._files.field)
        running = ContentHash(self._types.schema)
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(self._seed)))
        taken: list[pd.DataFrame] = []
        for block in self.blocks():
            running.update(self._types.arrow(block))
            count = int(rng.hypergeometric(len(block), left - len(block), wanted)) if wanted else 0
            left -= len(block)
            wanted -= count
            if count:
                taken.append(block.iloc[np.sort(rng.choice(len(block), count, replace=False, shuffle=False))])
        return running.hexdigest(), _joined(taken)


def _joined(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    return pieces[0].reset_index(drop=True) if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)
