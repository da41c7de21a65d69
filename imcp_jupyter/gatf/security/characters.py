"""Cells that break readers: characters that hide or reorder text, broken Unicode, oversized fields."""

from __future__ import annotations

import re

from ..comparison import Comparison
from ..texts import Texts, real_texts
from .scan import CellScan, Hits

LONGEST = 32_767  # characters that a spreadsheet cell can hold (Microsoft, Excel specifications and limits)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_OVERRIDE = re.compile("[\u202d\u202e]")
_OPENS = re.compile("[\u202a\u202b\u2066-\u2068]")
_CLOSES = re.compile("[\u202c\u2069]")
_INVISIBLE_TAGS = re.compile("[\U000e0020-\U000e007f]{2,}")
_FLAG = "\U0001f3f4"  # a black flag and tags are the flags of England, Scotland and Wales


class UnsafeCharacters(CellScan):
    """Control characters other than tab and line ends, bidirectional overrides, embeddings left open, invisible tags, broken Unicode."""

    id = "unsafe_characters"
    title = "Control and hidden characters"
    source = "CWE-150; Boucher and Anderson 2021, Trojan Source (CVE-2021-42574); Unicode Technical Report 36"
    what = "control, reordering or invalid characters"

    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        # A printable text holds none of them, and asking Python so is quicker than any pattern.
        odd = (place for place, text in enumerate(texts.values) if not text.isprintable())
        return {place: kind for place in odd if (kind := unsafe_kind(texts.values[place])) is not None}


class OversizedFields(CellScan):
    """Cells longer than a spreadsheet takes, and than the real column's longest."""

    id = "oversized_fields"
    title = "Oversized fields"
    source = "CWE-1284, CWE-400; Microsoft Excel specifications and limits (32,767 characters)"
    weight = 0.5
    what = "more text than a cell may"

    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        longest = LONGEST
        if comparison.has_real:
            longest = max([LONGEST, *map(len, real_texts(comparison, texts.column))])
        return {place: "oversized" for place, text in enumerate(texts.values) if len(text) > longest}


def unsafe_kind(text: str) -> str | None:
    """The kind of the first unsafe thing in `text`, None where it is safe."""
    if _BROKEN.search(text):
        return "invalid Unicode"
    if _OVERRIDE.search(text) or len(_OPENS.findall(text)) > len(_CLOSES.findall(text)):
        return "bidirectional override"
    if _INVISIBLE_TAGS.search(text) and _FLAG not in text:
        return "invisible tags"
    return "control character" if _CONTROL.search(text) else None
