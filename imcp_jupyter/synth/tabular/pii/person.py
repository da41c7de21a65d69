"""Made-up people: a given and a family name for every number, in the real proportions, without a register of who was made."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....data.pii.context import without_accents
from ....data.pii.gazetteer import LOCALES, entries
from . import pools
from .maker import TRIES, Maker
from .name_format import NameFormat
from .numbering import Ints, chosen, mixed, permuted
from .profile import shares
from .seen import Cells, RealValues

_MOST_NAMES = 4_096
_ROOM = 4  # times as many pairs of names as people, where pairs must differ
_SPREAD = 2  # slots per name where people are told apart by their names: common ones get more of them, rare ones one
_AFTER = ("Jr.", "Sr.", "Esq.")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_CJK = ("ja", "zh", "ko")
_COUNTING = "一二三四五六七八九"


@dataclass(frozen=True)
class People:
    """Names by slot: a person is a pair of slots, the pairs taken in a keyed order, over and over with a further mark.

    `first` and `last` are distinct names, `*_slots` how many slots each has. `named` guards full names that were real.
    """

    locale: str
    first: list[str]
    last: list[str]
    first_slots: list[int]
    last_slots: list[int]
    formats: list[tuple[NameFormat, int]]
    unique: bool
    named: RealValues | None

    @classmethod
    def like(
        cls,
        locale: str,
        first: npt.NDArray[np.int64],
        last: npt.NDArray[np.int64],
        formats: list[tuple[NameFormat, int]],
        unique: bool,
        named: RealValues | None,
        real: AbstractSet[str],
        people: int,
        accounts: bool,
    ) -> People:
        """People for `first` and `last` (n_names,) counts of the real names, most first; none of `real` is among the new names.

        There are pairs of names enough for several times as many `people` as there are. `accounts`: addresses are made of the names, so
        that people of equal names need marks to be told apart, and common names are made less common.
        """
        parts: list[tuple[list[str], list[int]]] = []
        for kind, counts in (("first", first), ("last", last)):
            counts = counts[:_MOST_NAMES] if len(counts) else np.ones(1, dtype=np.int64)
            wanted = len(counts)
            if unique or named is not None:
                wanted = max(wanted, len(pools.words(kind, locale)), math.isqrt(_ROOM * TRIES * people))
            names = pools.fresh(kind, locale, min(wanted, _MOST_NAMES), real)
            if unique or counts[0] == 1:
                parts.append((names, [1] * len(names)))
                continue
            padded = np.ones(len(names), dtype=np.int64)
            padded[: len(counts)] = counts[: len(names)]
            parts.append((names, shares(padded, min(_SPREAD * len(names) if accounts else int(padded.sum()), _MOST_NAMES))))
        if unique:
            plain = [(form, count) for form, count in formats if form.middle in ("none", "surname")]
            formats = plain or [(NameFormat(formats[0][0].order, formats[0][0].between), 1)]
        return cls(locale, parts[0][0], parts[1][0], parts[0][1], parts[1][1], formats, unique, named)

    def drawn(self, numbers: Ints, key: int) -> Drawn:
        """The people with these numbers (distinct for distinct people)."""
        if self.named is None:
            return self._pairs(numbers * TRIES, key)
        pairs = self._pairs(numbers * TRIES, key)
        texts = self.full(pairs, numbers, key)
        taken = np.flatnonzero(self.named.holds(texts))
        for turn in range(1, TRIES + len(_AFTER)):
            if not len(taken):
                break
            if turn < TRIES:
                pairs.replace(taken, self._pairs(numbers[taken] * TRIES + turn, key))
            else:
                pairs.after[taken] = turn - TRIES + 1
            taken = taken[self.named.holds(self.full(pairs.take(taken), numbers[taken], key))]
        return pairs

    def full(self, drawn: Drawn, numbers: Ints, key: int) -> Cells:
        """(n,) whole names."""
        weights = np.array([count for _, count in self.formats], dtype=np.float64)
        form_of = chosen(numbers, weights, key)
        spice = mixed(numbers, key + 1)
        first, last = self._first_names[drawn.first], self._last_names[drawn.last]
        out = np.empty(len(numbers), dtype=object)
        for place, (form, _) in enumerate(self.formats):
            rows = np.flatnonzero(form_of == place)
            if not len(rows):
                continue
            middle = self._middles(form, spice[rows])
            if drawn.cycle[rows].any():
                middle = [mark or word for word, mark in zip(middle, self._marks(drawn.cycle[rows]), strict=True)]
            out[rows] = [form.write(*parts) for parts in zip(first[rows], middle, last[rows], strict=True)]
        for row in np.flatnonzero(drawn.after):
            out[row] = f"{out[row]} {_AFTER[drawn.after[row] - 1]}"
        return out

    def names(self, drawn: Drawn, part: str) -> Cells:
        return np.asarray(self._first_names[drawn.first] if part == "first" else self._last_names[drawn.last], dtype=object)

    def ascii_names(self, part: str, folding: str) -> list[str]:
        """By slot: the name in small ASCII letters, as in an e-mail address ("ae": ä is written ae)."""
        names, slots = (self.first, self.first_slots) if part == "first" else (self.last, self.last_slots)
        written = [ascii_name(name, folding) for name in names]
        if not all(written):  # another script
            source = self.locale if self.locale in LOCALES and f"romaji_{part}" in entries(self.locale) else None
            latin = entries(source)[f"romaji_{part}"] if source else [ascii_name(name, "a") for name in entries("en_US")[part]]
            written = [word or latin[place % len(latin)] for place, word in enumerate(written)]
        return [word for word, count in zip(written, slots, strict=True) for _ in range(count)]

    def state(self) -> dict[str, Any]:
        return {
            "locale": self.locale,
            "first": self.first,
            "last": self.last,
            "first_slots": self.first_slots,
            "last_slots": self.last_slots,
            "formats": [[form.state(), count] for form, count in self.formats],
            "unique": self.unique,
            "named": self.named is not None,
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {} if self.named is None else {"named": self.named.bits}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> People:
        formats = [(NameFormat(**form), count) for form, count in state["formats"]]
        named = RealValues(arrays["named"]) if state["named"] else None
        parts = {name: state[name] for name in ("locale", "first", "last", "first_slots", "last_slots", "unique")}
        return cls(**parts, formats=formats, named=named)

    @cached_property
    def _first_names(self) -> Cells:
        return np.repeat(np.array(self.first, dtype=object), self.first_slots)

    @cached_property
    def _last_names(self) -> Cells:
        return np.repeat(np.array(self.last, dtype=object), self.last_slots)

    def _pairs(self, numbers: Ints, key: int) -> Drawn:
        across = len(self._last_names)
        room = len(self._first_names) * across
        cycle, place = np.divmod(numbers, room)
        pair = permuted(place, room, key, cycle)
        return Drawn(pair // across, pair % across, cycle, np.zeros(len(numbers), dtype=np.int8))

    def _middles(self, form: NameFormat, spice: npt.NDArray[np.uint64]) -> list[str]:
        if form.middle == "none":
            return [""] * len(spice)
        if form.middle == "initial":
            return [f"{chr(65 + int(place))}." for place in spice % np.uint64(26)]
        names = self._last_names if form.middle == "surname" else self._first_names
        return list(names[(spice % np.uint64(len(names))).astype(np.intp)])

    def _marks(self, cycle: Ints) -> list[str]:
        """What tells the people of a further round from those of the first, whose pairs of names they share."""
        if not self.unique:
            return [""] * len(cycle)
        if self.locale.startswith(_CJK):
            return [
                "".join(_COUNTING[int(digit) - 1] for digit in np.base_repr(int(turn), 9).replace("0", "9")) if turn else ""
                for turn in cycle
            ]
        return [_initials(int(turn)) for turn in cycle]


@dataclass(frozen=True)
class Drawn:
    """People as (n,) slots of the given and the family name, the round, and the mark behind the name (0: none)."""

    first: Ints
    last: Ints
    cycle: Ints
    after: npt.NDArray[np.int8]

    def replace(self, rows: npt.NDArray[np.intp], other: Drawn) -> None:
        self.first[rows], self.last[rows], self.cycle[rows] = other.first, other.last, other.cycle

    def take(self, rows: npt.NDArray[np.intp]) -> Drawn:
        return Drawn(self.first[rows], self.last[rows], self.cycle[rows], self.after[rows])


class NameMaker(Maker):
    """A column of given names, family names or whole names."""

    name = "name"

    def __init__(self, people: People, part: str) -> None:
        self._people = people
        self._part = part

    def write(self, numbers: Ints, key: int) -> Cells:
        drawn = self._people.drawn(numbers, key)
        return self._people.full(drawn, numbers, key) if self._part == "full" else self._people.names(drawn, self._part)

    def state(self) -> dict[str, Any]:
        return {"people": self._people.state(), "part": self._part}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return self._people.arrays()

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> NameMaker:
        return cls(People.restore(state["people"], arrays), state["part"])


def ascii_name(name: str, folding: str) -> str:
    """A name in small ASCII letters without anything between; empty for another script."""
    text = name.translate(_GERMAN) if folding == "ae" else name
    return "".join(char for char in without_accents(text).casefold() if char.isascii() and char.isalpha())


def ranks(texts: list[str]) -> tuple[Ints, Ints]:
    """(n,) how many slots before each one have its text, and how many have it at all."""
    codes, _ = pd.factorize(np.array(texts, dtype=object))
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(texts), dtype=np.int64)
    rank[order] = np.arange(len(texts)) - np.repeat(starts, counts)
    return rank, counts[codes].astype(np.int64)


def _initials(turn: int) -> str:
    letters = ""
    while turn:
        turn, place = divmod(turn - 1, 26)
        letters = f"{chr(65 + place)}.{' ' * bool(letters)}{letters}"
    return letters
