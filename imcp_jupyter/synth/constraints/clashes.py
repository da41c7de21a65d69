"""Conditions that no row can meet and keep a constraint: found before anything is learned or drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from ...errors import ImcpError, InvalidInput
from ..tabular.codec import ColumnCodec
from ..tabular.conditions import Ask, OneOf, Shares, Within
from ..tabular.regions import inside, is_missing, region_of, values_of
from .bounds import BoundsRule, IncrementsRule
from .groups import CombinationsRule, DependencyRule, OneHotRule
from .numbers import Numbers
from .order import InequalityRule, RangeRule
from .presence import NotNullRule, UniqueRule
from .rule import Limits, Rule

_TRIED = 10_000  # combinations of values that are tried on a rule
Hull = tuple[Fraction | None, Fraction | None]


def refuse_clashes(rules: Sequence[Rule], asks: Mapping[str, Ask], codec_of: Callable[[str], ColumnCodec]) -> None:
    """Raises `InvalidInput` naming the condition and the constraint. `codec_of` reads the columns of conditions."""
    single = list(_singly(asks))
    for column, ask in single:
        for rule in rules:
            reason = _beyond(rule, column, ask)
            if reason is not None:
                raise clash([(column, ask)], rule, reason)
    for rule in rules:
        for pair in _edges(rule):
            reason = _apart(rule, pair, asks)
            if reason is not None:
                raise clash([(column, asks[column]) for column in pair], rule, reason)
    fixed = {column: ask for column, ask in asks.items() if not isinstance(ask, Shares)}
    for extra in [None, *((column, ask) for column, ask in single if column not in fixed)]:
        here = fixed if extra is None else fixed | dict([extra])
        for rule in rules:
            if extra is None or extra[0] in rule.columns:
                _refuse_untakable(rule, here, codec_of)


def clash(conditions: Sequence[tuple[str, Ask]], rule: Rule, reason: str) -> InvalidInput:
    """The error that names the conditions and the constraint that do not go together."""
    words = " and ".join(f"'{column}' ({ask})" for column, ask in conditions)
    several = len(conditions) > 1
    return InvalidInput(
        f"condition{'s' if several else ''} on {words} and {rule} clash: {reason}",
        field=f"conditions.{conditions[0][0]}",
        hint=f"loosen the condition{'s' if several else ''} or the constraint",
    )


def _singly(asks: Mapping[str, Ask]) -> Iterator[tuple[str, Ask]]:
    """Each condition; a distribution as each value that it gives a share."""
    for column, ask in asks.items():
        if isinstance(ask, Shares):
            yield from ((column, OneOf((value,))) for value, share in ask.shares if share > 0)
        else:
            yield column, ask


def _beyond(rule: Rule, column: str, ask: Ask) -> str | None:
    """Why one condition leaves a rule about this column alone no value."""
    if column not in rule.columns:
        return None
    if isinstance(rule, NotNullRule):
        return "nothing may be missing there" if isinstance(ask, OneOf) and all(map(is_missing, ask.values)) else None
    if not isinstance(rule, (BoundsRule, IncrementsRule, InequalityRule)):
        return None
    found: dict[str, Limits] = {}
    rule.limit(found)
    numbers = rule.facts.numbers(column)
    if column not in found or numbers is None:
        return None
    limits = found[column]
    hulls = [_hull(OneOf((value,)), numbers) for value in ask.values] if isinstance(ask, OneOf) else [_hull(ask, numbers)]
    if isinstance(ask, OneOf) and any(map(is_missing, ask.values)):
        return None
    if any(hull is None or not _outside(hull, limits) for hull in hulls):
        return None
    if limits.step is not None:
        return f"it takes only whole multiples of {float(limits.step):g}"
    ends = [(limits.low, "above" if limits.low_open else "at least"), (limits.high, "below" if limits.high_open else "at most")]
    return f"it is {' and '.join(f'{word} {_shown(end, numbers)}' for end, word in ends if end is not None)}"


def _outside(hull: Hull, limits: Limits) -> bool:
    low, high = hull
    if limits.step is not None:
        if low is None or high is None:
            return False
        return math.floor(high / limits.step) * limits.step < low
    both = Limits(limits.low, limits.high, limits.low_open, limits.high_open)
    both.narrow(low, high, False, 0)
    return both.empty


def _hull(ask: Ask, numbers: Numbers) -> Hull | None:
    """The least and the greatest value of `ask`, None where it is not of numbers."""
    if isinstance(ask, Within):
        ends = [ask.low, ask.high]
    elif isinstance(ask, OneOf) and not any(map(is_missing, ask.values)):
        ends = list(ask.values)
    else:
        return None
    found = [None if is_missing(end) else _exact(end, numbers) for end in ends]
    if isinstance(ask, Within):
        return found[0], found[1]
    known = [end for end in found if end is not None]
    return (min(known), max(known)) if len(known) == len(found) else None


def _exact(value: Any, numbers: Numbers) -> Fraction | None:
    if isinstance(value, np.generic):
        value = value.item()
    try:
        return numbers.constant(str(value) if numbers.is_datetime and not isinstance(value, (int, float)) else value, 0)
    except InvalidInput:  # not of the column's kind: refused in better words when its codec reads it
        return None


def _shown(value: Fraction, numbers: Numbers) -> str:
    return str(pd.Timestamp(int(value))) if numbers.is_datetime else f"{float(value):g}"


def _edges(rule: Rule) -> list[tuple[str, str]]:
    """Pairs of columns of which the first is at most the second."""
    if isinstance(rule, InequalityRule) and len(rule.columns) == 2:
        return [(rule.columns[0], rule.columns[1])]
    if isinstance(rule, RangeRule):
        low, middle, high = rule.columns
        return [(low, middle), (middle, high), (low, high)]
    return []


def _apart(rule: Rule, pair: tuple[str, str], asks: Mapping[str, Ask]) -> str | None:
    low, high = pair
    if low not in asks or high not in asks:
        return None
    first, second = rule.facts.numbers(low), rule.facts.numbers(high)
    assert first is not None and second is not None
    below, above = _hull(asks[low], first), _hull(asks[high], second)
    if below is None or above is None or below[0] is None or above[1] is None:
        return None
    strict = rule.spec.strict
    if below[0] > above[1] or (strict and below[0] == above[1]):
        return f"'{low}' must be {'below' if strict else 'at most'} '{high}'"
    return None


def _refuse_untakable(rule: Rule, asks: Mapping[str, Ask], codec_of: Callable[[str], ColumnCodec]) -> None:
    """Refuse conditions that single out values of which no combination keeps `rule`."""
    own = [(column, asks[column]) for column in rule.columns if column in asks]
    if not own or isinstance(rule, UniqueRule):
        return
    if isinstance(rule, OneHotRule):
        hot = [(column, ask) for column, ask in own if isinstance(ask, OneOf) and all(value == 1 for value in ask.values)]
        if len(hot) > 1:
            raise clash(hot[:2], rule, "exactly one of its columns is 1")
    if isinstance(rule, (CombinationsRule, DependencyRule)):
        frame = rule.facts.combinations(rule.columns).frame
        listed = own if isinstance(rule, CombinationsRule) else [(name, ask) for name, ask in own if name in rule.spec.dependent]
        wanted = np.ones(len(frame), dtype=bool)
        for column, ask in listed:
            codec = codec_of(column)
            wanted &= inside(codec, 0, region_of(codec, 0, ask), frame[column])
        if not wanted.any():
            raise clash(listed, rule, "no real row has this combination" if len(listed) > 1 else "no real row has it")
    if len(own) < len(rule.columns) or not all(isinstance(ask, OneOf) for _, ask in own):
        return
    try:
        cells = {column: values_of(codec_of(column), ask) for column, ask in own if isinstance(ask, OneOf)}
    except ImcpError:  # a value that the column does not have is refused in its own words
        return
    if math.prod(map(len, cells.values())) > _TRIED:
        return
    places = np.array(list(product(*(range(len(series)) for series in cells.values()))))
    frame = pd.DataFrame({name: series.take(places[:, at]).reset_index(drop=True) for at, (name, series) in enumerate(cells.items())})
    if not rule.holds(frame).any():
        raise clash(own, rule, "no row with these values keeps it" if len(own) > 1 else "no row with this value keeps it")
