"""Columns of levels: categorical, ordinal, boolean and constant, of any type that a model file can keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column
from .dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from .features import Codes, Discrete, Draw, Feature


class LevelCodec:
    """One column of levels; missing is the last level where it occurs."""

    kind = "levels"

    def __init__(self, state: dict[str, Any]) -> None:
        self.name: str = state["name"]
        self._state = state
        levels = [value_of(value) for value in state["levels"]]
        dtype = dtype_of(state["dtype"])
        if dtype == np.dtype(object):
            palette = np.empty(len(levels), dtype=object)
            palette[:] = levels
            self._palette: Any = palette
        else:
            self._palette = pd.Series(levels, dtype=dtype).array

    @classmethod
    def fit(cls, column: Column) -> tuple[LevelCodec, list[Feature]]:
        """The codec, and one feature unless there is a single level."""
        name = column.schema.name
        codes, levels = _codes(column)
        if column.missing.any():
            codes = np.where(column.missing, len(levels), codes).astype(np.int32)
            levels = [*levels, missing_mark(column.series)]
        state = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "levels": [value_state(value, name) for value in levels],
        }
        codec = cls(state)
        return codec, [Discrete(codes, len(levels))] if codec.n_features else []

    @property
    def n_features(self) -> int:
        return int(len(self._state["levels"]) > 1)

    def decode(self, parts: list[npt.NDArray[Any]], draw: Draw) -> Any:
        """The column as an array with its dtype."""
        codes = parts[0] if parts else np.zeros(draw.rows, dtype=np.int32)
        return self._palette.take(codes)

    def state(self) -> dict[str, Any]:
        return self._state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {}


def _codes(column: Column) -> tuple[Codes, list[Any]]:
    """Codes and levels in the column's order: the schema's `order` first where it is given."""
    levels = list(column.categories)
    order = column.schema.order
    if column.schema.kind != "ordinal" or not order or isinstance(column.series.dtype, pd.CategoricalDtype):
        return column.codes, levels
    place = {value: index for index, value in enumerate(order)}
    ranks = np.array([place.get(value, len(order)) for value in levels])
    moved = np.argsort(ranks, kind="stable")
    back = np.empty(len(levels) + 1, dtype=np.int32)
    back[moved] = np.arange(len(levels), dtype=np.int32)
    back[-1] = -1
    return back[column.codes], [levels[index] for index in moved]
