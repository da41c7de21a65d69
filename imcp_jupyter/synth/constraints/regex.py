"""Regular expressions as counted languages: text number i of all that match."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import InvalidInput

_PRINTABLE = [char for char in string.printable if char.isprintable()]
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": string.ascii_letters + string.digits + "_",
    "CATEGORY_SPACE": " ",
}
_UNBOUNDED = 8  # more repeats than the least number that `*` and `+` are taken to
_LIMIT = 1 << 62  # texts beyond this many are not used


@dataclass(frozen=True)
class Language:
    """A part of a pattern: `size` texts, each made by `text` from its number."""

    size: int
    kind: str  # chars, sequence, choice
    parts: tuple[Any, ...]

    def text(self, number: int) -> str:
        if self.kind == "chars":
            return str(self.parts[number])
        if self.kind == "choice":
            for part in self.parts:
                if number < part.size:
                    return str(part.text(number))
                number -= part.size
        written: list[str] = []
        for part in reversed(self.parts):
            number, own = divmod(number, part.size)
            written.append(part.text(own))
        return "".join(reversed(written))

    def numbers(self, text: str) -> Iterator[int]:
        """Every number of `text`: none if it does not belong, several if the pattern can be read in several ways."""
        return (number for number, end in self._readings(text, 0) if end == len(text) and number < self.size)

    def _readings(self, text: str, at: int) -> Iterator[tuple[int, int]]:
        """(number, end) of each way to read `text` from `at` on."""
        if self.kind == "chars":
            if text[at : at + 1] in self.parts and at < len(text):
                yield self.parts.index(text[at]), at + 1
        elif self.kind == "choice":
            first = 0
            for part in self.parts:
                yield from ((first + number, end) for number, end in part._readings(text, at))
                first += part.size
        else:
            yield from self._sequence(text, at, 0, 0)

    def _sequence(self, text: str, at: int, place: int, number: int) -> Iterator[tuple[int, int]]:
        if place == len(self.parts):
            yield number, at
            return
        part = self.parts[place]
        for own, end in part._readings(text, at):
            yield from self._sequence(text, end, place + 1, number * part.size + own)


def language_of(pattern: str, field: str) -> Language:
    """The texts that `pattern` matches as a whole. Raises `InvalidInput` for what cannot be counted or is unsafe to match."""
    try:
        re.compile(pattern)
        parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the standard library's own parser has no public name
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidInput(f"format: '{pattern:.80}' is not a regular expression: {error}", field=field) from None
    return _sequence(list(parsed), field, False)


def _sequence(items: list[tuple[Any, Any]], field: str, repeated: bool) -> Language:
    return _joined([_item(str(op), value, field, repeated) for op, value in items if str(op) != "AT"])


def _item(op: str, value: Any, field: str, repeated: bool) -> Language:
    if op == "LITERAL":
        return _chars([chr(value)])
    if op == "NOT_LITERAL":
        return _chars(char for char in _PRINTABLE if char != chr(value))
    if op == "ANY":
        return _chars(_PRINTABLE)
    if op == "IN":
        return _chars(_members(value, field))
    if op == "BRANCH":
        parts = [_sequence(list(branch), field, repeated) for branch in value[1]]
        return Language(min(sum(part.size for part in parts), _LIMIT), "choice", tuple(parts))
    if op == "SUBPATTERN":
        return _sequence(list(value[3]), field, repeated)
    if op in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = value
        open_ended = str(most) == "MAXREPEAT"
        if repeated and (open_ended or most > 50):
            raise InvalidInput(
                "format: a repeat within an open repeat can take forever to match", field=field, hint="give it a number: {1,8}"
            )
        most = least + _UNBOUNDED if open_ended else min(most, least + 64)
        part = _sequence(list(inner), field, repeated or open_ended)
        runs = [_joined([part] * times) for times in range(least, most + 1)]
        return runs[0] if len(runs) == 1 else Language(min(sum(run.size for run in runs), _LIMIT), "choice", tuple(runs))
    raise InvalidInput(
        f"format: {op.lower().replace('_', ' ')} is not supported in a pattern",
        field=field,
        hint="use characters, [classes], groups, | and repeats",
    )


def _members(items: Iterable[tuple[Any, Any]], field: str) -> list[str]:
    found: list[str] = []
    negated = False
    for op, value in items:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found.append(chr(value))
        elif name == "RANGE":
            found += [chr(code) for code in range(value[0], value[1] + 1)]
        else:
            category = str(value).removeprefix("CATEGORY_")
            base = _CLASSES["CATEGORY_" + category.removeprefix("NOT_")]
            found += [char for char in _PRINTABLE if char not in base] if category.startswith("NOT_") else list(base)
    chars = [char for char in _PRINTABLE if char not in found] if negated else list(dict.fromkeys(found))
    if not chars:
        raise InvalidInput("format: a class of the pattern has no printable character", field=field)
    return chars


def _chars(chars: Iterable[str]) -> Language:
    found = tuple(chars)
    return Language(len(found), "chars", found)


def _joined(parts: list[Language]) -> Language:
    size = 1
    for part in parts:
        size = min(size * part.size, _LIMIT)
    return Language(size, "sequence", tuple(parts))
