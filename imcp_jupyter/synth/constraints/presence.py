"""Unique keys and columns without gaps."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from ...models.constraints import NotNull, Unique
from .facts import digests, keys
from .numbers import Mask
from .rule import Rule


class NotNullRule(Rule):
    spec: NotNull

    def holds(self, frame: pd.DataFrame) -> Mask:
        return np.asarray(frame[self.spec.column].notna().to_numpy(), dtype=bool)


class UniqueRule(Rule):
    """Holds where no row before has the same key. Keys of earlier blocks are passed as sorted 64-bit hashes."""

    rank: ClassVar[int] = 9
    spec: Unique

    def holds(self, frame: pd.DataFrame) -> Mask:
        cells = frame[self.columns]
        return np.asarray(~cells.duplicated().to_numpy() | cells.isna().any(axis=1).to_numpy(), dtype=bool)

    def hashes(self, frame: pd.DataFrame) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], Mask]:
        """(n_rows,) 64-bit hashes of the keys, and which rows have a whole key."""
        cells = frame[self.columns]
        return digests(list(keys(cells))), np.asarray(cells.notna().all(axis=1).to_numpy(), dtype=bool)
