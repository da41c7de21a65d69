"""Constraints that cannot hold together, found before anything is learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...errors import InvalidInput
from .bounds import BoundsRule
from .groups import OneHotRule
from .order import InequalityRule, RangeRule
from .rule import Limits, Rule
from .total import SumRule

Edge = tuple[str, str, bool, Rule]  # low, high, strict, rule


def refuse_contradictions(rules: Sequence[Rule]) -> None:
    """Raises `InvalidInput` naming the two constraints that clash."""
    for first, second in combinations(rules, 2):
        reason = _clash(first, second)
        if reason:
            _refuse(first, second, reason)
    edges = [edge for rule in rules for edge in _edges(rule)]
    _refuse_circles(edges)
    for low, high, strict, rule in edges:
        _refuse_apart(low, high, strict, rule, rules)


def _clash(first: Rule, second: Rule) -> str | None:
    if isinstance(first, SumRule) and isinstance(second, SumRule):
        two_sums = first.spec.total == second.spec.total and sorted(first.spec.parts) != sorted(second.spec.parts)
        return f"'{first.spec.total}' cannot be two sums" if two_sums else None
    if isinstance(first, OneHotRule) and isinstance(second, OneHotRule):
        return "they say the same twice" if set(first.columns) == set(second.columns) else None
    if isinstance(first, OneHotRule) or isinstance(second, OneHotRule):
        hot, other = (first, second) if isinstance(first, OneHotRule) else (second, first)
        return _one_hot_clash(hot, other)
    own, theirs = _limits(first), _limits(second)
    for column in own.keys() & theirs.keys():
        both = Limits()
        for rule in (first, second):
            found = _limits(rule)[column]
            both.narrow(found.low, None, found.low_open, 0)
            both.narrow(None, found.high, found.high_open, 0)
        if both.empty:
            return f"no value of '{column}' lies within the limits of both"
    return None


def _one_hot_clash(hot: Rule, other: Rule) -> str | None:
    if isinstance(other, SumRule) and other.spec.total in hot.columns and set(other.spec.parts) <= set(hot.columns):
        return "a total that is 1 has a part that is 1, which makes two"
    for column, limits in _limits(other).items():
        if column not in hot.columns:
            continue
        above_zero = limits.low is not None and (limits.low > 0 or (limits.low == 0 and limits.low_open))
        beyond = (limits.low is not None and limits.low > 1) or (limits.high is not None and limits.high < 0)
        if beyond or above_zero:
            return f"'{column}' must be 0 in some rows and 1 in others, which the limits leave out"
    return None


def _limits(rule: Rule) -> dict[str, Limits]:
    found: dict[str, Limits] = {}
    if isinstance(rule, (BoundsRule, InequalityRule)):
        rule.limit(found)
    return found


def _edges(rule: Rule) -> Iterator[Edge]:
    if isinstance(rule, InequalityRule) and len(rule.columns) == 2:
        yield rule.columns[0], rule.columns[1], rule.spec.strict, rule
    if isinstance(rule, RangeRule):
        low, middle, high = rule.columns
        yield low, middle, rule.spec.strict, rule
        yield middle, high, rule.spec.strict, rule


def _refuse_circles(edges: list[Edge]) -> None:
    """A circle of inequalities with a strict one in it has no solution."""
    for low, high, strict, rule in edges:
        if not strict:
            continue
        came_by: dict[str, Rule] = {high: rule}
        queue = [high]
        while queue:
            here = queue.pop()
            for start, end, _, other in edges:
                if start == here and end not in came_by:
                    came_by[end] = other
                    queue.append(end)
        if low in came_by and low != high:
            back = next(other for start, end, _, other in edges if end == low and start in came_by)
            _refuse(rule, back, f"'{low}' cannot be below '{high}' and not below it")


def _refuse_apart(low: str, high: str, strict: bool, rule: Rule, rules: Sequence[Rule]) -> None:
    """``low <= high`` cannot hold when the limits of `low` lie above those of `high`."""
    for other in rules:
        for third in rules:
            least, most = _limits(other).get(low), _limits(third).get(high)
            if least is None or most is None or least.low is None or most.high is None:
                continue
            closed = not (strict or least.low_open or most.high_open)
            if least.low > most.high or (least.low == most.high and not closed):
                _refuse(rule, other, f"'{low}' is kept above what '{high}' may reach")


def _refuse(first: Rule, second: Rule, reason: str) -> None:
    if first.index > second.index:
        first, second = second, first
    raise InvalidInput(f"{first} and {second} contradict each other: {reason}", field=second.field, hint="leave one of the two out")
