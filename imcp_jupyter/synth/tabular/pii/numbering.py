"""Numbers of rows, people and values as keyed permutations: nothing is remembered, and no block depends on another."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def salted(key: int, name: str) -> int:
    """A key of its own for what `name` names, from the key of a draw."""
    return (key * 0x9E3779B1 + zlib.crc32(name.encode())) % (1 << 63)


def mixed(values: Ints | Words, key: int) -> Words:
    """(n,) 64-bit hashes of whole numbers under a key (the finalizer of SplitMix64, Steele et al. 2014)."""
    start = np.random.SeedSequence(key).generate_state(1, dtype=np.uint64)[0]
    word = (values.astype(np.uint64) + start) * _GOLDEN
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(word ^ (word >> np.uint64(31)))


def chosen(numbers: Ints, weights: npt.NDArray[np.float64], key: int) -> npt.NDArray[np.intp]:
    """(n,) places in `weights`, drawn in proportion to them by the hash of each number."""
    ends = np.cumsum(weights)
    position = (mixed(numbers, key) >> np.uint64(11)).astype(np.float64) * 2.0**-53 * ends[-1]
    return np.asarray(np.minimum(np.searchsorted(ends, position, side="right"), len(weights) - 1), dtype=np.intp)


def permuted(index: Ints, room: int, key: int, tweak: Ints | None = None) -> Ints:
    """A keyed permutation of 0..room-1, another one for each value of `tweak`: a four-round Feistel network over the next even power
    of two, walked in cycles until the value lies inside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    half = max((max(room - 1, 1).bit_length() + 1) // 2, 1)
    mask = np.uint64((1 << half) - 1)
    rounds = np.random.SeedSequence(key).generate_state(4, dtype=np.uint64)
    value = index.astype(np.uint64)
    shift = mixed(tweak, key) if tweak is not None else np.zeros(len(value), dtype=np.uint64)
    outside = np.arange(len(value))
    while len(outside):
        left, right = value[outside] >> np.uint64(half), value[outside] & mask
        for part in rounds:
            word = (right + part + shift[outside]) * _GOLDEN
            word ^= word >> np.uint64(29)
            word *= np.uint64(0xBF58476D1CE4E5B9)
            left, right = right, left ^ ((word >> np.uint64(32)) & mask)
        value[outside] = (left << np.uint64(half)) | right
        outside = outside[value[outside] >= np.uint64(room)]
    return value.astype(np.int64)
