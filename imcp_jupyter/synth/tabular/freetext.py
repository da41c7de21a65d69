"""Free text from a bigram chain over common tokens: the look of the column, never one of its cells."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column
from .dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from .features import Discrete, Draw, Feature

TOKEN_ROWS = 5  # a token in fewer rows may name a person
_LINK_ROWS = 2  # a pair of tokens in a single row may be a quotation
_VOCABULARY = 20_000
_LONGEST = 60  # tokens
_FILL = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit"]
_TRIES = 4


class TextCodec:
    """One text column: a first-order Markov chain of tokens that at least `TOKEN_ROWS` rows share."""

    kind = "text"

    def __init__(self, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.name: str = state["name"]
        self._state = state
        self._arrays = arrays
        self._words = np.array([*state["tokens"], ""], dtype=object)

    @classmethod
    def fit(cls, column: Column) -> tuple[TextCodec, list[Feature]]:
        """The codec, and a gate as its feature where cells are missing. At least one cell must be present."""
        name, missing = column.schema.name, column.missing
        cells = [str(value) for value in column.series[~missing]]
        rows = [cell.split()[:_LONGEST] for cell in cells]
        counts = Counter(token for row in rows for token in set(row))
        common = [token for token, count in counts.most_common(_VOCABULARY) if count >= TOKEN_ROWS]
        tokens = sorted(common) or _FILL
        state: dict[str, Any] = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "mark": value_state(missing_mark(column.series, missing), name),
            "gated": bool(missing.any()),
            "tokens": tokens,
        }
        gates: list[Feature] = [Discrete(missing.astype(np.int32), 2)] if state["gated"] else []
        return cls(state, _chain(rows, tokens) | {"cells": _digests(cells)}), gates

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> TextCodec:
        return cls(state, arrays)

    @property
    def n_features(self) -> int:
        return int(self._state["gated"])

    def decode(self, parts: list[npt.NDArray[Any]], draw: Draw) -> Any:
        """The column as an array with its dtype."""
        cells = np.empty(draw.rows, dtype=object)
        cells[:] = self._write(draw.rows, draw.rng)
        for _ in range(_TRIES):
            copied = np.flatnonzero(np.isin(_digests(list(cells)), self._arrays["cells"]))
            if not len(copied):
                break
            cells[copied] = self._write(len(copied), draw.rng)
        while len(copied := np.flatnonzero(np.isin(_digests(list(cells)), self._arrays["cells"]))):
            further = self._words[draw.rng.integers(len(self._words) - 1, size=len(copied))]
            cells[copied] = [f"{cell} {word}" for cell, word in zip(cells[copied], further, strict=True)]
        if parts:
            cells[parts[0] == 1] = value_of(self._state["mark"])
        return pd.Series(cells, dtype=dtype_of(self._state["dtype"])).array

    def state(self) -> dict[str, Any]:
        return self._state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return self._arrays

    def _write(self, rows: int, rng: np.random.Generator) -> list[str]:
        """`rows` cells: lengths from the real lengths, then one token after another for all rows at once."""
        length_cum, unigram, at, follower, weight = (
            self._arrays[name] for name in ("lengths", "unigrams", "links.at", "links.token", "links.cum")
        )
        lengths = np.searchsorted(length_cum, rng.random(rows) * length_cum[-1], side="right") + 1
        n_tokens = len(self._words) - 1
        chosen = np.full((rows, int(lengths.max(initial=1))), n_tokens, dtype=np.int32)
        current = np.full(rows, n_tokens, dtype=np.int32)  # row n_tokens of the chain holds what begins a cell
        for place in range(chosen.shape[1]):
            running = np.flatnonzero(lengths > place)
            low, high = at[current[running]], at[current[running] + 1]
            base = weight[low]
            position = base + rng.random(len(running)) * (weight[high] - base)
            linked = follower[np.minimum(np.searchsorted(weight, position, side="right") - 1, max(len(follower) - 1, 0))]
            alone = np.searchsorted(unigram, rng.random(len(running)) * unigram[-1], side="right")
            current[running] = np.where(high > low, linked, alone)
            chosen[running, place] = current[running]
        words = self._words[chosen]
        return [" ".join(row[:length]) for row, length in zip(words, lengths.tolist(), strict=True)]


def _chain(rows: list[list[str]], tokens: list[str]) -> dict[str, npt.NDArray[Any]]:
    """Cumulative weights of lengths, of single tokens, and of followers by token (row n_tokens: how a cell begins)."""
    number = {token: index for index, token in enumerate(tokens)}
    begin = len(tokens)
    singles = np.ones(begin)
    links: Counter[tuple[int, int]] = Counter()
    for row in rows:
        known = [number[token] for token in row if token in number]
        np.add.at(singles, known, 1.0)
        links.update(set(zip([begin, *known[:-1]], known, strict=True)) if known else ())
    kept = sorted((pair, count) for pair, count in links.items() if count >= _LINK_ROWS)
    at = np.searchsorted(np.array([pair[0] for pair, _ in kept], dtype=np.int64), np.arange(begin + 2))
    lengths = np.bincount([max(len(row), 1) for row in rows] or [1], minlength=2)[1:]
    return {
        "lengths": np.cumsum(lengths).astype(np.float64),
        "unigrams": np.cumsum(singles),
        "links.at": at.astype(np.int64),
        "links.token": np.array([pair[1] for pair, _ in kept] or [0], dtype=np.int32),
        "links.cum": np.concatenate([[0.0], np.cumsum([float(count) for _, count in kept])]),
    }


def _digests(cells: list[str]) -> npt.NDArray[np.uint64]:
    """64-bit hashes of the cells: what a stored model needs to know a copy, without the cells themselves."""
    raw = b"".join(hashlib.blake2b(" ".join(cell.split()).encode(), digest_size=8).digest() for cell in cells)
    return np.frombuffer(raw, dtype=np.uint64)
