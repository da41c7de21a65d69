"""Numeric and datetime columns as whole ticks, so that sums and differences are exact."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column
from ...errors import InvalidInput
from ..tabular.dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state

Values = npt.NDArray[Any]  # (n_rows,) int64 ticks, or float64 where the column has no grid
Mask = npt.NDArray[np.bool_]

_TICKS = (86_400 * 10**9, 3_600 * 10**9, 60 * 10**9, 10**9, 10**6, 10**3, 1)  # day … nanosecond
_PLACES = 6  # decimals that floats are searched for
_EXACT = 2**53
_ROOM = 2**61  # ticks beyond could overflow when two are added


@dataclass(frozen=True)
class Numbers:
    """One column as numbers: ``value = ticks × step``; `step` is "" for floats without a grid.

    Datetimes count in nanoseconds since 1970 UTC, floats in their last decimal, integers in ones.
    """

    name: str
    form: str  # number, decimal, datetime, text, date, stamp
    step: str
    dtype: dict[str, Any]
    mark: Any
    text_format: str | None = None

    @classmethod
    def of(cls, column: Column) -> Numbers | None:
        """How `column` counts, None if it holds neither numbers nor datetimes."""
        name, series = column.schema.name, column.series
        dtype, present = series.dtype, series[~column.missing]
        form = _form(column, present)
        if form is None:
            return None
        mark = value_state(missing_mark(series), name)
        made = cls(name, form, "1", dtype_state(dtype, name), mark, column.schema.datetime_format)
        if form in ("number", "decimal"):
            step = _number_step(present, form)
        else:
            try:
                whole = made._nanoseconds(present)
            except (pd.errors.OutOfBoundsDatetime, OverflowError):
                raise InvalidInput(
                    f"column '{name}' has dates outside 1677 to 2262, which constraints cannot count in nanoseconds", field=name
                ) from None
            step = str(next(tick for tick in _TICKS if not (whole % tick).any()))
        return cls(name, form, step, made.dtype, mark, made.text_format)

    @property
    def is_datetime(self) -> bool:
        return self.form not in ("number", "decimal")

    @property
    def unit(self) -> Fraction | None:
        return Fraction(self.step) if self.step else None

    def read(self, series: pd.Series) -> tuple[Values, Mask]:
        """Ticks (0 where missing) and what is missing."""
        missing = np.asarray(series.isna().to_numpy(), dtype=bool)
        if self.is_datetime:
            out = np.zeros(len(series), dtype=np.int64)
            out[~missing] = self._nanoseconds(series[~missing]) // int(self.step)
            return out, missing
        present = series[~missing]
        out = np.zeros(len(series), dtype=np.int64 if self.step else np.float64)
        if not self.step:
            out[~missing] = present.to_numpy(dtype=np.float64)
        elif self.form == "decimal":
            unit = Fraction(self.step)
            out[~missing] = [round(Fraction(value) / unit) for value in present]
        elif present.dtype.kind in "iu" or self.step == "1":
            out[~missing] = present.to_numpy(dtype=np.int64) if present.dtype.kind in "iub" else np.rint(present.to_numpy(dtype=np.float64))
        else:
            out[~missing] = np.rint(present.to_numpy(dtype=np.float64) * float(1 / Fraction(self.step)))
        return out, missing

    def write(self, ticks: Values, missing: Mask) -> pd.Series:
        """The column with its own dtype."""
        dtype, mark = dtype_of(self.dtype), value_of(self.mark)
        if self.is_datetime:
            return self._datetimes(ticks, missing, dtype, mark)
        if self.form == "decimal":
            quantum = Decimal(1).scaleb(_exponent(self.step))
            cells = [mark if gap else Decimal(tick) * quantum for tick, gap in zip(ticks.tolist(), missing.tolist(), strict=True)]
            return pd.Series(cells, dtype=object)
        plain: Any = ticks
        if self.step and self.step != "1":
            plain = ticks / float(1 / Fraction(self.step))
        if not missing.any():
            return pd.Series(plain).astype(dtype)
        if isinstance(dtype, np.dtype) and dtype.kind == "f":
            return pd.Series(np.where(missing, np.nan, plain)).astype(dtype)
        present = np.asarray(plain).astype(object)
        present[missing] = mark
        return pd.Series(present, dtype=object).astype(dtype)

    def constant(self, value: Any, index: int) -> Fraction:
        """A limit from outside, in units of value (nanoseconds for datetimes). Raises `InvalidInput`."""
        field = f"constraints[{index}]"
        try:
            if not self.is_datetime:
                if isinstance(value, str):
                    raise ValueError
                return Fraction(str(value))
            if not isinstance(value, str):
                raise ValueError
            stamp = pd.Timestamp(value)
            stamp = stamp.tz_convert("UTC").tz_localize(None) if stamp.tzinfo is not None else self._localized(stamp)
            return Fraction(stamp.as_unit("ns").value)
        except (ValueError, OverflowError):
            wanted = "an ISO date" if self.is_datetime else "a number"
            raise InvalidInput(f"the limit of column '{self.name}' must be {wanted}, got {value!r}", field=field) from None

    def state(self) -> dict[str, Any]:
        return asdict(self)

    def _localized(self, stamp: pd.Timestamp) -> pd.Timestamp:
        dtype = dtype_of(self.dtype)
        return stamp.tz_localize(dtype.tz).tz_convert("UTC").tz_localize(None) if isinstance(dtype, pd.DatetimeTZDtype) else stamp

    def _nanoseconds(self, present: pd.Series) -> npt.NDArray[np.int64]:
        stamps = pd.to_datetime(present, format=self.text_format) if self.form == "text" else present
        if not pd.api.types.is_datetime64_any_dtype(stamps.dtype):
            stamps = pd.to_datetime(stamps)
        if isinstance(stamps.dtype, pd.DatetimeTZDtype):
            stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
        return np.asarray(stamps.astype("datetime64[ns]").to_numpy().view(np.int64))

    def _datetimes(self, ticks: Values, missing: Mask, dtype: Any, mark: Any) -> pd.Series:
        whole = ticks.astype(np.int64) * int(self.step)
        whole = np.where(missing, np.iinfo(np.int64).min, whole)
        stamps = pd.Series(whole.view("datetime64[ns]"))
        if self.form == "stamp":
            return (stamps.dt.tz_localize("UTC") if isinstance(dtype, pd.DatetimeTZDtype) else stamps).astype(dtype)
        cells = (stamps.dt.date if self.form == "date" else stamps.dt.strftime(self.text_format or "%Y-%m-%d")).astype(object)
        cells[missing] = mark
        return cells.astype(dtype)


def common_step(columns: list[Numbers]) -> Fraction | None:
    """The finest step of all, None where one has no grid. Steps are powers of ten or units of time: it divides the others."""
    units = [column.unit for column in columns]
    return None if any(unit is None for unit in units) else min(unit for unit in units if unit is not None)


def scaled(ticks: Values, column: Numbers, step: Fraction | None) -> Values:
    """Ticks of `column` counted in `step`; as plain float64 values when there is no common step.

    Raises `OverflowError` where whole numbers would no longer fit.
    """
    unit = column.unit
    if step is None:
        return np.asarray(ticks, dtype=np.float64) if unit is None else ticks / float(1 / unit)
    assert unit is not None
    factor = int(unit / step)
    if len(ticks) and max(abs(int(ticks.max())), abs(int(ticks.min()))) * factor > _ROOM:
        raise OverflowError(column.name)
    return ticks * factor


def _form(column: Column, present: pd.Series) -> str | None:
    dtype = column.series.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "stamp"
    if column.schema.kind == "datetime" and len(present):
        first = present.iloc[0]
        if isinstance(first, str):
            return "text"
        return "date" if isinstance(first, dt.date) and not isinstance(first, dt.datetime) else None
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(dtype):
        return None
    if pd.api.types.is_numeric_dtype(dtype):
        return "number"
    return "decimal" if len(present) and isinstance(present.iloc[0], Decimal) else None


def _number_step(present: pd.Series, form: str) -> str:
    if form == "decimal":
        places = max((-int(value.as_tuple().exponent) for value in present), default=0)
        return _power(max(places, 0))
    if present.dtype.kind in "iu":
        return "1"
    values = present.to_numpy(dtype=np.float64)
    largest = float(np.abs(values).max(initial=0.0))
    for places in range(_PLACES + 1):
        if largest * 10**places < _EXACT and np.array_equal(np.rint(values * 10**places) / 10**places, values):
            return _power(places)
    return ""


def _power(places: int) -> str:
    return f"1/{10**places}" if places else "1"


def _exponent(step: str) -> int:
    return -(len(step.partition("/")[2]) - 1) if "/" in step else 0
