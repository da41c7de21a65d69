"""What conditions ask of finished columns, as the steps need it to say where their latent columns must lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from ..tabular.lattice import NumericCodec
from ..tabular.plan import Places
from ..tabular.regions import Levels, Region, Spans, inside
from .numbers import Mask, Numbers

_SLACK = 1e-9  # by which float limits are widened: they only narrow what is drawn, every row is checked


@dataclass(frozen=True)
class Asked:
    """`region`: where the finished `columns` are to lie, on the features of `places`."""

    region: Region
    columns: frozenset[str]
    places: Places

    def inside(self, name: str, series: pd.Series) -> Mask:
        """(n_rows,) bool: which cells of column `name` are as asked."""
        codec, place = self.places[name]
        return inside(codec, place, self.region, series)

    def ends(self, name: str, numbers: Numbers) -> tuple[Any, Any] | None:
        """The least and greatest ticks that column `name` may have; None where it may be missing or anything."""
        codec, place = self.places[name]
        if not isinstance(codec, NumericCodec) or name not in self.columns:
            return None
        if codec.gated:
            gate = self.region.get(place)
            if not isinstance(gate, Levels) or gate.allowed[1]:
                return None
        part = self.region.get(place + int(codec.gated))
        ends = np.array(codec.feature_ends if not isinstance(part, Spans) else (part.low.min(), part.high.max()))
        ticks, _ = numbers.read(codec.cells(ends, np.zeros(2, dtype=bool)))
        return ticks[0].item(), ticks[1].item()


@dataclass(frozen=True)
class Term:
    """One summand of a rebuilt column: ``sign`` × the numbers of an inner column, which count in `unit`s (None: floats)."""

    name: str
    sign: int
    unit: Fraction | None
    numbers: Numbers | None = None  # of a real column; a latent one holds its ticks as they are


def in_steps(tick: Any, unit: Fraction | None, step: Fraction | None) -> Any:
    """`tick`, counted in `unit` (None: a float), counted in `step` (None: as a float)."""
    if step is None:
        return float(tick if unit is None else tick * unit)
    assert unit is not None
    return int(tick) * int(unit / step)


def narrowed(low: Any, high: Any, terms: Sequence[Term], step: Fraction | None, inner: Places) -> Region | None:
    """Where the `terms` lie in rows whose sum lies from `low` to `high` (ticks of `step`): by interval arithmetic, so never too narrow.

    Empty where a term may be missing or is no inner column; None where no row can have such a sum.
    """
    ranges = []
    for term in terms:
        codec, _ = inner.get(term.name, (None, 0))
        if not isinstance(codec, NumericCodec) or codec.gated:
            return {}
        ends = codec.cells(np.array(codec.feature_ends), np.zeros(2, dtype=bool))
        ticks = ends.to_numpy() if term.numbers is None else term.numbers.read(ends)[0]
        ranges.append(sorted(in_steps(tick.item(), term.unit, step) * term.sign for tick in ticks))
    region: Region = {}
    for at, term in enumerate(terms):
        codec, place = inner[term.name]
        assert isinstance(codec, NumericCodec)
        others = [own for other, own in enumerate(ranges) if other != at]
        least = max(low - sum(own[1] for own in others), ranges[at][0])
        most = min(high - sum(own[0] for own in others), ranges[at][1])
        if step is None:
            least, most = least - abs(least) * _SLACK, most + abs(most) * _SLACK
        if least > most:
            return None
        if codec.fixed or (least <= ranges[at][0] and most >= ranges[at][1]):
            continue
        span = codec.span_of(*_values(sorted((least * term.sign, most * term.sign)), term, step))
        if span is None:
            return None
        region[place] = Spans(np.array([span[0]]), np.array([span[1]]), codec.whole, False)
    return region


def _values(ends: Sequence[Any], term: Term, step: Fraction | None) -> tuple[Any, Any]:
    """The ends, given in ticks of `step`, as values of the term's column, rounded inwards to its own ticks."""
    low, high = ends
    if step is None:
        return (low, high) if term.unit is None else _written((low / float(term.unit), high / float(term.unit)), term)
    assert term.unit is not None
    ratio = int(term.unit / step)
    return _written((-(-low // ratio), high // ratio), term)


def _written(ticks: tuple[Any, Any], term: Term) -> tuple[Any, Any]:
    low, high = math.ceil(ticks[0]), math.floor(ticks[1])
    if term.numbers is None:
        return low, high
    cells = term.numbers.write(np.array([low, high]), np.zeros(2, dtype=bool))
    return cells.iloc[0], cells.iloc[1]
