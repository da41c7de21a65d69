"""Columns whose groups must be treated alike, and which row belongs to which group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field

Codes = npt.NDArray[np.int64]
Groups = tuple[list[str], dict[str, Codes]]

MAX_ATTRIBUTES = 6
MAX_GROUPS = 12  # per column; rarer levels are taken together
MAX_INTERSECTIONS = 60
AGES = (18, 30, 45, 60)
OTHERS = "(others)"

# Grounds of Article 21 of the Charter of Fundamental Rights of the EU and of Title VII of the US Civil Rights Act.
NAMES = {
    "sex": r"sex|gender",
    "race or ethnicity": r"race|racial|ethnic|ethnicity|hispanic|latino|skin_colou?r",
    "age": r"age|age_(group|band|bracket|class|years|yrs|in_years)|dob|birth_?date|date_of_birth|birth_?year|year_of_birth",
    "religion": r"religion|religious|faith",
    "disability": r"disability|disabled|handicap|handicapped",
    "marital status": r"marital|marital_?status|civil_status|married",
    "nationality": r"nationality|citizenship|citizen|native_country|country_of_birth|birth_country|national_origin|immigrant",
    "sexual orientation": r"sexual_orientation|orientation",
    "pregnancy": r"pregnant|pregnancy",
    "veteran status": r"veteran",
}
_NAMES = {ground: re.compile(rf"(^|_)({pattern})(_status|_code|_cd|_id)?$") for ground, pattern in NAMES.items()}
_AGE = re.compile(r"(^|_)age(_(years|yrs|in_years))?$")
_MALE, _FEMALE = {"m", "male", "man", "boy"}, {"f", "female", "woman", "girl"}
_SEXES = _MALE | _FEMALE | {"other", "unknown", "diverse", "nonbinary", "non-binary", "x", "u", "d"}
_RACES = {"asian", "hispanic", "latino", "caucasian", "african american", "african-american", "native american", "pacific islander"}


@dataclass(frozen=True)
class Attribute:
    """A protected column, or several crossed. `codes` by role: (n_rows,) position in `labels`, -1 where missing or unknown to real."""

    columns: tuple[str, ...]
    why: str
    labels: list[str]
    codes: dict[str, Codes]

    @property
    def name(self) -> str:
        return " × ".join(self.columns)

    def group(self, at: int) -> str:
        return self.labels[at]


def attributes(comparison: Comparison) -> list[Attribute]:
    """The protected columns of `comparison.facts`, else those that names or contents tell, at most `MAX_ATTRIBUTES`."""
    return comparison.once("protected", lambda: _attributes(comparison))


def intersections(comparison: Comparison) -> list[Attribute]:
    """Every two protected columns crossed."""
    return comparison.once("intersections", lambda: [_crossed(pair) for pair in combinations(attributes(comparison), 2)])


def _attributes(comparison: Comparison) -> list[Attribute]:
    declared = comparison.facts.protected
    found = []
    for field in comparison.modelled:
        if field.kind == "constant" or field.name == comparison.target:
            continue
        why = ground(field, comparison) if declared is None else "declared" if field.name in declared else None
        if why is not None:
            labels, codes = _groups(field, comparison, is_age=bool(_AGE.search(_plain(field.name))))
            found.append(Attribute((field.name,), why, labels, codes))
    return found[:MAX_ATTRIBUTES]


def ground(field: Field, comparison: Comparison) -> str | None:
    """Why a column is protected, or None."""
    for name, pattern in _NAMES.items():
        if pattern.search(_plain(field.name)):
            return f"its name says {name}"
    if field.is_numeric or field.n_real > MAX_GROUPS:
        return None
    levels = {str(level).strip().lower() for level in comparison.level_names(field.name)}
    if levels & _MALE and levels & _FEMALE and levels <= _SEXES:
        return "its values are sexes"
    return "its values are races" if len(levels & _RACES) >= 2 else None


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name))
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def _groups(field: Field, comparison: Comparison, *, is_age: bool) -> Groups:
    roles = list(comparison.tables)
    if not field.is_numeric:
        return _pooled([str(level) for level in comparison.level_names(field.name)], {r: comparison.table(r)[field.name] for r in roles})
    columns = {role: comparison.table(role)[field.name] for role in roles}
    known = columns["real"][~np.isnan(columns["real"])]
    values = np.unique(known)
    if len(values) <= MAX_GROUPS:  # a code, such as 0 and 1
        return [f"{value:g}" for value in values], {role: _positions(column, values) for role, column in columns.items()}
    if is_age and values[0] >= 0 and values[-1] <= 130:
        edges = np.array([edge for edge in AGES if values[0] < edge <= values[-1]], dtype=np.float64)
    else:
        edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75]))
    return _bin_labels(edges, field, is_age), {role: _binned(column, edges) for role, column in columns.items()}


def _pooled(levels: list[str], columns: dict[str, Any]) -> Groups:
    """The most frequent levels of real as groups, the rest as one more."""
    real = columns["real"]
    counts = np.bincount(real[real >= 0], minlength=len(levels))
    kept = np.sort(np.argsort(-counts, kind="stable")[: MAX_GROUPS if len(levels) <= MAX_GROUPS else MAX_GROUPS - 1])
    rest = len(kept) < len(levels)
    groups = np.full(len(levels), len(kept) if rest else -1, dtype=np.int64)
    groups[kept] = np.arange(len(kept))
    labels = [levels[at] for at in kept] + [OTHERS] * rest
    # Levels that real does not have follow real's; they and missing cells belong to no group.
    return labels, {role: np.where((column >= 0) & (column < len(levels)), groups[np.clip(column, 0, len(levels) - 1)], -1)
                    for role, column in columns.items()}  # fmt: skip


def _positions(column: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> Codes:
    at = np.minimum(np.searchsorted(values, column), len(values) - 1)
    return np.where(values[at] == column, at, -1).astype(np.int64)


def _binned(column: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> Codes:
    return np.where(np.isnan(column), -1, np.searchsorted(edges, column, side="right")).astype(np.int64)


def _bin_labels(edges: npt.NDArray[np.float64], field: Field, is_age: bool) -> list[str]:
    if field.kind == "datetime":
        return [f"quarter {at + 1}" for at in range(len(edges) + 1)]
    if not len(edges):
        return ["all"]
    if is_age:
        inner = [f"{low:g} to {high - 1:g}" for low, high in pairwise(edges)]
        return [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over"]
    inner = [f"{low:g} to under {high:g}" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g}", *inner, f"from {edges[-1]:g}"]


def _crossed(pair: tuple[Attribute, Attribute]) -> Attribute:
    first, second = pair
    width = len(second.labels)
    codes = {
        role: np.where((first.codes[role] >= 0) & (second.codes[role] >= 0), first.codes[role] * width + second.codes[role], -1)
        for role in first.codes
    }
    labels = [f"{one}, {other}" for one in first.labels for other in second.labels]
    return Attribute(first.columns + second.columns, f"{first.why}; {second.why}", labels, codes)
