"""Cells that a spreadsheet would run."""

from __future__ import annotations

import re

from ..comparison import Comparison
from ..texts import Texts
from .scan import CellScan, Hits

_STARTS = frozenset("=+-@＝＋－＠")
_BLANK = " \t\r\n\f\v\u00a0\ufeff\u200b\u200c\u200d\u2060"
_WIDE = str.maketrans("＝＋－＠", "=+-@")
_CALL = re.compile(r"[=+\-@\s(]*[A-Za-z_][\w.]*\s*\(")
_REFERENCE = re.compile(r"[=+\-@\s(]*(?:'[^']+'!|\w+!)?\$?[A-Za-z]{1,3}\$?\d{1,7}\s*(?:[-+*/^&:<>=(),;!]|$)")
_DDE = re.compile(r"[=+\-@\s\"(]*[\w.\\:/ ]+\|.*![\w$]+", re.DOTALL)
_SUM = re.compile(r"=\s*[-+(]*\s*(?:\d|[\"'{\[$(#])")


class FormulaInjection(CellScan):
    """Cells that begin like a formula and would be one: a call, a reference, arithmetic behind '=', or a DDE link.

    Signed numbers, phone numbers, dashes before words and @names are no formulas.
    """

    id = "formula_injection"
    title = "Spreadsheet formulas"
    source = "OWASP, CSV Injection; CWE-1236"
    what = "a spreadsheet formula"

    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        likely = [place for place, text in enumerate(texts.values) if text.lstrip(_BLANK)[:1] in _STARTS and text]
        return {place: kind for place in likely if (kind := formula_kind(texts.values[place])) is not None}


def formula_kind(text: str) -> str | None:
    """'dde', 'call', 'reference' or 'arithmetic' where `text` would be run as a formula, else None."""
    text = text.lstrip(_BLANK)
    head = text[:1].translate(_WIDE)
    if not head or head not in "=+-@":
        return None
    text = head + text[1:]
    if _DDE.match(text):
        return "dde"
    if _CALL.match(text) and not (head in "+-" and re.match(r"[+-]\s", text)):
        return "call"
    if head != "@" and _REFERENCE.match(text) and not (head in "+-" and re.fullmatch(r"[+-]\s*[A-Za-z]+\d+\s*", text)):
        return "reference"
    return "arithmetic" if head == "=" and _SUM.match(text) else None
