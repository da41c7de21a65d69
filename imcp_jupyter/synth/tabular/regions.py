"""Where in the space of features a row lies that has what a condition asks."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput, NotFound, did_you_mean
from .codec import ColumnCodec, TableCodec
from .conditions import Ask, OneOf, Shares, Within
from .features import Floats, Mask
from .lattice import NumericCodec
from .levels import LevelCodec


@dataclass(frozen=True)
class Levels:
    """`allowed` (n_levels,) codes of a discrete feature."""

    allowed: Mask


@dataclass(frozen=True)
class Spans:
    """`low` and `high` (n_spans,) ends, included, of where a number may lie. `whole`: only whole numbers count.

    `gated`: where the feature just before has code 1 the number does not count.
    """

    low: Floats
    high: Floats
    whole: bool
    gated: bool

    @property
    def reach(self) -> tuple[Floats, Floats]:
        """The ends of what is rounded to a number inside."""
        return (self.low - 0.499, self.high + 0.499) if self.whole else (self.low, self.high)

    def nearest(self, values: Floats) -> Floats:
        """(n_rows,) `values` moved into the nearest span."""
        inside = np.clip(np.rint(values) if self.whole else values, self.low[:, None], self.high[:, None])
        return np.asarray(np.take_along_axis(inside, np.abs(inside - values).argmin(axis=0)[None], axis=0)[0])


Region = dict[int, Levels | Spans]  # by feature


def column_places(codec: TableCodec) -> dict[str, tuple[ColumnCodec, int]]:
    """The codec of each column and the place of its first feature."""
    places: dict[str, tuple[ColumnCodec, int]] = {}
    at = 0
    for column in codec.columns:
        places[column.name] = (column, at)
        at += column.n_features
    return places


def region_of(codec: ColumnCodec, place: int, ask: Ask) -> Region:
    """Where rows lie that have what `ask`, no distribution, says. Raises `NotFound` or `InvalidInput` naming what is possible."""
    assert not isinstance(ask, Shares)
    if isinstance(codec, LevelCodec):
        return _level_region(codec, place, ask)
    if isinstance(codec, NumericCodec):
        return _number_region(codec, place, ask)
    if isinstance(ask, OneOf) and all(is_missing(value) for value in ask.values):
        return _missing_region(codec, place)
    raise InvalidInput(
        f"column '{codec.name}' holds ids or free text, which are made new: only null can be asked of it",
        field=f"conditions.{codec.name}",
        hint="leave the column out, or give it the kind 'categorical'",
    )


def groups_of(codec: ColumnCodec, place: int, shares: Shares) -> tuple[list[Region], list[float | None]]:
    """The regions that `shares` tells apart and the share of each, None where the model's own proportions hold.

    For a column that is to be independent of another, or is the other, each level is a region of its own.
    """
    regions = [region_of(codec, place, OneOf((value,))) for value, _ in shares.shares]
    wanted: list[float | None] = [share for _, share in shares.shares]
    if isinstance(codec, LevelCodec) and codec.n_features:
        named = np.zeros(len(codec.levels), dtype=bool)
        for (value, _), region in zip(shares.shares, regions, strict=True):
            part = region[place]
            assert isinstance(part, Levels)
            if (named & part.allowed).any():
                raise InvalidInput(f"column '{codec.name}': {value!r} is named twice", field=f"conditions.{codec.name}")
            named |= part.allowed
        rest = (
            [np.flatnonzero(~named)]
            if shares.shares and not (shares.independent_of or shares.apart)
            else [np.array([code]) for code in np.flatnonzero(~named)]
        )
        for codes in rest:
            if len(codes):
                allowed = np.zeros(len(named), dtype=bool)
                allowed[codes] = True
                regions.append({place: Levels(allowed)})
                wanted.append(None)
    elif shares.independent_of or shares.apart or not shares.shares:
        raise InvalidInput(
            f"column '{codec.name}' has no levels: independence is drawn level by level",
            field=f"conditions.{codec.name}",
            hint="cut the numbers into classes first",
        )
    elif isinstance(codec, NumericCodec) and not codec.fixed:
        other = _other_numbers(codec, place, regions)
        if other is not None:
            regions.append(other)
            wanted.append(None)
    total = sum(share for share in wanted if share is not None)
    if None not in wanted and abs(total - 1.0) > 1e-6:
        raise InvalidInput(
            f"column '{codec.name}': every value is named and the shares sum up to {total:.6g}, not 1", field=f"conditions.{codec.name}"
        )
    if None in wanted and total >= 1 - 1e-6:
        regions = [region for region, share in zip(regions, wanted, strict=True) if share is not None]
        wanted = [share for share in wanted if share is not None]
    return regions, wanted


def is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def level_code(codec: LevelCodec, value: Any) -> int:
    """The code of level `value`, also of its text. Raises `NotFound` naming the nearest level."""
    code = codec.code_of(value)
    if code is None:
        names = ["null" if is_missing(level) else str(level) for level in codec.levels]
        raise NotFound(
            f"column '{codec.name}' has no value {'null: nothing is missing there' if is_missing(value) else repr(value)}",
            field=f"conditions.{codec.name}",
            hint=did_you_mean(str(value), names) or f"there are {len(names)} values, such as {', '.join(names[:5])}",
        )
    return code


def _level_region(codec: LevelCodec, place: int, ask: OneOf | Within) -> Region:
    if isinstance(ask, Within):
        codes = [code for code, level in enumerate(codec.levels) if not is_missing(level) and _lies_within(level, ask, codec)]
        if not codes:
            known = ", ".join(str(level) for level in codec.levels[:20])
            raise InvalidInput(f"column '{codec.name}' has no value {ask}", field=f"conditions.{codec.name}", hint=f"there is: {known}")
    else:
        codes = [level_code(codec, value) for value in ask.values]
    if not codec.n_features:
        return {}
    allowed = np.zeros(len(codec.levels), dtype=bool)
    allowed[codes] = True
    return {place: Levels(allowed)}


def _lies_within(level: Any, ask: Within, codec: LevelCodec) -> bool:
    if codec.ordered:
        low_code, high_code = (None if side is None else level_code(codec, side) for side in (ask.low, ask.high))
        code = level_code(codec, level)
        return (low_code is None or code >= low_code) and (high_code is None or code <= high_code)
    try:
        if isinstance(level, str):
            raise TypeError("text has no order")
        low, high = (_like(side, level) for side in (ask.low, ask.high))
        return bool((low is None or level >= low) and (high is None or level <= high))
    except (TypeError, ValueError):
        raise InvalidInput(
            f"column '{codec.name}' holds {type(level).__name__}, which has no range {ask}",
            field=f"conditions.{codec.name}",
            hint='use {"in": [...]}',
        ) from None


def _like(side: Any, level: Any) -> Any:
    if isinstance(side, str) and isinstance(level, dt.date):
        stamp = pd.Timestamp(side)
        return stamp if isinstance(level, dt.datetime) else stamp.date()
    return side


def _number_region(codec: NumericCodec, place: int, ask: OneOf | Within) -> Region:
    if isinstance(ask, Within):
        return _present(codec, place, [(ask.low, ask.high)], str(ask))
    values = [value for value in ask.values if not is_missing(value)]
    region = _present(codec, place, [(value, value) for value in values], str(ask)) if values else {}
    if len(values) == len(ask.values):
        return region
    if not values:
        return _missing_region(codec, place)
    _missing_region(codec, place)  # refuses a column without missing values
    return {feature: part for feature, part in region.items() if isinstance(part, Spans)}


def _missing_region(codec: ColumnCodec, place: int) -> Region:
    gated = codec.n_features > 0 and (not isinstance(codec, NumericCodec) or codec.gated)
    if not gated:
        raise NotFound(f"column '{codec.name}' has no missing values", field=f"conditions.{codec.name}", hint="leave null out")
    return {place: Levels(np.array([False, True]))}


def _present(codec: NumericCodec, place: int, ends: list[tuple[Any, Any]], words: str) -> Region:
    field = f"conditions.{codec.name}"
    spans = []
    for low, high in ends:
        try:
            span = codec.span_of(low, high)
        except (TypeError, ValueError, OverflowError):
            raise InvalidInput(f"column '{codec.name}' holds {codec.noun}, which {words!r} does not fit", field=field) from None
        if low is not None and high is not None and codec.position(low) > codec.position(high):
            raise InvalidInput(f"column '{codec.name}': min {low} is above max {high}", field=field)
        if span is None:
            least, most = codec.ends
            raise InvalidInput(
                f"column '{codec.name}' has no value {words}", field=field, hint=f"values lie from {least} to {most}{codec.grid}"
            )
        spans.append(span)
    region: Region = {place: Levels(np.array([True, False]))} if codec.gated else {}
    if not codec.fixed:
        low, high = np.array(sorted(set(spans)), dtype=np.float64).T
        region[place + int(codec.gated)] = Spans(low, high, codec.whole, codec.gated)
    return region


def _other_numbers(codec: NumericCodec, place: int, regions: list[Region]) -> Region | None:
    """Everything but the numbers of `regions`; missing stays possible unless it is named. None where nothing is left."""
    at = place + int(codec.gated)
    points = sorted((float(part.low[0]), float(part.high[0])) for region in regions if isinstance(part := region.get(at), Spans))
    step = (lambda value, way: value + way) if codec.whole else (lambda value, way: float(np.nextafter(value, way * np.inf)))
    least, most = codec.feature_ends
    edges: list[tuple[float, float]] = []
    begin = least
    for low, high in points:
        if step(low, -1) >= begin:
            edges.append((begin, step(low, -1)))
        begin = step(high, 1)
    if begin <= most:
        edges.append((begin, most))
    if not edges:
        return None
    low_ends, high_ends = np.array(edges, dtype=np.float64).reshape(-1, 2).T
    other: Region = {at: Spans(low_ends, high_ends, codec.whole, codec.gated)}
    if codec.gated and any(at not in region for region in regions):
        other[place] = Levels(np.array([True, False]))
    return other


def inside(codec: ColumnCodec, place: int, region: Region, series: pd.Series) -> Mask:
    """(n_rows,) bool: which cells of a column lie in `region`, where it speaks of the column."""
    missing = np.asarray(series.isna().to_numpy(), dtype=bool)
    if isinstance(codec, LevelCodec):
        levels = region.get(place)
        if not isinstance(levels, Levels):
            return np.ones(len(series), dtype=bool)
        allowed = np.append(levels.allowed, False)  # the last for what is no level
        codes = codec.codes(series)
        return np.asarray(allowed[np.where(missing, len(levels.allowed) - 1 if codec.has_missing else -1, codes)])
    gate = region.get(place)
    if not isinstance(codec, NumericCodec):
        return missing if isinstance(gate, Levels) else np.ones(len(series), dtype=bool)
    kept = np.ones(len(series), dtype=bool)
    if codec.gated and isinstance(gate, Levels):
        kept &= gate.allowed[missing.astype(np.intp)]
    part = region.get(place + int(codec.gated))
    if not isinstance(part, Spans) and not codec.fixed:
        return kept
    low, high = (part.low, part.high) if isinstance(part, Spans) else (np.array([end]) for end in codec.feature_ends)
    at = codec.encode(series)[:, None]
    return np.asarray(kept & (((at >= low) & (at <= high)).any(axis=1) | missing))


def intersection(first: Region, second: Region) -> Region | None:
    """What lies in both, None where nothing does."""
    both = first | second
    for place in first.keys() & second.keys():
        one, other = first[place], second[place]
        if isinstance(one, Levels) and isinstance(other, Levels):
            allowed = one.allowed & other.allowed
            if not allowed.any():
                return None
            both[place] = Levels(allowed)
        elif isinstance(one, Spans) and isinstance(other, Spans):
            low = np.maximum(one.low[:, None], other.low).ravel()
            high = np.minimum(one.high[:, None], other.high).ravel()
            if not (low <= high).any():
                return None
            both[place] = Spans(low[low <= high], high[low <= high], one.whole, one.gated)
    return both


def values_of(codec: ColumnCodec, ask: OneOf) -> pd.Series:
    """The values of `ask` as cells of the column. Raises as `region_of`."""
    region_of(codec, 0, ask)
    if isinstance(codec, LevelCodec):
        return codec.cells(np.array([level_code(codec, value) for value in ask.values]))
    if not isinstance(codec, NumericCodec):
        return pd.Series([None] * len(ask.values), dtype=object)  # ids and free text: only null can be asked of them
    missing = np.array([is_missing(value) for value in ask.values])
    positions = [0.0 if gap else float(codec.position(value)) for value, gap in zip(ask.values, missing, strict=True)]
    return codec.cells(np.array(positions), missing)


def enforce(region: Region, drawn: list[npt.NDArray[Any]]) -> None:
    """Round `drawn` into `region`, in place: an engine that works on coarser cells may end next to it."""
    for place, part in region.items():
        if isinstance(part, Levels):
            outside = np.flatnonzero(~part.allowed[drawn[place]])
            drawn[place][outside] = np.flatnonzero(part.allowed)[0]
        else:
            counts = np.flatnonzero(drawn[place - 1] != 1) if part.gated else slice(None)
            drawn[place][counts] = part.nearest(drawn[place][counts])
