"""Personal data inside texts: pieces whose form or checksum gives them away, wherever in a cell they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...data.pii import codes, forms, phones
from ..comparison import Comparison
from ..texts import Mask, Texts, texts_of

_START, _END = r"(?<![\w.+@\-])", r"(?![\w@]|[.\-]\d)"

# By kind: what must occur in a column for the search to be worth it, where to look (in lower case), and what settles it.
_FORMS: tuple[tuple[str, str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("email", "@", re.compile(r"(?<![\w.+\-])[\w!#$%&'*+/=?^`{|}~.\-]{1,64}@[a-z0-9\-.]{1,200}\.[a-z]{2,24}(?![\w@])"), forms.is_email),
    ("profile_url", "http", re.compile(r"https?://[^\s\"'<>\x1e]+"), forms.is_user_url),
    ("payment_card", "", re.compile(_START + r"\d(?:[ \-]?\d){12,18}" + _END), codes.is_card),
    ("iban", "", re.compile(_START + r"[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?" + _END), codes.is_iban),
    ("national_id", "-", re.compile(_START + r"\d{3}-\d{2}-\d{4}" + _END), lambda text: codes.follows("us.ssn", text)),
    ("national_id", ".", re.compile(_START + r"756\.\d{4}\.\d{4}\.\d{2}" + _END), lambda text: codes.follows("ch.ssn", text)),
    (
        "national_id",
        "",
        re.compile(_START + r"[a-z]{6}[0-9lmnp-v]{2}[a-ehlmpr-t][0-9lmnp-v]{2}[a-z][0-9lmnp-v]{3}[a-z]" + _END),
        lambda text: codes.follows("it.codicefiscale", text),
    ),
    ("phone", "+", re.compile(r"(?<![\w.+@\-])\+\d(?:[ ().\-]{0,2}\d){7,14}" + _END), phones.is_phone),
    ("phone", "-", re.compile(_START + r"(?:\([2-9]\d{2}\) ?|[2-9]\d{2}-)[2-9]\d{2}-\d{4}" + _END), phones.is_phone),
    ("ip_address", ".", re.compile(_START + r"(?:\d{1,3}\.){3}\d{1,3}" + _END), forms.is_ip),
    ("mac_address", ":", re.compile(_START + r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}" + _END), forms.is_mac),
)
_LEAST_CARD = 10**12  # a whole number of fewer digits is no card


@dataclass(frozen=True)
class Found:
    """Pieces of one kind in one column: `pieces` maps positions in the column's distinct values to what stands there."""

    texts: Texts
    kind: str
    pieces: dict[int, list[str]]

    @property
    def rows(self) -> Mask:
        """(n_rows,): whose cell holds such a piece."""
        return self.texts.rows(self.pieces)


def found_in(comparison: Comparison, role: str) -> dict[tuple[str, str], Found]:
    """By column and kind, the personal data in the cells of a table; whole numbers are looked at as payment cards."""
    return comparison.once(f"pieces:{role}", lambda: _search(comparison, role))


def _search(comparison: Comparison, role: str) -> dict[tuple[str, str], Found]:
    found: dict[tuple[str, str], Found] = {}
    for texts in [*texts_of(comparison, role), *_large_numbers(comparison, role)]:
        for kind, mark, pattern, is_one in _FORMS:
            if mark and not texts.holding_any(mark):
                continue
            for position, piece in texts.matches(pattern):
                if is_one(piece):
                    one = found.setdefault((texts.column, kind), Found(texts, kind, {}))
                    one.pieces.setdefault(position, []).append(piece)
    return found


def _large_numbers(comparison: Comparison, role: str) -> list[Texts]:
    """Columns of whole numbers with at least 13 digits, as texts."""
    table = comparison.tables[role]
    columns = []
    for column in table.schema.columns:
        name, series = column.name, table.frame[column.name]
        if column.kind not in ("integer", "continuous", "id", "categorical") or getattr(series.dtype, "kind", "O") not in "iuf":
            continue
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
        large = np.flatnonzero((numbers >= _LEAST_CARD) & (numbers < 2.0**63))
        if not len(large):
            continue
        values, places = np.unique(series.iloc[large].to_numpy().astype(np.int64), return_inverse=True)
        cells = np.full(len(numbers), -1, dtype=np.int32)
        cells[large] = places
        columns.append(Texts(name, cells, [str(value) for value in values.tolist()]))
    return columns
