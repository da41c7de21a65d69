"""What constraints need to know of the real table; each fact is taken once and stored with the model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...models.dataset import TableSchema
from ..tabular.dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from .numbers import Numbers

if TYPE_CHECKING:
    from ...data.table import Table

_READINGS = 64  # of one text by an ambiguous pattern that are set aside


@dataclass
class Combinations:
    """The distinct rows of some columns in the real table: `frame` (n_combinations, n_columns), with their row counts."""

    frame: pd.DataFrame
    counts: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64] | None = None  # (n_rows,) which one each real row has; while fitting only


@dataclass
class Facts:
    """Facts by column; with a table they are taken when first asked for, without one they come from `state`."""

    schema: TableSchema
    table: Table | None
    _numbers: dict[str, Numbers | None] = field(default_factory=dict)
    _spans: dict[str, tuple[int | float, int | float]] = field(default_factory=dict)
    _gaps: dict[str, bool] = field(default_factory=dict)
    _combinations: dict[tuple[str, ...], Combinations] = field(default_factory=dict)
    _taken: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    _dtypes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def numbers(self, name: str) -> Numbers | None:
        if name not in self._numbers:
            self._numbers[name] = Numbers.of(self._source[name])
        return self._numbers[name]

    def span(self, name: str) -> tuple[int | float, int | float]:
        """The smallest and the largest ticks."""
        if name not in self._spans:
            numbers = self.numbers(name)
            assert numbers is not None
            ticks, missing = numbers.read(self._source[name].series)
            present = ticks[~missing]
            self._spans[name] = (present.min().item(), present.max().item()) if len(present) else (0, 0)
        return self._spans[name]

    def has_gaps(self, name: str) -> bool:
        if name not in self._gaps:
            self._gaps[name] = bool(self._source[name].missing.any())
        return self._gaps[name]

    def dtype(self, name: str) -> tuple[Any, Any]:
        """The dtype and what stands for a missing value."""
        if name not in self._dtypes:
            series = self._source[name].series
            self._dtypes[name] = (series.dtype, missing_mark(series))
        return self._dtypes[name]

    def combinations(self, columns: list[str]) -> Combinations:
        key = tuple(columns)
        if key not in self._combinations:
            frame = self._source.frame[columns]
            codes = frame.groupby(columns, dropna=False, observed=True, sort=False).ngroup().to_numpy().astype(np.int64)
            _, first = np.unique(codes, return_index=True)
            self._combinations[key] = Combinations(frame.iloc[first].reset_index(drop=True), np.bincount(codes), codes)
        return self._combinations[key]

    def taken(self, name: str, numbers_of: Callable[[str], Iterable[int]]) -> npt.NDArray[np.int64]:
        """Sorted numbers of the real texts of a column in the language of a pattern, so that new ones can be others."""
        if name not in self._taken:
            found = (number for text in self._source[name].series.dropna() for number in islice(numbers_of(str(text)), _READINGS))
            self._taken[name] = np.unique(np.fromiter(found, dtype=np.int64))
        return self._taken[name]

    def state(self) -> dict[str, Any]:
        def written(name: str, values: pd.Series) -> dict[str, Any]:
            return {"dtype": dtype_state(values.dtype, name), "values": [value_state(value, name) for value in values]}

        combinations = [
            {
                "columns": list(columns),
                "counts": found.counts.tolist(),
                "cells": [written(name, found.frame[name]) for name in columns],
            }
            for columns, found in self._combinations.items()
        ]
        return {
            "numbers": {name: None if numbers is None else numbers.state() for name, numbers in self._numbers.items()},
            "spans": {name: list(span) for name, span in self._spans.items()},
            "gaps": self._gaps,
            "combinations": combinations,
            "taken": {name: hashes.tolist() for name, hashes in self._taken.items()},
            "dtypes": {name: [dtype_state(dtype, name), value_state(mark, name)] for name, (dtype, mark) in self._dtypes.items()},
        }

    @classmethod
    def restore(cls, schema: TableSchema, state: dict[str, Any]) -> Facts:
        combinations = {}
        for item in state["combinations"]:
            cells = {
                name: pd.Series([value_of(value) for value in part["values"]], dtype=dtype_of(part["dtype"]))
                for name, part in zip(item["columns"], item["cells"], strict=True)
            }
            combinations[tuple(item["columns"])] = Combinations(pd.DataFrame(cells), np.array(item["counts"], dtype=np.int64))
        return cls(
            schema,
            None,
            {name: None if part is None else Numbers(**part) for name, part in state["numbers"].items()},
            {name: (span[0], span[1]) for name, span in state["spans"].items()},
            state["gaps"],
            combinations,
            {name: np.array(hashes, dtype=np.int64) for name, hashes in state["taken"].items()},
            {name: (dtype_of(dtype), value_of(mark)) for name, (dtype, mark) in state["dtypes"].items()},
        )

    @property
    def _source(self) -> Table:
        assert self.table is not None, "a stored model asks for a fact that was not taken at fit"
        return self.table


def digests(values: list[Any]) -> npt.NDArray[np.uint64]:
    """(n,) 64-bit hashes of `values` as text."""
    raw = b"".join(hashlib.blake2b(str(value).encode(), digest_size=8).digest() for value in values)
    return np.frombuffer(raw, dtype=np.uint64)


def keys(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as hashable tuples, missing as None and numbers by value whatever their width."""
    cells = [series.astype(object).where(series.notna(), None).tolist() for _, series in frame.items()]
    return list(zip(*cells, strict=True))
