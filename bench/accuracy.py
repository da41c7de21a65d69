"""Accuracy by the definition of mostlyai-qa 1.10 (Apache-2.0), written anew on integer codes.

Method: Platzer & Reutterer 2021, "Holdout-based empirical assessment of mixed-type synthetic data", in the form of the package
(`_accuracy.py`, `_sampling.py`): each column is cut into ten bins of the original rows (training and holdout together); the accuracy
of one, two or three columns is one minus half the L1 distance between their binned frequencies in the original and the synthetic rows;
univariate, bivariate and trivariate accuracy are the means over all columns, pairs and triples, and the overall accuracy is the mean of
the three. Not here: the tokens of free text, and the cap of 10,000 triples (up to 39 columns have fewer).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

BINS = 10
MIN_ROWS = 5  # a category of fewer rows has no bin of its own
MAX_GRID = 1_000  # as many quantiles are tried to find ten distinct breaks
_EMPTY, _RARE, _MISSING = "", "_RARE_", None  # always have a bin of their own

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Accuracy:
    """0 to 1; NaN where there are fewer columns."""

    overall: float
    univariate: float
    bivariate: float
    trivariate: float


def accuracy(synthetic: pd.DataFrame, original: pd.DataFrame) -> Accuracy:
    """How near the binned frequencies of `synthetic` are to those of `original` (training and holdout rows), each 0 to 1."""
    binned = [_binning(original[name]) for name in original]
    sizes = [size for _, size in binned]
    real, made = ([code(frame[name]) for name, (code, _) in zip(original, binned, strict=True)] for frame in (original, synthetic))

    def near(group: tuple[int, ...]) -> float:
        return 1 - float(np.abs(_shares(real, sizes, group) - _shares(made, sizes, group)).sum()) / 2

    return _averaged(near, len(sizes))


def ceiling(original: pd.DataFrame, rows: int) -> Accuracy:
    """What `rows` fresh rows from the distribution of `original` are expected to reach, sampling noise being all that is wrong with them.

    The L1 distance of two samples of n and m is Σ √(2/π · p(1 − p)(1/n + 1/m)) (half-normal; package: `accuracy_max`).
    """
    binned = [_binning(original[name]) for name in original]
    sizes = [size for _, size in binned]
    real = [code(original[name]) for name, (code, _) in zip(original, binned, strict=True)]
    noise = 2 / np.pi * (1 / len(original) + 1 / rows)

    def near(group: tuple[int, ...]) -> float:
        shares = _shares(real, sizes, group)
        return 1 - float(np.sqrt(shares * (1 - shares) * noise).sum()) / 2

    return _averaged(near, len(sizes))


def _averaged(near: Callable[[tuple[int, ...]], float], columns: int) -> Accuracy:
    means = []
    for width in (1, 2, 3):
        found = [round(near(group), 5) for group in combinations(range(columns), width)]  # the package rounds each one
        means.append(float(np.mean(found)) if found else float("nan"))
    return Accuracy(float(np.nanmean(means)), *means)


def _shares(codes: list[Codes], sizes: list[int], group: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Share of the rows in each cell of the columns `group`."""
    cells = int(np.prod([sizes[place] for place in group]))
    return np.bincount(_joint(codes, sizes, group), minlength=cells) / len(codes[0])


def _joint(codes: list[Codes], sizes: list[int], group: tuple[int, ...]) -> Codes:
    joint = codes[group[0]]
    for place in group[1:]:
        joint = joint * sizes[place] + codes[place]
    return joint


def _binning(column: pd.Series) -> tuple[Callable[[pd.Series], Codes], int]:
    """How to code a column like `column`, and the number of codes."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        breaks = _breaks(_numbers(column), dates=not pd.api.types.is_numeric_dtype(column))
        return lambda values: _code_numbers(values, breaks), len(breaks) + 1
    counts = column.map(_word, na_action=None).value_counts(dropna=False).head(BINS)
    common = [word for word, rows in counts.items() if rows >= MIN_ROWS and word not in (_EMPTY, _RARE) and not pd.isna(word)]
    places = {word: place for place, word in enumerate([*common, _EMPTY, _RARE, _MISSING])}

    def code(values: pd.Series) -> Codes:
        words = values.map(_word, na_action=None)
        return words.map(lambda word: places.get(word, len(places)), na_action=None).to_numpy(np.int64)

    return code, len(places) + 1


def _word(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    if pd.api.types.is_datetime64_any_dtype(column):
        present = column.notna()
        return column.astype("datetime64[ns]").astype("int64").astype("float64").where(present).to_numpy()
    return column.astype("Float64").to_numpy(np.float64, na_value=np.nan)


def _code_numbers(column: pd.Series, breaks: npt.NDArray[np.float64]) -> Codes:
    values = _numbers(column)
    codes = np.clip(np.searchsorted(breaks, values, side="right"), 1, len(breaks))  # the outer bins are open
    return np.where(np.isnan(values), 0, codes)


def _breaks(values: npt.NDArray[np.float64], dates: bool) -> npt.NDArray[np.float64]:
    """Lower bounds of the bins: the distinct values when they are few, else quantiles, rounded down as far as they stay apart."""
    ordered = np.sort(values[~np.isnan(values)])
    distinct = np.unique(ordered)
    if len(distinct) == 0:
        return np.zeros(1)
    if len(distinct) == 1 or (len(distinct) <= BINS and not dates):
        breaks = np.append(distinct, distinct[-1] + 1)
    else:
        for points in range(BINS, max(BINS + 1, min(MAX_GRID, len(ordered) + 1))):
            breaks = np.unique(ordered[np.linspace(0, len(ordered) - 1, points).astype(int)])
            if len(breaks) > BINS:
                break
    if not dates:
        for precision in range(20):
            floored = np.floor(breaks * 10.0**precision) / 10.0**precision
            if len(np.unique(floored)) == len(breaks):
                breaks = floored
                break
    return breaks[:-1]
