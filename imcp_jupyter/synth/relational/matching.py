"""Drawn rows to parents: counts as in the real tables, contexts that agree, nothing left over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

_ROUNDS = 3  # further draws for contexts that came up short


def like_real(drawn: npt.NDArray[np.float64], real: Ints, rng: np.random.Generator) -> Ints:
    """`drawn` (n,) with its ranks kept and its values taken from the sorted `real`: the real distribution, stretched to n."""
    order = np.lexsort((rng.random(len(drawn)), drawn))
    quantile = (np.arange(len(drawn)) + 0.5) / max(len(drawn), 1)
    values = np.empty(len(drawn), dtype=np.int64)
    values[order] = real[np.minimum((quantile * len(real)).astype(np.int64), len(real) - 1)]
    return values


def like_reference(
    drawn: npt.NDArray[np.float64], scores: npt.NDArray[np.float64], real: Ints, childless: float, rng: np.random.Generator
) -> tuple[Ints, Codes]:
    """Counts and contexts (n,) of parents that are reference data; `real` holds a count per context, in the order of scores.

    A share `childless` of the parents, those with the lowest drawn counts, has no children; the others take over real contexts by
    the rank of their drawn score, each with its count.
    """
    n = len(drawn)
    order = np.lexsort((rng.random(n), drawn))
    having = order[round(n * childless) :] if round(n * childless) < n else order[-1:]
    ranked = having[np.lexsort((rng.random(len(having)), np.nan_to_num(scores[having])))]
    context = np.minimum(((np.arange(len(ranked)) + 0.5) / len(ranked) * len(real)).astype(np.int64), len(real) - 1)
    counts, contexts = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int32)
    counts[ranked], contexts[ranked] = real[context], context
    return counts, contexts


def with_total(counts: Ints, total: int, most: int, rng: np.random.Generator) -> Ints:
    """`counts` changed as little as possible to sum to `total`: in proportion, then by ones. Zeros stay, `most` is kept if it can be."""
    counts = counts.copy()
    if len(counts) == 0 or total == 0:
        return np.zeros_like(counts)
    if counts.sum() == 0:
        counts[rng.integers(len(counts))] = 1
    change = total - int(counts.sum())
    positive = counts > 0
    if abs(change) > positive.sum():
        share = np.maximum((counts[positive] * (total / counts.sum())).astype(np.int64), 1)
        counts[positive] = np.minimum(share, max(most, 1))
    while (change := total - int(counts.sum())) != 0:
        if change > 0:
            open_ = np.flatnonzero((counts > 0) & (counts < most))
            open_ = open_ if len(open_) else np.flatnonzero(counts < most)
            open_ = open_ if len(open_) else np.arange(len(counts))
        else:
            open_ = np.flatnonzero(counts > 1)
            open_ = open_ if len(open_) else np.flatnonzero(counts > 0)
        counts[rng.permutation(open_)[: abs(change)]] += int(np.sign(change))
    return counts


def matched(wanted: Codes, have: Codes) -> tuple[Ints, Ints]:
    """Pairs (positions in `wanted`, positions in `have`) of equal codes, each position once, as many as there are."""
    by_wanted, by_have = np.argsort(wanted, kind="stable"), np.argsort(have, kind="stable")
    low = int(min(wanted.min(initial=0), have.min(initial=0)))
    size = int(max(wanted.max(initial=0), have.max(initial=0))) - low + 1
    n_wanted, n_have = np.bincount(wanted - low, minlength=size), np.bincount(have - low, minlength=size)
    both = np.minimum(n_wanted, n_have)

    def chosen(order: Ints, codes: Codes, sizes: Ints) -> Ints:
        sorted_codes = codes[order] - low
        rank = np.arange(len(order)) - (np.cumsum(sizes) - sizes)[sorted_codes]
        return order[rank < both[sorted_codes]]

    return chosen(by_wanted, wanted, n_wanted), chosen(by_have, have, n_have)


def rows_for(wanted: Codes, draw: Callable[[int, int], pd.DataFrame], code_of: Callable[[pd.DataFrame], Codes]) -> pd.DataFrame:
    """One drawn row for every place in `wanted` (n,), of the context that the place asks for.

    `draw(rows, round)` draws rows of every context. What is missing is drawn again, a few rounds; places whose context stays
    short (the model all but never draws it) get rows of any context.
    """
    import pandas as pd

    n = len(wanted)
    pool = draw(max(n, 1), 0)
    codes = code_of(pool)
    source = np.full(n, -1, dtype=np.int64)
    places, rows = matched(wanted, codes)
    source[places] = rows
    spare = np.setdiff1d(np.arange(len(pool)), rows)
    frames, base = [pool], len(pool)
    for turn in range(1, _ROUNDS + 1):
        short = np.flatnonzero(source < 0)
        if len(short) <= n // 1000:
            break
        extra = draw(min(n, 16 * len(short) + 1000), turn)
        places, rows = matched(wanted[short], code_of(extra))
        source[short[places]] = base + np.arange(len(rows))
        frames.append(extra.iloc[rows])
        base += len(rows)
    short = np.flatnonzero(source < 0)
    source[short] = spare[: len(short)]
    return pd.concat(frames, ignore_index=True).iloc[source].reset_index(drop=True) if len(frames) > 1 else pool.iloc[source]


def assigned(rows: Codes, parents: Codes, counts: Ints, rng: np.random.Generator) -> Ints:
    """(n_rows,) a parent for every row, used `counts` times each; equal codes first, the rest at random.

    `counts` must sum to the number of rows.
    """
    places = rng.permutation(np.repeat(np.arange(len(parents)), counts))
    found = np.full(len(rows), -1, dtype=np.int64)
    at, used = matched(rows, parents[places])
    found[at] = places[used]
    left = np.ones(len(places), dtype=bool)
    left[used] = False
    found[found < 0] = places[left]
    return found
