"""A census-like table of any size: the mixed columns that benchmarks and tests share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

_STATES = ["CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ", "MA", "TN", "IN", "MD", "MO", "WI"]
_SCHOOLING = ["none", "primary", "secondary", "high school", "some college", "bachelor", "master", "doctorate"]
_TRADES = ["agriculture", "construction", "education", "finance", "health", "manufacturing", "public service", "retail", "technology",
           "transport", "unemployed", "other"]  # fmt: skip


def census(rows: int, seed: int = 0) -> pd.DataFrame:
    """`rows` people in 16 columns that hang together.

    Whole numbers (age, hours, children), heavy tails (income, wealth), spikes (hours at 40, gains at 0), an amount in cents, a
    datetime, text categories of 2 to 20 levels, a pandas categorical, a boolean, and missing values in three columns.
    """
    rng = np.random.default_rng(seed)
    drive = rng.normal(size=rows)
    age = np.clip(rng.gamma(6.0, 7.0, rows) + 16, 16, 95).astype(np.int64)
    school = np.clip((drive + rng.normal(size=rows) * 0.8 + 2.2) * 1.7, 0, 7).astype(np.int64)
    hours = np.where(rng.random(rows) < 0.45, 40, np.clip(rng.normal(38 + 3 * drive, 11), 1, 99)).astype(np.int64)
    income = np.exp(9.8 + 0.16 * school + 0.35 * drive + 0.006 * age + rng.normal(size=rows) * 0.5)
    gain = np.where(rng.random(rows) < 0.92, 0.0, np.round(np.exp(rng.normal(7.5, 1.4, rows)), 0))
    wealth = np.where(rng.random(rows) < 0.07, np.nan, income * rng.pareto(2.5, rows) * (age / 40.0) - 2_000)
    rent = np.round(np.clip(income / 45 + rng.normal(0, 120, rows), 150, 9_000), 2)
    children = np.minimum(rng.poisson(np.clip((age - 18) / 18, 0, 2)), 9)
    married = rng.random(rows) < 1 / (1 + np.exp(-(age - 32) / 8.0))
    trade = (school + rng.integers(0, 5, rows)) % len(_TRADES)
    commute = np.where(rng.random(rows) < 0.2, np.nan, np.round(rng.gamma(2.0, 13.0, rows), 1))
    filed = np.datetime64("2021-01-01", "s") + rng.integers(0, 3 * 365 * 24 * 60, rows) * np.timedelta64(60, "s")
    health = _words(["poor", "fair", "good", "excellent"], np.clip(2.6 + drive * 0.6 - age / 60 + rng.normal(size=rows) * 0.7, 0, 3))
    health[rng.random(rows) < 0.04] = None
    return pd.DataFrame(
        {
            "age": age,
            "sex": _words(["Female", "Male"], rng.random(rows) < 0.49),
            "state": _words(_STATES, np.minimum(rng.geometric(0.14, rows) - 1, len(_STATES) - 1)),
            "schooling": pd.Categorical.from_codes(school, _SCHOOLING, ordered=True),
            "trade": _words(_TRADES, trade),
            "married": married,
            "children": children,
            "hours": hours,
            "income": np.round(income, 2),
            "gain": gain,
            "wealth": wealth,
            "rent": rent,
            "commute_minutes": commute,
            "filed": filed,
            "health": health,
            "owner": _words(["owned", "rented", "other"], np.clip((rng.normal(size=rows) + 1.5 - drive - married), 0, 2.99)),
        }
    )


def wide(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    """`columns` columns made of the census again and again: later copies are shuffled together, so that they hang together too."""
    parts = []
    for turn in range(-(-columns // 16)):
        parts.append(census(rows, seed + turn).add_suffix(f"_{turn}" if turn else ""))
    return pd.concat(parts, axis=1).iloc[:, :columns]


def _words(levels: list[str], codes: npt.NDArray[np.generic]) -> npt.NDArray[np.object_]:
    return np.array(levels, dtype=object)[codes.astype(np.int64)]
