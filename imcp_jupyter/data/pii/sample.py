"""The distinct values of a column, capped: what every detector looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

SAMPLE_ROWS = 20_000  # evenly spaced rows of a longer column
SAMPLE_VALUES = 1_000  # distinct values of these, evenly spaced again


@dataclass(frozen=True)
class Sample:
    """`values` (n_values,) distinct texts and the rows that each has; `unique`: distinct values per present cell of the sample."""

    values: list[str]
    counts: npt.NDArray[np.int64]
    unique: float
    numeric: bool

    def share(self, matches: list[bool]) -> float:
        """The share of the cells whose value matches."""
        total = int(self.counts.sum())
        return float(self.counts[np.array(matches, dtype=bool)].sum()) / total if total else 0.0

    def where(self, test: Callable[[str], object]) -> list[bool]:
        return [bool(test(value)) for value in self.values]


def sample_of(series: pd.Series) -> Sample | None:
    """The sample of a column of text or whole numbers, None for any other and for an empty one."""
    step = max(len(series) // SAMPLE_ROWS, 1)
    present = series.iloc[::step].dropna()
    if present.empty:
        present = series.dropna().iloc[:SAMPLE_ROWS]
    if present.empty:
        return None
    dtype = present.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        present = present.astype(dtype.categories.dtype)
        dtype = present.dtype
    numeric = pd.api.types.is_numeric_dtype(dtype)
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype):
        return None
    if pd.api.types.is_float_dtype(dtype):
        numbers = present.to_numpy(dtype=np.float64)
        if not np.array_equal(numbers, np.rint(numbers)) or np.abs(numbers).max() >= 2.0**63:
            return None
        present = pd.Series(numbers.astype(np.int64))
    elif not numeric and not isinstance(present.iloc[0], (str, int)):
        return None
    counts = present.value_counts(sort=False)
    values = [str(value) for value in counts.index]
    rows: npt.NDArray[np.int64] = np.asarray(counts.to_numpy(), dtype=np.int64)
    unique = len(values) / int(rows.sum())
    if len(values) > SAMPLE_VALUES:
        picked = np.linspace(0, len(values) - 1, SAMPLE_VALUES).astype(np.intp)
        values, rows = [values[place] for place in picked], rows[picked]
    return Sample(values, rows, unique, numeric)
