"""E-mail addresses, user names and profile pages: made from the person's name in the patterns of the real ones."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .maker import TRIES, Maker
from .numbering import Ints, chosen, mixed, salted
from .person import Drawn, People, ascii_name, ranks
from .seen import Cells, RealValues

# Providers that have so many users that the domain says nothing of one of them, and the names that are reserved for examples (RFC 2606).
COMMON_DOMAINS = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.es", "yahoo.it", "yahoo.co.jp",
    "yahoo.co.in", "ymail.com", "hotmail.com", "hotmail.fr", "hotmail.co.uk", "hotmail.de", "hotmail.es", "hotmail.it",
    "outlook.com", "outlook.de", "outlook.fr", "outlook.es", "live.com", "live.fr", "live.nl", "msn.com", "icloud.com", "me.com",
    "mac.com", "aol.com", "aol.de", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de",
    "freenet.de", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "bbox.fr", "libero.it", "virgilio.it", "tiscali.it",
    "alice.it", "tin.it", "ziggo.nl", "kpnmail.nl", "hetnet.nl", "planet.nl", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "telia.com",
    "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "nifty.com", "qq.com", "163.com", "126.com", "sina.com", "naver.com",
    "hanmail.net", "mail.ru", "yandex.ru", "rediffmail.com", "uol.com.br", "bol.com.br", "terra.com.br", "terra.es",
    "telefonica.net", "btinternet.com", "sky.com", "comcast.net", "verizon.net", "att.net", "example.com", "example.org",
    "example.net",
})  # fmt: skip
_HOSTS = frozenset({
    "twitter.com", "x.com", "facebook.com", "instagram.com", "github.com", "linkedin.com", "tiktok.com", "gitlab.com",
    "pinterest.com", "threads.net",
})  # fmt: skip
_ROWS = 5  # a domain of fewer rows is not kept even as a placeholder
_PRIVATE = 30  # placeholders for domains that are not common
_OTHERS = 12  # domains for all the rest
STYLES = ("first-last", "last-first", "f-last", "first-l", "last-f", "l-first", "first", "last")
_SEPARATORS = (".", "_", "-", "")
_TAIL = re.compile(r"\d*$")
_FOLLOWS = 0.5  # share of addresses that must be made of the row's names
_MOST_DIGITS = 6
_PRIME = 7919


@dataclass(frozen=True)
class Pattern:
    """`digits`: how many follow the names; 0: only as many as are needed to tell people apart."""

    style: str
    separator: str
    digits: int


def follow_share(locals_: list[str], firsts: list[str], lasts: list[str]) -> tuple[float, list[tuple[Pattern, int]], str]:
    """The share of `locals_` that are made of the names beside them, their patterns, and the better way of writing ä."""
    best: tuple[float, list[tuple[Pattern, int]], str] = (0.0, [], "a")
    for folding in ("a", "ae"):
        counts: Counter[Pattern] = Counter()
        for local, first, last in zip(locals_, firsts, lasts, strict=True):
            pattern = _pattern(local, ascii_name(first, folding), ascii_name(last, folding))
            if pattern is not None:
                counts[pattern] += 1
        share = sum(counts.values()) / max(len(locals_), 1)
        if share > best[0] or not best[1]:
            best = (share, counts.most_common(), folding)
    return best


def follows(share: float) -> bool:
    return share >= _FOLLOWS


def patterns_by_form(locals_: list[str]) -> list[tuple[Pattern, int]]:
    """Patterns of addresses whose names are unknown, by separators and digits."""
    counts: Counter[Pattern] = Counter()
    for local in locals_:
        tail = _TAIL.search(local)
        stem = local[: tail.start()] if tail else local
        separator = next((mark for mark in "._-" if mark in stem), "")
        counts[Pattern("first-last" if separator else "f-last", separator, min(len(tail.group()) if tail else 0, 4))] += 1
    return counts.most_common()


def apart(patterns: list[tuple[Pattern, int]]) -> list[tuple[Pattern, int]]:
    """One pattern for each separator, the commonest: texts of two such patterns never meet, so that unique addresses stay unique."""
    totals: Counter[str] = Counter()
    chosen_by: dict[str, Pattern] = {}
    for pattern, count in patterns:
        # A single name has nothing between: it counts as a pattern without separator.
        mark = "" if pattern.style in ("first", "last") else pattern.separator
        totals[mark] += count
        chosen_by.setdefault(mark, pattern)
    total = sum(totals.values())
    kept = [(chosen_by[mark], count) for mark, count in totals.most_common() if count >= 0.03 * total]
    return kept or [(Pattern("first-last", ".", 0), 1)]


def domain_mix(domains: list[str]) -> list[tuple[str, int]]:
    """Domains and their rows: common ones as they are, others as numbered placeholders of the reserved top level ``.example``."""
    counts = Counter(domain.casefold() for domain in domains)
    mix: list[tuple[str, int]] = []
    rest = 0
    private = 0
    for domain, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if domain in COMMON_DOMAINS and (count >= _ROWS or domain.startswith("example.")):
            mix.append((domain, count))
        elif count >= _ROWS and private < _PRIVATE:
            private += 1
            mix.append((f"#{private}", count))
        else:
            rest += count
    if rest or not mix:
        mix += [(f"#{private + place + 1}", max(rest // _OTHERS, 1)) for place in range(_OTHERS)]
    # Of no share: where an address steps aside for a real one.
    return mix + [(f"#{_PRIVATE + _OTHERS + place}", 0) for place in range(TRIES)]


def prefix_mix(urls: list[str]) -> list[tuple[str, int]]:
    """What stands before the user in profile addresses: kept for well-known hosts, else an address that is reserved for examples."""
    counts: Counter[str] = Counter()
    for url in urls:
        head, _, _ = url.rstrip("/").rpartition("/")
        host = head.partition("://")[2].partition("/")[0].rpartition("@")[2]
        known = host.removeprefix("www.") in _HOSTS and head.count("/") <= 3
        counts[f"{head}/" if known else "https://profile.example/users/"] += 1
    kept = [(prefix, count) for prefix, count in counts.most_common(20) if count >= _ROWS]
    return kept or [("https://profile.example/users/", 1)]


class AccountMaker(Maker):
    """A column of e-mail addresses, user names or profile addresses. `ends` are domains or what stands before the user."""

    name = "account"

    def __init__(
        self, people: People, form: str, patterns: list[tuple[Pattern, int]], folding: str, ends: list[tuple[str, int]], seen: RealValues
    ) -> None:
        self._people = people
        self._form = form
        self._patterns = patterns
        self._folding = folding
        self._ends = ends
        self._seen = seen

    def write(self, numbers: Ints, key: int) -> Cells:
        drawn = self._people.drawn(numbers, key)
        users = self._users(drawn, numbers, key)
        where = chosen(numbers, np.array([count for _, count in self._ends] or [1], dtype=np.float64), salted(key, "end"))
        cells = self._written(users, where)
        taken = np.flatnonzero(self._seen.holds(cells))
        turn = 0
        while len(taken):
            turn += 1
            if self._form == "email" and turn < TRIES:  # the same name at another provider
                cells[taken] = self._written(users[taken], (where[taken] + turn) % len(self._ends))
            else:
                other = np.empty(len(taken), dtype=object)
                other[:] = [f"{user}_{turn}" for user in users[taken]]
                cells[taken] = self._written(other, where[taken])
            taken = taken[self._seen.holds(cells[taken])]
        return cells

    def state(self) -> dict[str, Any]:
        return {
            "people": self._people.state(),
            "form": self._form,
            "patterns": [[pattern.style, pattern.separator, pattern.digits, count] for pattern, count in self._patterns],
            "folding": self._folding,
            "ends": [list(end) for end in self._ends],
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return self._people.arrays() | {"seen": self._seen.bits}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> AccountMaker:
        patterns = [(Pattern(style, separator, digits), count) for style, separator, digits, count in state["patterns"]]
        ends = [(end, count) for end, count in state["ends"]]
        return cls(People.restore(state["people"], arrays), state["form"], patterns, state["folding"], ends, RealValues(arrays["seen"]))

    @cached_property
    def _slots(self) -> list[tuple[Cells, Ints, Ints, Cells, Ints, Ints, str]]:
        """By pattern: texts, ranks and sizes of the slots of both names, and the separator."""
        found = []
        for pattern, _ in self._patterns:
            first, last = (self._people.ascii_names(part, self._folding) for part in ("first", "last"))
            front, back = _parts(pattern.style, first, last)
            if not pattern.separator and pattern.style in ("first-last", "last-first"):
                used = {other.separator for other, _ in self._patterns}
                mark = next((mark for mark in _SEPARATORS if mark not in used), "..")
                front, back = (front, _told_apart(back, mark)) if pattern.style == "last-first" else (_told_apart(front, mark), back)
            ends = [np.array(texts, dtype=object) for texts in (front, back)]
            found.append((ends[0], *ranks(front), ends[1], *ranks(back), pattern.separator))
        return found

    @cached_property
    def _domains(self) -> list[str]:
        last = [ascii_name(name, "a") for name in self._people.last]
        names = list(dict.fromkeys(name for name in last if len(name) > 2)) or ["mail"]
        return [f"{names[int(end[1:]) % len(names)]}.example" if end.startswith("#") else end for end, _ in self._ends]

    def _users(self, drawn: Drawn, numbers: Ints, key: int) -> Cells:
        weights = np.array([count for _, count in self._patterns], dtype=np.float64)
        pattern_of = chosen(numbers, weights, salted(key, "pattern"))
        users = np.empty(len(numbers), dtype=object)
        for place, (front, front_rank, front_size, back, back_rank, back_size, separator) in enumerate(self._slots):
            rows = np.flatnonzero(pattern_of == place)
            if not len(rows):
                continue
            pattern = self._patterns[place][0]
            one, two = drawn.first[rows], drawn.last[rows]
            turned = pattern.style in ("last-first", "last-f", "l-first")
            # The k-th person whose names are written alike; distinct people get distinct pairs of text and k.
            same = front_size[one] * back_size[two]
            k = front_rank[one] * back_size[two] + back_rank[two] + drawn.cycle[rows] * same
            heads, tails = (back[two], front[one]) if turned else (front[one], back[two])
            marks = self._marks(k, heads, tails, pattern.digits, key)
            between = separator if pattern.style not in ("first", "last") else ""
            users[rows] = [f"{head}{between}{tail}{mark}" for head, tail, mark in zip(heads, tails, marks, strict=True)]
        return users

    def _marks(self, k: Ints, heads: Cells, tails: Cells, digits: int, key: int) -> list[str]:
        if digits == 0:
            return ["" if turn == 0 else str(turn + 1) for turn in k.tolist()]
        room = 10**digits
        # Any start will do that follows from the text alone: hash of its letters.
        start = np.array([hash_of(head, tail) for head, tail in zip(heads, tails, strict=True)], dtype=np.int64)
        near = (k * _PRIME + (mixed(start, key) % np.uint64(room)).astype(np.int64)) % room
        return [f"{place:0{digits}d}" if turn < room else str(turn) for turn, place in zip(k.tolist(), near.tolist(), strict=True)]

    def _written(self, users: Cells, where: npt.NDArray[np.intp]) -> Cells:
        out = np.empty(len(users), dtype=object)
        if self._form == "username":
            out[:] = list(users)
        elif self._form == "email":
            domains = np.array(self._domains, dtype=object)[where]
            out[:] = [f"{user}@{domain}" for user, domain in zip(users, domains, strict=True)]
        else:
            prefixes = np.array([end for end, _ in self._ends], dtype=object)[where]
            out[:] = [f"{prefix}{user}" for prefix, user in zip(prefixes, users, strict=True)]
        return out


def hash_of(head: str, tail: str) -> int:
    """A number that follows from two words alone."""
    return zlib.crc32(f"{head}.{tail}".encode())


def _parts(style: str, first: list[str], last: list[str]) -> tuple[list[str], list[str]]:
    """By slot of the given name and of the family name: what of it stands in the address."""
    short_first, short_last = [word[:1] for word in first], [word[:1] for word in last]
    return {
        "first-last": (first, last),
        "last-first": (first, last),
        "f-last": (short_first, last),
        "last-f": (short_first, last),
        "first-l": (first, short_last),
        "l-first": (first, short_last),
        "first": (first, [""] * len(last)),
        "last": ([""] * len(first), last),
    }[style]


def _told_apart(texts: list[str], mark: str) -> list[str]:
    """`texts` with `mark` behind each that begins another one: without it "ann" + "asmith" would be "anna" + "smith"."""
    ordered = sorted(set(texts))
    begins = {one for one, other in pairwise(ordered) if other.startswith(one)}
    return [text + mark if text in begins else text for text in texts]


def _pattern(local: str, first: str, last: str) -> Pattern | None:
    text = local.casefold()
    if not first or not last or not text.startswith((first[0], last[0])):
        return None
    one, two = first[0], last[0]
    pairs = ((first, last), (last, first), (one, last), (first, two), (last, one), (two, first), (first, ""), (last, ""))
    for style, (front, back) in zip(STYLES, pairs, strict=True):
        if not text.startswith(front):
            continue
        for separator in _SEPARATORS if back else ("",):
            stem = front + separator + back
            digits = text[len(stem) :] if text.startswith(stem) else "?"
            if not digits or (digits.isdigit() and len(digits) <= _MOST_DIGITS):
                return Pattern(style, separator, len(digits))
    return None
