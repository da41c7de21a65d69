"""The grammar of `conditions`: what may be asked of generated rows, by column.

``"Female"`` · ``None`` (missing) · ``{"min": 30, "max": 40}`` · ``{"in": [...]}`` · ``{"distribution": {">50K": 0.5}}``, short
``{">50K": 0.5}`` · ``{"independent_of": "sex"}`` or ``{"independent_of": ["sex", "race"]}``, also together with a distribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import InvalidInput, NotFound, did_you_mean

_SLACK = 1e-6  # shares are decimal fractions that people type


@dataclass(frozen=True)
class OneOf:
    """Every row has one of `values`; None stands for missing."""

    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"= {self.values[0]!r}" if len(self.values) == 1 else f"in {list(self.values)!r}"


@dataclass(frozen=True)
class Within:
    """Every row lies from `low` to `high`, both included; None leaves a side open."""

    low: Any
    high: Any

    def __str__(self) -> str:
        parts = [f">= {self.low}" if self.low is not None else "", f"<= {self.high}" if self.high is not None else ""]
        return " and ".join(part for part in parts if part)


@dataclass(frozen=True)
class Shares:
    """`shares` of the rows by value, the other values in their proportions; the whole drawn independently of `independent_of`,
    of all of these taken together. `apart`: another column is to be independent of this one, so its levels are told apart.
    """

    shares: tuple[tuple[Any, float], ...]
    independent_of: tuple[str, ...] = ()
    apart: bool = False

    def __str__(self) -> str:
        words = [f"distribution {dict(self.shares)!r}"] if self.shares else []
        partners = ", ".join(f"'{partner}'" for partner in self.independent_of)
        return " and ".join([*words, *([f"independent of {partners}"] if partners else [])])


Ask = OneOf | Within | Shares


def parse_conditions(conditions: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Ask]:
    """What is asked, by column. Raises `NotFound` for an unknown column and `InvalidInput` for what fits no form."""
    if not isinstance(conditions, Mapping):
        raise InvalidInput("conditions are an object by column", field="conditions", hint=_FORMS)
    asks: dict[str, Ask] = {}
    for column, value in conditions.items():
        known_column(column, columns)
        asks[column] = _ask(column, value)
        for partner in partners_of(asks[column]):
            known_column(partner, columns)
            if partner == column:
                raise InvalidInput(f"column '{column}' cannot be independent of itself", field=f"conditions.{column}")
    return asks


def condition_columns(conditions: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """The columns that `conditions` speak of, those that another is to be independent of included."""
    asks = parse_conditions(conditions, columns)
    return list(dict.fromkeys([*asks, *(partner for ask in asks.values() for partner in partners_of(ask))]))


def partners_of(ask: Ask) -> tuple[str, ...]:
    """The columns that the asked one is to be independent of."""
    return ask.independent_of if isinstance(ask, Shares) else ()


def known_column(column: Any, columns: Sequence[str], field: str = "conditions") -> None:
    """Raises `NotFound` naming the nearest column where `column` is none of `columns`."""
    if column not in columns:
        raise NotFound(f"there is no column '{column}'", field=field, hint=did_you_mean(str(column), columns))


def _ask(column: str, value: Any) -> Ask:
    field = f"conditions.{column}"
    if not isinstance(value, Mapping):
        if isinstance(value, (list, tuple, set, frozenset)):
            raise InvalidInput(f"column '{column}': a list of values is written as a set", field=field, hint='use {"in": [...]}')
        return OneOf((value,))
    keys = set(value)
    if keys and keys <= {"min", "max"}:
        if all(side is None for side in value.values()):
            raise InvalidInput(f"column '{column}': a range needs min or max", field=field)
        return Within(value.get("min"), value.get("max"))
    if keys == {"in"}:
        values = value["in"]
        if not isinstance(values, (list, tuple, set, frozenset)) or not values:
            raise InvalidInput(f"column '{column}': 'in' takes a list of at least one value, got {values!r}", field=field)
        return OneOf(tuple(values))
    if keys and keys <= {"distribution", "independent_of"}:
        shares = value.get("distribution")
        partners = _partners(column, value["independent_of"]) if "independent_of" in keys else ()
        if "distribution" in keys and not isinstance(shares, Mapping):
            raise InvalidInput(f"column '{column}': 'distribution' is an object of shares by value, got {shares!r}", field=field)
        return Shares(_shares(column, shares) if shares is not None else (), partners)
    if keys and all(isinstance(share, (int, float)) and not isinstance(share, bool) for share in value.values()):
        return Shares(_shares(column, value))
    raise InvalidInput(f"column '{column}': {dict(value)!r} is no condition", field=field, hint=_FORMS)


def _partners(column: str, named: Any) -> tuple[str, ...]:
    partners = [named] if isinstance(named, str) else named
    if not isinstance(partners, (list, tuple)) or not partners or not all(isinstance(partner, str) for partner in partners):
        raise InvalidInput(f"column '{column}': 'independent_of' names a column or several, got {named!r}", field=f"conditions.{column}")
    return tuple(dict.fromkeys(partners))


def _shares(column: str, shares: Mapping[Any, Any]) -> tuple[tuple[Any, float], ...]:
    field = f"conditions.{column}"
    if not shares:
        raise InvalidInput(f"column '{column}': a distribution names at least one value", field=field)
    for value, share in shares.items():
        if not isinstance(share, (int, float)) or isinstance(share, bool) or not math.isfinite(share) or not 0 <= share <= 1:
            raise InvalidInput(f"column '{column}': the share of {value!r} must be from 0 to 1, got {share!r}", field=field)
    total = sum(shares.values())
    if total > 1 + _SLACK:
        raise InvalidInput(f"column '{column}': the shares sum up to {total:.6g}, which is above 1", field=field)
    return tuple((value, float(share)) for value, share in shares.items())


_FORMS = 'a value, null, {"min": 1, "max": 2}, {"in": [...]}, {"distribution": {"a": 0.5}} or {"independent_of": "column"} (or several)'
