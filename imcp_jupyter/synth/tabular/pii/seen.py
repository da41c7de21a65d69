"""Real values that must not come again, kept as a blurred set: it knows each of them, and one in 32 of all others by mistake.

A set of exact hashes would let somebody with the model try all phone numbers; here a hit says next to nothing.
"""

from __future__ import annotations

import string

import numpy as np
import numpy.typing as npt
import pandas as pd

BLUR = 32  # one in so many other values is taken for a real one
_KEY = "imcp-pii-values!"  # 16 characters; no secret: what protects is the blur
_DROPPED = str.maketrans("", "", string.punctuation + string.whitespace + "\u3000·–—’")
_LEAST_BITS = 1024

Cells = npt.NDArray[np.object_]


class RealValues:
    """Answers whether a cell may be a real one. Case, blanks and punctuation do not count."""

    def __init__(self, bits: npt.NDArray[np.uint8]) -> None:
        self.bits = bits  # packed, a power of two of them

    @classmethod
    def of(cls, values: list[str]) -> RealValues:
        size = _LEAST_BITS
        while size < BLUR * len(values):
            size *= 2
        flags = np.zeros(size, dtype=bool)
        if values:
            flags[_hashes(np.array(values, dtype=object)) & np.uint64(size - 1)] = True
        return cls(np.packbits(flags))

    def holds(self, cells: Cells) -> npt.NDArray[np.bool_]:
        """(n,) bool."""
        if not len(cells):
            return np.zeros(0, dtype=bool)
        place = _hashes(cells) & np.uint64(8 * len(self.bits) - 1)
        return np.asarray((self.bits[place >> np.uint64(3)] >> (np.uint64(7) - (place & np.uint64(7)))) & np.uint64(1), dtype=bool)


def _hashes(cells: Cells) -> npt.NDArray[np.uint64]:
    plain = np.empty(len(cells), dtype=object)
    plain[:] = [cell.translate(_DROPPED).casefold() for cell in cells]
    return np.asarray(pd.util.hash_array(plain, hash_key=_KEY, categorize=False))
