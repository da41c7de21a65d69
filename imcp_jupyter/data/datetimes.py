"""Datetimes of any century: pandas reads text and objects in nanoseconds, which reach from 1677 to 2262 only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}  # in one tick of each unit that pandas has


def read_text(series: pd.Series, form: str, utc: bool = False) -> pd.Series:
    """Text in the strftime format `form` as datetimes, NaT where it does not fit; in microseconds where a year needs it."""
    stamps = pd.to_datetime(series, format=form, errors="coerce", utc=utc or "%z" in form)
    unread = np.flatnonzero(stamps.isna().to_numpy() & series.notna().to_numpy())
    if not len(unread) or "%z" in form:
        return stamps
    numbers, distinct = pd.factorize(series.iloc[unread].astype(object))
    found = np.array([_far(text, form) for text in distinct], dtype="datetime64[us]")
    if np.isnat(found).all():
        return stamps
    whole = stamps.dt.tz_localize(None).astype("datetime64[us]").to_numpy().copy()
    whole[unread] = found[numbers]
    read = pd.Series(whole, index=series.index)
    return read.dt.tz_localize("UTC") if utc else read


def read_objects(series: pd.Series) -> pd.Series:
    """`datetime.date` or `datetime.datetime` objects of one time zone as datetimes."""
    try:
        return pd.to_datetime(series)
    except (pd.errors.OutOfBoundsDatetime, OverflowError):
        return series.astype("datetime64[us]")


def is_dates(present: pd.Series) -> bool:
    """Whether the objects of `present`, which has no gaps, are days."""
    return len(present) > 0 and isinstance(present.iloc[0], dt.date) and not isinstance(present.iloc[0], dt.datetime)


def nanoseconds(stamps: pd.Series) -> npt.NDArray[np.float64]:
    """(n_rows,) float64 nanoseconds since 1970 UTC, or of durations; NaN where missing."""
    stamps = from_arrow(stamps)
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    raw = stamps.to_numpy()
    whole = raw.view(np.int64)
    return np.where(np.isnat(raw), np.nan, whole * float(NANOSECONDS[np.datetime_data(raw.dtype)[0]]))


def from_arrow(stamps: pd.Series) -> pd.Series:
    """`stamps` as NumPy keeps them, where Arrow does: the same instants, days or lengths of time."""
    dtype = stamps.dtype
    if isinstance(dtype, (np.dtype, pd.DatetimeTZDtype)):
        return stamps
    if is_duration(dtype):
        return pd.Series(pd.TimedeltaIndex(stamps))
    if str(dtype).startswith("date"):
        return stamps.astype("datetime64[s]")
    return pd.Series(pd.DatetimeIndex(stamps))


def is_duration(dtype: Any) -> bool:
    """Whether `dtype` holds lengths of time, NumPy's or Arrow's."""
    return getattr(dtype, "kind", "") == "m"


def _far(text: Any, form: str) -> np.datetime64:
    try:
        return np.datetime64(dt.datetime.strptime(text, form), "us")
    except (TypeError, ValueError):
        return np.datetime64("NaT", "us")
