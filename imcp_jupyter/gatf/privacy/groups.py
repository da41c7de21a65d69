"""Groups of rows that share what outsiders may know, and what is secret about them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...data.pii.detect import detect_pii
from ...models.pii import QUASI_KINDS
from ..comparison import Array, Comparison, Encoded, Field
from .copies import Keys, row_keys
from .neighbours import point_fields

Codes = npt.NDArray[np.int64]

MOST_VALUES = 100  # numbers with more distinct values are known only roughly
QUANTILES = 50
SECRET_QUANTILES = 10
MOST_SECRETS = 4
MOST_COLUMNS = 12

_KNOWN = re.compile(
    r"(^|_)(age|birth|born|dob|sex|gender|race|ethnic\w*|nationality|marital|married|relationship|education|schooling|occupation|profession"
    r"|job|trade|zip|zipcode|postcode|postal|city|state|region|county|country|children|citizenship)(_|$)"
)
_SECRET = re.compile(
    r"(^|_)(income|salary|wage\w*|earning\w*|wealth|debt|loan|credit|health|diagnos\w*|disease|condition|medication|drug|hiv|treatment"
    r"|disability|religion|politic\w*|party|orientation|conviction|criminal|offen[cs]e|score|grade)(_|$)"
)


@dataclass(frozen=True)
class Secret:
    """A column nobody may infer, as codes below `levels`; -1 is missing."""

    name: str
    is_numeric: bool
    levels: int
    codes: dict[str, Codes]


class Groups:
    """Rows of every table, keyed by their quasi-identifiers.

    Numbers with more than `MOST_VALUES` distinct values in real are known by one of 50 quantiles of real, all others exactly.
    """

    def __init__(self, comparison: Comparison) -> None:
        usable = {field.name: field for field in point_fields(comparison)}
        named = comparison.facts.quasi_identifiers
        secret = _secrets(comparison, usable)
        quasi = _quasi(comparison, usable, secret) if named is None else list(named)
        self.names = [name for name in quasi if name in usable]
        self.chosen = "by name and content" if named is None else "as given"
        fields = [usable[name] for name in self.names]
        roles = ["real", "synthetic"] + (["holdout"] if comparison.holdout is not None else [])
        self.keys: dict[str, Keys] = {role: row_keys(_rough(comparison, role, fields), fields) for role in roles} if fields else {}
        self.secrets = [_coded(comparison, usable[name], roles) for name in secret if name not in self.names]


def groups_of(comparison: Comparison) -> Groups:
    return comparison.once("groups", lambda: Groups(comparison))


def _quasi(comparison: Comparison, usable: dict[str, Field], secret: list[str]) -> list[str]:
    found = {finding.column for finding in detect_pii(comparison.tables["real"].frame) if finding.kind in QUASI_KINDS}
    return [name for name in usable if name not in secret and (name in found or _KNOWN.search(_plain(name)))][:MOST_COLUMNS]


def _secrets(comparison: Comparison, usable: dict[str, Field]) -> list[str]:
    if comparison.facts.sensitive is not None:
        return [name for name in comparison.facts.sensitive if name in usable][:MOST_SECRETS]
    named = [name for name in usable if _SECRET.search(_plain(name))]
    target = [comparison.target] if comparison.target in usable and comparison.target not in named else []
    return [name for name in [*target, *named] if name is not None][:MOST_SECRETS]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def _rough(comparison: Comparison, role: str, fields: list[Field]) -> Encoded:
    table = comparison.table(role)
    columns: dict[str, Array] = {}
    for field in fields:
        column = table[field.name]
        if field.is_numeric:
            known = comparison.real[field.name]
            known = known[~np.isnan(known)]
            if len(np.unique(known)) > MOST_VALUES:
                column = np.where(np.isnan(column), np.nan, _quantile_of(column, known, QUANTILES).astype(float))
        columns[field.name] = column
    return Encoded(columns, table.n_rows)


def _coded(comparison: Comparison, field: Field, roles: list[str]) -> Secret:
    codes = {}
    known = comparison.real[field.name]
    if field.is_numeric:
        known = known[~np.isnan(known)]
    for role in roles:
        column = comparison.table(role)[field.name]
        if field.is_numeric and len(known):
            codes[role] = np.where(np.isnan(column), -1, _quantile_of(column, known, SECRET_QUANTILES))
        else:
            codes[role] = np.full(len(column), -1) if field.is_numeric else column.astype(np.int64)
    return Secret(field.name, field.is_numeric, SECRET_QUANTILES if field.is_numeric else max(1, field.n_levels), codes)


def _quantile_of(column: Array, known: Array, count: int) -> Codes:
    edges = np.unique(np.quantile(known, np.linspace(0, 1, count + 1)[1:-1]))
    return np.asarray(np.searchsorted(edges, column, side="left"), dtype=np.int64)
