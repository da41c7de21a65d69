"""Texts made harmless with as little change as possible."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...models.correction import Action
from ..security.characters import LONGEST, unsafe_kind

_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0020-\U000e007f]"
)


def neutral(text: str) -> str:
    """With an apostrophe before it a spreadsheet shows a formula and does not run it (OWASP, CSV Injection)."""
    return "'" + text


def printable(text: str) -> str:
    """Without control, reordering and invalid characters, where one of them is unsafe."""
    return _UNSAFE.sub("", text) if unsafe_kind(text) else text


def short(text: str) -> str:
    """No longer than a spreadsheet's cell."""
    return text[:LONGEST]


SCRUBS: dict[str, tuple[Callable[[str], str], Action]] = {
    "unsafe_characters": (printable, "characters removed"),
    "oversized_fields": (short, "cut"),
    "formula_injection": (neutral, "apostrophe put before"),
}
