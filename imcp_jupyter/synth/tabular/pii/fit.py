"""From the marked columns of a table to codecs that make fakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ....data.pii import phones
from ....data.pii.detect import scheme_of
from ....data.pii.locale import locale_of
from ..features import Feature
from . import pools
from .account import AccountMaker, Pattern, apart, domain_mix, follow_share, patterns_by_form, prefix_mix
from .checked import CheckedMaker
from .codec import FakeCodec, text_of
from .group import ACCOUNTS, NAME_PARTS, Group, codes_of, counts_over, groups_of, local_part, names_beside, people_of, profile_of
from .maker import Maker
from .name_format import NameFormat, ParsedName, common_formats, parse_beside, parse_name
from .network import IpMaker
from .pattern import PatternMaker
from .person import NameMaker, People
from .places import AddressMaker, TownMaker
from .profile import Profile
from .seen import RealValues

if TYPE_CHECKING:
    from ....data.table import Table

_PATTERN_ROWS = 3_000  # rows from which the patterns of addresses and names are read
_LONGEST_WORD = 60  # characters: longer cells are no word that fakes are made of
_UNKNOWN_NAMES = 1_000  # people behind addresses whose names the table does not hold
_CHECKED = ("payment_card", "iban", "vehicle_id", "device_id", "national_id")
_VALID_PHONES = 0.6  # of the real numbers that must be valid before the fakes have to be
_NUMBERED_USERS = 0.5  # of the user names with three digits and more, from which they are codes and not names


def fit_fakes(table: Table) -> dict[str, tuple[FakeCodec, list[Feature]]]:
    """The codec and the features of every column whose schema names a kind of personal data and that is not all missing."""
    marked = {column.name: column.pii for column in table.schema.columns if column.pii is not None}
    kinds = {name: str(kind) for name, kind in marked.items() if not table[name].missing.all()}
    if not kinds:
        return {}
    given = next((table.schema[name].pii_locale for name in kinds if table.schema[name].pii_locale), None)
    locale = given or locale_of({f"{kind}#{name}": table.frame[name] for name, kind in kinds.items()})
    real = frozenset(text.casefold() for name in kinds for text in _distinct(table, name)[0] if len(text) <= _LONGEST_WORD)
    found: dict[str, tuple[FakeCodec, list[Feature]]] = {}
    for number, group in enumerate(groups_of(table, kinds)):
        found |= _GroupFit(table, group, kinds, locale, real, f"person {number}").codecs()
    return found


class _GroupFit:
    """The columns of one person."""

    def __init__(self, table: Table, group: Group, kinds: dict[str, str], locale: str, real: frozenset[str], salt: str) -> None:
        self._table = table
        self._group = group
        self._kinds = kinds
        self._locale = locale
        self._real = real
        self._salt = salt
        self._people_codes = people_of(table, group, kinds)
        self._patterns: tuple[list[tuple[Pattern, int]], str] | None = None

    def codecs(self) -> dict[str, tuple[FakeCodec, list[Feature]]]:
        profile = Profile.of(self._people_codes)
        people = self._people() if any(self._kinds[name] in (*NAME_PARTS, *ACCOUNTS) for name in self._group.columns) else None
        found = {}
        for name in self._group.columns:
            maker = self._maker(name, people)
            own = None
            if not isinstance(maker, (NameMaker, AccountMaker, TownMaker)):
                own = profile_of(codes_of(self._table[name].series), self._people_codes)
                own = Profile([[1, 1]]) if self._table.schema[name].kind == "id" else own
            found[name] = FakeCodec.fit(self._table[name], maker, self._salt, profile, own)
        return found

    def _maker(self, name: str, people: People | None) -> Maker:
        kind = self._kinds[name]
        values, rows = _distinct(self._table, name)
        seen = RealValues.of(values)
        if kind in NAME_PARTS and people is not None:
            return NameMaker(people, NAME_PARTS[kind])
        if kind in ACCOUNTS and people is not None and not (kind == "username" and _are_codes(values)):
            return self._account(name, kind, values, rows, people, seen)
        if kind == "ip_address":
            return IpMaker.fit(values, seen)
        if kind == "street_address":
            return AddressMaker.fit(values, self._locale, seen, self._real)
        if kind == "city":
            return TownMaker.fit(rows, self._locale, self._real)
        if kind in _CHECKED:
            scheme = scheme_of(values) if kind == "national_id" else None
            checked = CheckedMaker.fit(kind, values, rows, scheme, name, seen)
            if checked is not None:
                return checked
        numbers = not isinstance(self._table[name].series.dropna().iloc[0], str)
        if kind == "phone":
            region = phones.REGION_OF.get(self._locale, self._locale[-2:])
            some = values[:60]
            valid = sum(phones.is_valid(value, region) for value in some) >= _VALID_PHONES * len(some)
            test = (lambda value: phones.is_valid(value, region)) if valid else None
            return PatternMaker.fit(values, seen, numbers, phones.country_part, test)
        return PatternMaker.fit(values, seen, numbers, (lambda value: 2) if kind == "vat" else (lambda value: 0))

    def _account(
        self, name: str, kind: str, values: list[str], rows: npt.NDArray[np.int64], people: People, seen: RealValues
    ) -> AccountMaker:
        if name in self._group.account_names or self._patterns is None:
            self._patterns = self._account_patterns(name, kind, values)
        patterns, folding = self._patterns
        ends: list[tuple[str, int]] = []
        if kind == "email":
            step = max(len(values) // _PATTERN_ROWS, 1)
            ends = domain_mix([value.rpartition("@")[2] for value in values[::step] if "@" in value])
        elif kind == "profile_url":
            ends = prefix_mix(values)
        return AccountMaker(people, kind, patterns, folding, ends, seen)

    def _account_patterns(self, name: str, kind: str, values: list[str]) -> tuple[list[tuple[Pattern, int]], str]:
        if name in self._group.account_names:
            step = max(self._table.n_rows // _PATTERN_ROWS, 1)
            texts = {
                column: ["" if gap else str(cell) for cell, gap in zip(series.astype(object), series.isna(), strict=True)]
                for column, series in ((column, self._table.frame[column].iloc[::step]) for column in self._group.columns)
            }
            names = names_beside(self._group, self._kinds, texts)
            assert names is not None
            own = [local_part(kind, text) for text in texts[name]]
            known = [row for row, local in enumerate(own) if local and names[0][row] and names[1][row]]
            parts = [[column[row] for row in known] for column in (own, *names)]
            _, patterns, folding = follow_share(*parts)
            return apart(patterns), folding
        return apart(patterns_by_form([local_part(kind, value) for value in values[:_PATTERN_ROWS]])), "a"

    def _people(self) -> People:
        columns = {NAME_PARTS[self._kinds[name]]: name for name in reversed(self._group.columns) if self._kinds[name] in NAME_PARTS}
        codes = {part: codes_of(self._table[name].series) for part, name in columns.items()}
        counts: dict[str, npt.NDArray[np.int64]] = {}
        for part in ("first", "last"):
            if part in columns:
                counts[part] = counts_over(codes[part], self._people_codes)
        formats = [(NameFormat("last-first", "") if self._locale.startswith(("ja", "zh", "ko")) else NameFormat(), 1)]
        unique, named = False, None
        if "full" in columns:
            values, _ = _distinct(self._table, columns["full"])
            parsed = [parse_name(value, self._locale) for value in values]
            step = max(len(parsed) // _PATTERN_ROWS, 1)
            formats = common_formats(self._beside(columns) if len(columns) == 3 else parsed[::step])
            unique = profile_of(codes["full"], self._people_codes).plain or self._table.schema[columns["full"]].kind == "id"
            named = None if len(columns) > 1 else RealValues.of(values)
            for part, words in (("first", [name.first for name in parsed]), ("last", [name.last for name in parsed])):
                counts.setdefault(part, _descending(words))
        accounts = any(self._kinds[name] in ACCOUNTS for name in self._group.columns)
        n_people = int(self._people_codes.max(initial=0)) + 1
        for part in ("first", "last"):
            counts.setdefault(part, np.ones(_UNKNOWN_NAMES, dtype=np.int64))
        return People.like(self._locale, counts["first"], counts["last"], formats, unique, named, self._real, n_people, accounts)

    def _beside(self, columns: dict[str, str]) -> list[ParsedName]:
        step = max(self._table.n_rows // _PATTERN_ROWS, 1)
        frame = self._table.frame[[columns[part] for part in ("full", "first", "last")]].iloc[::step].dropna().astype(str)
        rows = zip(*(frame[column] for column in frame), strict=True)
        return [parse_beside(full, first, last, self._locale) for full, first, last in rows]


def needs_words(kinds: set[str]) -> bool:
    """Whether fakes of these kinds are made of words that Faker has more of."""
    return bool(kinds & {*NAME_PARTS, *ACCOUNTS, "street_address", "city"}) and pools.faker_version() is None


def _distinct(table: Table, name: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The distinct values of a column as text, and the rows of each."""
    counts = table.frame[name].dropna().astype(object).value_counts(sort=False)
    return [text_of(value).strip() for value in counts.index], np.asarray(counts.to_numpy(), dtype=np.int64)


def _descending(words: list[str]) -> npt.NDArray[np.int64]:
    counts = np.unique(np.array(words, dtype=object).astype(str), return_counts=True)[1]
    return np.asarray(np.sort(counts)[::-1], dtype=np.int64)


def _are_codes(values: list[str]) -> bool:
    some = values[:_PATTERN_ROWS]
    stems = {"".join(char for char in value if char.isalpha()) for value in some}
    digits = sum(sum(map(str.isdigit, value)) >= 3 for value in some)
    return digits >= _NUMBERED_USERS * len(some) and len(stems) < 0.5 * len(some)
