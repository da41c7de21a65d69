"""How names of people are written: order, titles, middle names, capitals."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

from ....data.pii.context import without_accents
from ....data.pii.gazetteer import known
from ....data.pii.people import TITLES

_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "md", "phd", "dds", "dvm", "msc", "bsc", "ba", "ma"])
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々ー \u3000]+")
_LEAST = 5  # names in a rarer form are written in a commoner one
_TWO_SURNAMES = ("es", "pt")


@dataclass(frozen=True)
class NameFormat:
    """`order`: first-last, last-first or comma; `between` the two words; `middle`: none, initial, name or surname (a second one)."""

    order: str = "first-last"
    between: str = " "
    title: str = ""
    middle: str = "none"
    suffix: str = ""
    upper: bool = False

    def state(self) -> dict[str, Any]:
        return asdict(self)

    def write(self, first: str, middle: str, last: str) -> str:
        if self.middle == "surname" and middle:
            last, middle = f"{last} {middle}", ""
        given = f"{first} {middle}" if middle and self.between else first + middle
        if self.order == "comma":
            text = f"{last}, {given}"
        else:
            text = given + self.between + last if self.order == "first-last" else last + self.between + given
        text = f"{self.title}{text}{self.suffix}"
        return text.upper() if self.upper else text


@dataclass(frozen=True)
class ParsedName:
    first: str
    last: str
    form: NameFormat


def parse_name(value: str, locale: str) -> ParsedName:
    """The parts of a full name and the form it is written in."""
    text = value.strip()
    if not text.isascii() and _CJK.fullmatch(text):
        return _parse_cjk(text)
    words = text.split()
    title: list[str] = []
    while len(words) > 1 and words[0].casefold().strip(".,") in TITLES:
        title.append(words.pop(0))
    suffix: list[str] = []
    while len(words) > 1 and words[-1].casefold().strip(".,") in _SUFFIXES:
        suffix.insert(0, words.pop())
    upper = text.isupper() and len(text) > 3
    front = " ".join(title) + " " * bool(title)
    back = " " * bool(suffix) + " ".join(suffix)
    joined = " ".join(words)
    if "," in joined:
        last, _, given = (part.strip() for part in joined.partition(","))
        first = given.split(" ")[0] if given else last
        middle = _middle(given.split()[1:])
        return ParsedName(first, last, NameFormat("comma", " ", front, middle, back, upper))
    if not words:
        return ParsedName("", "", NameFormat())
    if len(words) == 1:
        return ParsedName(words[0], words[0], NameFormat("first-last", " ", front, "none", back, upper))
    if len(words) >= 3 and locale.startswith(_TWO_SURNAMES):
        return ParsedName(words[0], words[-2], NameFormat("first-last", " ", front, "surname", back, upper))
    turned = _folded(words[0]) in known("last") and _folded(words[-1]) in known("first") and _folded(words[0]) not in known("first")
    first, last = (words[-1], words[0]) if turned else (words[0], words[-1])
    return ParsedName(first, last, NameFormat("last-first" if turned else "first-last", " ", front, _middle(words[1:-1]), back, upper))


def parse_beside(value: str, first: str, last: str, locale: str) -> ParsedName:
    """As `parse_name`, for a name whose parts stand in columns of their own: a given name may be of several words there."""
    at, behind = value.casefold().find(first.casefold()), value.casefold().find(last.casefold())
    if not first or not last or at < 0 or behind < 0 or at == behind:
        return parse_name(value, locale)
    if not value.isascii() and _CJK.fullmatch(value.strip()):
        between = value[behind + len(last) : at] if behind < at else value[at + len(first) : behind]
        return ParsedName(first, last, NameFormat("last-first" if behind < at else "first-last", between))
    words = ((at, first, "Anyone"), (behind, last, "Whoever"))
    text = value
    for place, part, word in sorted(words, reverse=True):
        text = text[:place] + (word.upper() if value.isupper() else word) + text[place + len(part) :]
    form = parse_name(text, locale).form
    if form.order != "comma":
        form = replace(form, order="last-first" if behind < at else "first-last")
    return ParsedName(first, last, form)


def common_formats(parsed: list[ParsedName]) -> list[tuple[NameFormat, int]]:
    """The forms of at least a few names, commonest first; a title or suffix outside of the lists never gets in."""
    turned = sum(name.form.order == "last-first" for name in parsed)
    # Some names are given and family names: which comes first is decided for the column.
    order = "last-first" if 2 * turned > len(parsed) else "first-last"
    forms = (name.form if name.form.order == "comma" else replace(name.form, order=order) for name in parsed)
    counts = Counter(forms)
    kept = [(form, count) for form, count in counts.most_common(24) if count >= min(_LEAST, counts.most_common(1)[0][1])]
    return kept or [(NameFormat(), 1)]


def _middle(words: list[str]) -> str:
    if not words:
        return "none"
    return "initial" if len(words[0].strip(".")) == 1 else "name"


def _parse_cjk(text: str) -> ParsedName:
    for between in ("\u3000", " "):
        if between in text:
            last, _, first = text.partition(between)
            return ParsedName(first, last, NameFormat("last-first", between))
    surnames = known("last")
    size = next((size for size in (2, 3, 1) if size < len(text) and text[:size] in surnames), min(2, max(len(text) - 1, 1)))
    return ParsedName(text[size:] or text, text[:size], NameFormat("last-first", ""))


def _folded(word: str) -> str:
    return without_accents(word).casefold()
