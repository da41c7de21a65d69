"""Columns of levels: categorical, ordinal, boolean and constant, of any type that a model file can keep."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column
from ...errors import NotFound, did_you_mean
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
            levels = [*levels, missing_mark(column.series, column.missing)]
        state = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "levels": [value_state(value, name) for value in levels],
            "ordered": column.schema.kind == "ordinal",
        }
        codec = cls(state)
        return codec, [Discrete(codes, len(levels))] if codec.n_features else []

    @property
    def n_features(self) -> int:
        return int(len(self._state["levels"]) > 1)

    @cached_property
    def levels(self) -> list[Any]:
        """The values by code; the missing one is the last where there is one."""
        return [value_of(value) for value in self._state["levels"]]

    @property
    def ordered(self) -> bool:
        """Lower codes are lower levels."""
        return bool(self._state.get("ordered", False))

    @property
    def has_missing(self) -> bool:
        last = self.levels[-1]
        return bool(pd.api.types.is_scalar(last) and pd.isna(last))

    def code_of(self, value: Any) -> int | None:
        """The code of level `value`, or of the level with that text (JSON writes keys as text); None where there is none."""
        code = self._by_value.get((isinstance(value, bool), value)) if isinstance(value, Hashable) else None
        if code is None and pd.api.types.is_scalar(value) and pd.isna(value):
            return len(self.levels) - 1 if self.has_missing else None
        return self._by_text.get(str(value).lower() if str(value) in ("true", "false") else str(value)) if code is None else code

    @cached_property
    def _by_value(self) -> dict[Any, int]:
        return {(isinstance(level, bool), level): code for code, level in enumerate(self.levels)}

    @cached_property
    def _by_text(self) -> dict[str, int]:
        return {str(level).lower() if isinstance(level, bool) else str(level): code for code, level in enumerate(self.levels)}

    def encode(self, series: pd.Series) -> Codes:
        """(n_rows,) codes of the cells of `series`, -1 where missing. Raises `NotFound` naming a value that is no level."""
        numbers, distinct = pd.factorize(series.astype(object), use_na_sentinel=True)
        codes = np.empty(len(distinct) + 1, dtype=np.int32)
        for number, value in enumerate(distinct):
            code = self.code_of(value.item() if isinstance(value, np.generic) else value)
            if code is None:
                names = [str(level) for level in self.levels]
                raise NotFound(f"column '{self.name}' has no value {value!r}", field=self.name, hint=did_you_mean(str(value), names))
            codes[number] = code
        codes[-1] = -1
        return np.asarray(codes[numbers])

    def codes(self, series: pd.Series) -> Codes:
        """(n_rows,) codes of the cells of `series`, -1 where a cell is no level or missing."""
        numbers, distinct = pd.factorize(series.astype(object), use_na_sentinel=True)
        found = [self.code_of(value.item() if isinstance(value, np.generic) else value) for value in distinct]
        return np.array([*(-1 if code is None else code for code in found), -1], dtype=np.int32)[numbers]

    def cells(self, codes: npt.NDArray[Any]) -> pd.Series:
        """The levels with `codes` as a column."""
        return pd.Series(self._palette.take(codes))

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
