"""The text cells of a table by distinct value, so that a check reads every text once however many rows repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.cells import Distinct
from ..data.table import Table
from .comparison import Comparison

Mask = npt.NDArray[np.bool_]

_BETWEEN = "\x1e"  # record separator: keeps a search from finding a text across two values


@dataclass(frozen=True)
class Texts:
    """One column: `codes` (n_rows,) are positions in `values` (n_distinct), -1 where missing. Cells that are no text read as ''."""

    column: str
    codes: npt.NDArray[np.int32]
    values: list[str]

    @cached_property
    def _joined(self) -> str:
        return _BETWEEN.join(self.values).lower()

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        # Lengths of the lowered texts: a few letters grow when lowered.
        lengths = np.fromiter((len(part) if part.isascii() else len(part.lower()) for part in self.values), dtype=np.int64)
        return np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]) if len(lengths) else np.zeros(1, dtype=np.int64)

    def holding(self, literals: Iterable[str]) -> list[int]:
        """Sorted positions of the values that hold one of the lower-case `literals`, capitals or not."""
        found: set[int] = set()
        text = self._joined
        for literal in literals:
            place = text.find(literal)
            while place >= 0:
                value = int(np.searchsorted(self._starts, place, side="right")) - 1
                found.add(value)
                after = int(self._starts[value + 1]) if value + 1 < len(self._starts) else len(text)
                place = text.find(literal, after)
        return sorted(found)

    def holding_any(self, literal: str) -> bool:
        """Whether any value holds the lower-case `literal`."""
        return literal in self._joined

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """Position of the value and text of every match of `pattern` in the values in lower case."""
        for match in pattern.finditer(self._joined):
            yield int(np.searchsorted(self._starts, match.start(), side="right")) - 1, match.group()

    def rows(self, positions: Iterable[int]) -> Mask:
        """(n_rows,): rows whose cell is one of the values at `positions`."""
        hit = np.zeros(len(self.values) + 1, dtype=bool)
        hit[list(positions)] = True
        hit[-1] = False
        mask: Mask = hit[self.codes]
        return mask

    @property
    def present(self) -> int:
        return int((self.codes >= 0).sum())


def texts_of(comparison: Comparison, role: str = "synthetic") -> list[Texts]:
    """The text columns of a table as given, columns that the others lack included."""
    return comparison.once(f"texts:{role}", lambda: _all_texts(comparison.tables[role]))


def real_texts(comparison: Comparison, column: str) -> list[str]:
    """The distinct texts of a column of the real table; none where it holds no text."""
    return next((texts.values for texts in texts_of(comparison, "real") if texts.column == column), [])


def masked(value: str, shown: int = 4) -> str:
    """The first characters and the length: enough to find a value again, too little to use it."""
    head = "".join(char if char.isprintable() else "·" for char in value[:shown])
    return f"{head}… ({len(value)} characters)"


def _all_texts(table: Table) -> list[Texts]:
    columns = (_texts(table, name) for name in table.names)
    return [column for column in columns if column is not None]


def _texts(table: Table, name: str) -> Texts | None:
    series = table.frame[name]
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = table[name]
        distinct = Distinct(column.codes, column.categories)
    elif pd.api.types.is_object_dtype(dtype) or isinstance(dtype, pd.StringDtype) or str(dtype).startswith(("string", "large_string")):
        distinct = table[name].distinct or Distinct.of(series)
    else:
        return None
    values = [value if isinstance(value, str) else "" for value in distinct.values.tolist()]
    return Texts(name, distinct.codes, values) if any(values) else None
