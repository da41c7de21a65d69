"""Numbers and datetimes as whole ticks from the smallest value, exact over the whole range of 64-bit integers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.datetimes import NANOSECONDS, from_arrow, is_dates, is_duration, read_objects, read_text
from ...data.table import Column
from ...errors import InvalidInput
from .dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from .features import Discrete, Draw, Feature, Floats, Mask, Numeric

_EXACT = 2.0**53  # whole numbers up to here are exact in float64
_TOP = np.nextafter(2.0**64, 0.0)  # the largest float64 that fits uint64


class NumericCodec:
    """One continuous, integer or datetime column.

    Values on a grid (integers, datetimes, floats with a fixed number of decimals) become ``(value - low) / step`` ticks,
    other floats stay as they are. What comes out lies between the smallest and the largest value seen.
    """

    kind = "numeric"

    def __init__(self, state: dict[str, Any]) -> None:
        self.name: str = state["name"]
        self._state = state
        self._dtype = dtype_of(state["dtype"])
        self._whole: bool = state["whole"]
        self._gated: bool = state["gated"]
        self._mark = value_of(state["mark"])
        self._duration = is_duration(self._dtype)

    @classmethod
    def fit(cls, column: Column) -> tuple[NumericCodec, list[Feature]]:
        """The codec and its features: a gate where values are missing, then the values unless there is only one."""
        name, missing = column.schema.name, column.missing
        state: dict[str, Any] = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "mark": value_state(missing_mark(column.series, missing), name),
            "gated": bool(missing.any()),
            "decimals": None,
            "exact": False,
            "format": column.schema.datetime_format,
            "dates": False,
            "zone": None,
        }
        if column.schema.kind == "datetime":
            state["dates"] = column.series.dtype == np.dtype(object) and is_dates(column.series[~missing])
            raw, state["zone"] = _wall_ticks(column)
        else:
            raw = _number_ticks(column, state)
        values = _to_lattice(raw, missing, state)
        codec = cls(state)
        features: list[Feature] = []
        if state["gated"]:
            features.append(Discrete(missing.astype(np.int32), 2))
        if not state["fixed"]:
            features.append(Numeric(values, whole=state["whole"], gated=state["gated"]))
        codec._probe()
        return codec, features

    @property
    def n_features(self) -> int:
        return int(self._gated) + int(not self._state["fixed"])

    def decode(self, parts: list[npt.NDArray[Any]], draw: Draw) -> Any:
        """The column as an array with its dtype; `parts` holds what was drawn for its features."""
        missing = parts[0] == 1 if self._gated else np.zeros(draw.rows, dtype=bool)
        values = np.zeros(draw.rows) if self._state["fixed"] else np.asarray(parts[-1], dtype=np.float64)
        return self._column(values, missing)

    def cells(self, positions: Floats, missing: Mask) -> pd.Series:
        """The column at (n_rows,) `positions` of the feature."""
        return pd.Series(self._column(positions, missing))

    @property
    def gated(self) -> bool:
        return self._gated

    @property
    def whole(self) -> bool:
        return self._whole

    @property
    def fixed(self) -> bool:
        """A single value occurs, which is no feature."""
        return bool(self._state["fixed"])

    @property
    def is_datetime(self) -> bool:
        return bool(self._state["kind"] == "datetime")

    @property
    def noun(self) -> str:
        """What the column holds, in a word."""
        return "datetimes" if self.is_datetime else "durations" if self._duration else "numbers"

    @property
    def feature_ends(self) -> tuple[float, float]:
        """The least and the greatest value of the feature."""
        return (0.0, float(self._state["span"])) if self._whole else (self._state["low"], self._state["high"])

    @property
    def ends(self) -> tuple[Any, Any]:
        """The least and the greatest value, as the column shows them."""
        shown = self._column(np.array(self.feature_ends), np.zeros(2, dtype=bool))
        return shown[0], shown[1]

    @property
    def grid(self) -> str:
        """Words for the distance of neighbouring values, where it is one that people should know."""
        state = self._state
        if not self._whole or self.is_datetime or self._duration or (state["step"] == 1 and state["decimals"] in (None, 0)):
            return ""
        return f" in steps of {Decimal(state['step']).scaleb(-(state['decimals'] or 0))}"

    def position(self, value: Any) -> Fraction:
        """Where `value`, a number, a datetime (also as ISO text) or a duration (also as text), lies on the feature, exactly.

        Raises `ValueError` or `TypeError` for anything else.
        """
        state = self._state
        if self.is_datetime:
            if isinstance(value, (bool, int, float)):
                raise TypeError("a datetime is ISO text")
            stamp = pd.Timestamp(value)
            if pd.isna(stamp):
                raise ValueError("not a datetime")
            if state["zone"] is not None and stamp.tzinfo is not None:
                stamp = stamp.tz_convert(state["zone"])
            stamp = stamp.tz_localize(None)
            ticks = Fraction(int(stamp.asm8.view(np.int64)) * NANOSECONDS[stamp.unit], NANOSECONDS[state["unit"]])
        elif self._duration:
            if isinstance(value, (bool, int, float, np.number)):
                raise TypeError("a duration has a unit")
            length = pd.Timedelta(value)
            if pd.isna(length):
                raise ValueError("not a duration")
            ticks = Fraction(int(length.asm8.view(np.int64)) * NANOSECONDS[length.unit], NANOSECONDS[state["unit"]])
        else:
            if isinstance(value, (bool, np.bool_)):
                raise TypeError("a number is not a truth value")
            ticks = Fraction(value.item() if isinstance(value, np.generic) else value)
            if not self._whole:
                return ticks
            if state["decimals"] is not None:
                ticks = Fraction(str(value)) * 10 ** state["decimals"]
        return (ticks - Fraction(state["low"])) / Fraction(state["step"])

    def span_of(self, low: Any, high: Any) -> tuple[float, float] | None:
        """The ends, on the feature, of the values from `low` to `high` (None: open); None where no value lies there."""
        least, most = self.feature_ends
        if self._whole:
            begin = 0 if low is None else max(math.ceil(self.position(low)), 0)
            end = int(self._state["span"]) if high is None else min(math.floor(self.position(high)), int(self._state["span"]))
            return (float(begin), float(end)) if begin <= end else None
        first = least if low is None else max(float(self.position(low)), least)
        last = most if high is None else min(float(self.position(high)), most)
        if first > last:
            return None
        if self._dtype == np.float32 and first < last:  # what is inside must still be inside when rounded to single precision
            low32, high32 = np.float32(first), np.float32(last)
            first = float(low32 if float(low32) >= first else np.nextafter(low32, np.float32(np.inf)))
            last = float(high32 if float(high32) <= last else np.nextafter(high32, np.float32(-np.inf)))
            if first > last:
                return None
        return first, last

    def encode(self, series: pd.Series) -> Floats:
        """(n_rows,) float64 positions of the cells of `series` on the feature, NaN where missing.

        Raises `InvalidInput` naming a cell that is neither number nor datetime.
        """
        if not self._whole and pd.api.types.is_float_dtype(series.dtype):
            return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
        numbers, distinct = pd.factorize(series.astype(object), use_na_sentinel=True)
        found = np.full(len(distinct) + 1, np.nan)
        for number, value in enumerate(distinct):
            try:
                if self.is_datetime and isinstance(value, str) and self._state["format"] is not None:
                    value = read_text(pd.Series([value]), self._state["format"]).iloc[0]
                found[number] = float(self.position(value))
            except (TypeError, ValueError, OverflowError):
                raise InvalidInput(f"column '{self.name}' holds {self.noun}, not {value!r}", field=self.name) from None
        return np.asarray(found[numbers])

    def state(self) -> dict[str, Any]:
        return self._state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {}

    def _column(self, values: Floats, missing: Mask) -> Any:
        state = self._state
        if state["kind"] == "datetime":
            return self._stamps(self._ticks(values), missing)
        if not self._whole:
            return self._cast(np.clip(values, state["low"], state["high"]), missing)
        ticks = self._ticks(values)
        if self._duration:
            return self._lengths(ticks, missing)
        if state["decimals"] is None:
            return self._cast(ticks if state["unsigned"] else ticks.view(np.int64), missing)
        if state["exact"]:
            cells = np.empty(len(ticks), dtype=object)
            cells[:] = [Decimal(tick).scaleb(-state["decimals"]) for tick in ticks.view(np.int64).tolist()]
            return self._cast(cells, missing)
        return self._cast(ticks.view(np.int64) / 10.0 ** state["decimals"], missing)  # the float64 nearest to the decimal

    def _ticks(self, values: Floats) -> npt.NDArray[np.uint64]:
        """Lattice positions back to raw ticks. Unsigned arithmetic wraps around, so the sum is exact for any `low`."""
        state = self._state
        steps = np.rint(np.clip(values, 0.0, min(float(state["span"]), _TOP))).astype(np.uint64)
        np.minimum(steps, np.uint64(state["span"]), out=steps)
        return steps * np.uint64(state["step"]) + np.uint64(state["low"] % 2**64)

    def _cast(self, numbers: npt.NDArray[Any], missing: Mask) -> Any:
        if isinstance(self._dtype, np.dtype):
            cast = numbers.astype(self._dtype)
            if missing.any():
                cast[missing] = self._mark
            return cast
        array = pd.array(numbers, dtype=self._dtype)
        if missing.any():
            array[missing] = pd.NA
        return array

    def _lengths(self, ticks: npt.NDArray[np.uint64], missing: Mask) -> Any:
        whole = ticks.view(np.int64).copy()
        whole[missing] = np.iinfo(np.int64).min  # NaT
        return pd.Series(whole.view(f"timedelta64[{self._state['unit']}]")).astype(self._dtype).array

    def _stamps(self, ticks: npt.NDArray[np.uint64], missing: Mask) -> Any:
        state = self._state
        whole = ticks.view(np.int64).copy()
        whole[missing] = np.iinfo(np.int64).min  # NaT
        if state["dates"]:
            days: Any = whole.view(f"datetime64[{state['unit']}]").astype("datetime64[D]").astype(object)
            days[missing] = self._mark
            return days
        stamps = pd.DatetimeIndex(whole.view(f"datetime64[{state['unit']}]"))
        if state["zone"] is not None:
            # A wall time that the zone skips or repeats is rare; any fixed rule keeps the draw reproducible.
            stamps = stamps.tz_localize(state["zone"], ambiguous=np.zeros(len(stamps), dtype=bool), nonexistent="shift_forward")
        if state["format"] is None:
            return pd.Series(stamps).astype(self._dtype).array
        codes, levels = pd.factorize(stamps)  # formatting is slow and days repeat; -1 is NaT
        text = np.array([*pd.DatetimeIndex(levels).strftime(state["format"]), self._mark], dtype=object)
        return pd.Series(text[codes], dtype=self._dtype).array

    def _probe(self) -> None:
        """Write two values at fitting time, so that a dtype that cannot be written is refused now and by name."""
        try:
            self._column(np.zeros(2), np.array([False, self._gated]))
        except (TypeError, ValueError, NotImplementedError, OverflowError, ArithmeticError) as error:
            raise InvalidInput(
                f"column '{self.name}' of dtype '{self._dtype}' cannot be written: {error}",
                field=self.name,
                hint="convert it to float64, int64 or datetime64[ns]",
            ) from None


def _wall_ticks(column: Column) -> tuple[npt.NDArray[Any], Any]:
    """(n_rows,) int64 ticks of local wall time (midnights stay midnights), with the unit in the dtype, and the time zone."""
    name, series, form = column.schema.name, column.series, column.schema.datetime_format
    if form is not None and not pd.api.types.is_datetime64_any_dtype(series.dtype):
        text = series.astype(object).where(~column.missing, None)
        stamps = read_text(text, form)
        unread = np.asarray(stamps.isna()) & ~column.missing
        if unread.any():
            bad = text[unread].iloc[0]
            raise InvalidInput(f"column '{name}': {bad!r} does not fit the datetime format '{form}'", field=name)
        zone = None
        if "%z" in form:
            zone = pd.to_datetime(text[~column.missing].iloc[0], format=form).tzinfo
    elif pd.api.types.is_datetime64_any_dtype(series.dtype):
        stamps = from_arrow(series)
        zone = getattr(stamps.dtype, "tz", None)
    elif is_dates(series[~column.missing]):
        stamps, zone = read_objects(series), None
    else:
        raise InvalidInput(f"column '{name}' of dtype '{series.dtype}' is no datetime", field=name, hint="convert with pandas.to_datetime")
    if zone is not None:
        stamps = stamps.dt.tz_convert(zone).dt.tz_localize(None)
    return stamps.to_numpy(), None if zone is None else _zone_name(zone, name)


def _zone_name(zone: Any, column: str) -> str:
    name = str(zone)
    try:
        pd.Timestamp(0, tz=name)
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(
            f"column '{column}': time zone '{name}' has no name to keep it by",
            field=column,
            hint=f"use df['{column}'].dt.tz_convert('UTC')",
        ) from None
    return name


def _number_ticks(column: Column, state: dict[str, Any]) -> npt.NDArray[Any]:
    """(n_rows,) int64, uint64 or float64; sets `decimals` where floats lie on a decimal grid."""
    name, series = column.schema.name, column.series
    own: Any = series.dtype
    if is_duration(own):
        lengths = from_arrow(series).to_numpy()
        state["unit"] = np.datetime_data(lengths.dtype)[0]
        return np.asarray(lengths.view(np.int64))
    dtype = np.dtype(getattr(own, "numpy_dtype", own))
    if dtype.kind == "O" and isinstance(series.dropna().iloc[0], Decimal):
        return _decimal_ticks(series, state)
    if dtype.kind in "iub":
        wide = np.uint64 if dtype.kind == "u" else np.int64
        plain = series.dropna()
        if not len(plain):
            raise InvalidInput(f"column '{name}' has no value", field=name, hint="give it the kind 'constant'")
        return np.asarray(series.to_numpy(dtype=wide, na_value=plain.iloc[0]))
    if dtype.kind != "f":
        raise InvalidInput(f"column '{name}' of dtype '{series.dtype}' is not numeric", field=name, hint="convert with pandas.to_numeric")
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    present = values[~np.isnan(values)]
    if not len(present):
        raise InvalidInput(f"column '{name}' has no value", field=name, hint="give it the kind 'constant'")
    places = 0 if column.schema.kind == "integer" else column.schema.decimals
    if places is None and dtype.itemsize == 4:
        places = _single_decimals(present)
    if places is None or float(np.abs(present).max()) * 10.0**places >= _EXACT / 4:
        return values
    ticks = np.rint(np.where(np.isnan(values), present[0], values) * 10.0**places)
    exact = np.isclose(ticks / 10.0**places, np.where(np.isnan(values), present[0], values), rtol=1e-6, atol=1e-9)
    if not exact.all():  # the schema's decimals come from the first rows only
        return values
    state["decimals"] = places
    return ticks.astype(np.int64)


def _decimal_ticks(series: pd.Series, state: dict[str, Any]) -> npt.NDArray[Any]:
    """(n_rows,) int64 of `decimal.Decimal` objects, in units of the finest exponent."""
    present = series.dropna()
    places = max((-int(value.as_tuple().exponent) for value in present), default=0)
    whole = [0 if value is None else int(value.scaleb(places)) for value in series.astype(object).where(series.notna(), None)]
    if max(map(abs, whole)) >= _EXACT:
        raise InvalidInput(
            f"column '{state['name']}' holds decimals of more than 15 digits", field=state["name"], hint="round them or give them as text"
        )
    state |= {"decimals": places, "exact": True}
    return np.array(whole, dtype=np.int64)


def _single_decimals(values: Floats) -> int | None:
    head = values[:20_000]
    for places in range(7):
        if (np.round(head, places).astype(np.float32) == head.astype(np.float32)).all():
            return places
    return None


def _to_lattice(raw: npt.NDArray[Any], missing: Mask, state: dict[str, Any]) -> Floats:
    """(n_rows,) float64, NaN where missing; completes `state`."""
    state["kind"] = "datetime" if raw.dtype.kind == "M" else "number"
    if raw.dtype.kind == "f":
        present = raw[~missing]
        low, high = float(present.min()), float(present.max())
        state |= {"whole": False, "low": low, "high": high, "fixed": False}
        if low == high:
            state["fixed"] = True
        return np.where(missing, np.nan, raw)
    if raw.dtype.kind == "M":
        state["unit"] = np.datetime_data(raw.dtype)[0]
        raw = raw.view(np.int64)
    state["unsigned"] = raw.dtype == np.uint64
    present = raw[~missing]
    low, high = int(present.min()), int(present.max())
    steps = raw.view(np.uint64) - np.uint64(low % 2**64)
    step = max(int(np.gcd.reduce(steps[~missing])), 1)
    state |= {"whole": True, "low": low, "span": (high - low) // step, "step": step, "fixed": low == high}
    return np.where(missing, np.nan, (steps // np.uint64(step)).astype(np.float64))
