"""Identifiers of real people by a form that separators and capitals do not change, and how often they meet by nature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...data.pii.detect import CONFIDENT, detect_pii
from ...models.pii import PiiFinding
from ..comparison import Comparison
from ..texts import Mask, texts_of

Ints = npt.NDArray[np.int32]

NAMES = frozenset({"full_name", "first_name", "last_name", "street_address"})  # different people share them
SHORTEST = 6  # characters of an identifier that is looked for in every column
_LEAST_NUMBER = 100_000  # columns of smaller whole numbers hold no identifiers
_SAMPLE = 5_000
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Cells:
    """One column as keys: `codes` (n_rows,) are positions in `keys`, -1 where the cell is missing."""

    column: str
    codes: Ints
    keys: list[str]

    def holding(self, wanted: frozenset[str]) -> Mask:
        """(n_rows,): rows whose key is one of `wanted`."""
        hit = np.fromiter((key in wanted for key in self.keys), dtype=bool, count=len(self.keys))
        mask: Mask = np.append(hit, False)[self.codes]
        return mask

    @cached_property
    def present(self) -> Mask:
        mask: Mask = self.codes >= 0
        return mask


@dataclass(frozen=True)
class Identifiers:
    """A column of the real table that names people: its keys, and the rows that share theirs with another row, (n_present,) each."""

    column: str
    kind: str
    known: frozenset[str]
    repeated: Mask

    @property
    def is_nearly_unique(self) -> bool:
        return len(self.known) >= 0.95 * len(self.repeated)

    @cached_property
    def density(self) -> float:
        """The share of all keys of this form that are real ones: how often a random key is one by chance.

        The form is that of the commonest length, with the characters that occur at each of its places. An address of mail is a
        person's however it was arrived at.
        """
        if self.kind == "email":
            return 0.0
        keys = [key for key, _ in zip(sorted(self.known), range(_SAMPLE), strict=False)]
        if not keys:
            return 1.0
        lengths = [len(key) for key in keys]
        usual = max(set(lengths), key=lengths.count)
        alike = [key for key in keys if len(key) == usual]
        room = 1.0
        for place in range(usual):
            room *= len({key[place] for key in alike})
        return min(1.0, len(self.known) / room)


def key_of(text: str) -> str:
    """Letters and digits alone, without capitals; numbers without leading zeros, which storage as a number loses."""
    key = (text if text.isalnum() else _BETWEEN.sub("", text)).casefold()
    return (key.lstrip("0") or key) if key.isdigit() else key


def cells_of(comparison: Comparison, role: str, column: str) -> Cells | None:
    """A column of a table that can hold identifiers, of texts or large whole numbers; None for any other."""
    return comparison.once(f"cells:{role}:{column}", lambda: _cells(comparison, role, column))


def pii_of(comparison: Comparison, role: str) -> list[PiiFinding]:
    """Columns of a table that hold personal data, told with confidence."""
    return comparison.once(f"pii:{role}", lambda: [one for one in detect_pii(comparison.tables[role].frame) if one.confidence >= CONFIDENT])


def identifiers_of_real(comparison: Comparison) -> list[Identifiers]:
    """Whole columns that name people. Names and addresses only beside a holdout, which tells how often people share them."""
    found = []
    for one in pii_of(comparison, "real"):
        if not one.direct or (comparison.holdout is None and one.kind in NAMES):
            continue
        cells = cells_of(comparison, "real", one.column)
        if cells is not None:
            found.append(_identifiers(one.column, one.kind, cells))
    return [one for one in found if one.known]


def _identifiers(column: str, kind: str, cells: Cells) -> Identifiers:
    counts = np.bincount(cells.codes[cells.present], minlength=len(cells.keys))
    return Identifiers(column, kind, frozenset(key for key in cells.keys if key), counts[cells.codes[cells.present]] > 1)


def _cells(comparison: Comparison, role: str, column: str) -> Cells | None:
    table = comparison.tables[role]
    if column not in table.names:
        return None
    for texts in texts_of(comparison, role):
        if texts.column == column:
            return Cells(column, *_keyed(texts.codes, [key_of(value) for value in texts.values]))
    series = table.frame[column]
    if getattr(series.dtype, "kind", "O") not in "iuf":
        return None
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    whole = np.isfinite(numbers) & (np.abs(numbers) < 2.0**53)
    if not whole.any() or numbers[whole].max() < _LEAST_NUMBER or (numbers[whole] != np.rint(numbers[whole])).any():
        return None
    values, places = np.unique(numbers[whole].astype(np.int64), return_inverse=True)
    codes = np.full(len(numbers), -1, dtype=np.int32)
    codes[whole] = places
    return Cells(column, codes, [str(value) for value in values.tolist()])


def _keyed(codes: Ints, keys: Sequence[str]) -> tuple[Ints, list[str]]:
    """`codes` into distinct keys, those of empty keys -1."""
    known: dict[str, int] = {}
    places = np.empty(len(keys) + 1, dtype=np.int32)
    for at, key in enumerate(keys):
        places[at] = known.setdefault(key, len(known)) if key else -1
    places[-1] = -1
    return places[codes], list(known)
