"""The distinct values of object columns, found once for the check, the schema and the codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Distinct:
    """`codes` (n_rows,) int32 are positions in `values` (n_distinct,), in order of appearance; -1 is a missing cell."""

    codes: npt.NDArray[np.int32]
    values: npt.NDArray[Any]

    @classmethod
    def of(cls, series: pd.Series) -> Distinct:
        codes, values = pd.factorize(series, use_na_sentinel=True)
        return cls(codes.astype(np.int32), np.asarray(values))


class ObjectCells:
    """The `Distinct` values of the object columns of one frame, each found when first asked for."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._found: dict[str, Distinct] = {}

    def __getitem__(self, name: str) -> Distinct | None:
        """None for a column of another dtype, whose values are quickly compared again."""
        if name not in self._found:
            series = self._frame[name]
            if series.dtype != object:
                return None
            self._found[name] = Distinct.of(series)
        return self._found[name]
