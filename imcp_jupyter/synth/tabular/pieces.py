"""Leaf tables as uniform pieces, so that a draw can be held within levels or spans and its probability be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import Codes, Floats
from .leaves import LeafTable
from .regions import Levels, Spans


@dataclass(frozen=True)
class Pieces:
    """Piece i of a leaf is uniform from `low[i]` to `high[i]` with weight `cum[i + 1] - cum[i]`.

    `start` (n_leaves + 1,) says where the pieces of each leaf begin.
    """

    start: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    cum: Floats

    @classmethod
    def of(cls, table: LeafTable) -> Pieces:
        """What `LeafTable.draw` draws: a smoothed value lies up to `reach` of the way to a neighbour."""
        weight = np.diff(table.cum)
        value = table.value.astype(np.float64)
        if not len(table.line):
            return cls(table.start, value, value, table.cum)
        sizes = np.diff(table.start)
        leaf = np.repeat(np.arange(len(sizes)), sizes)
        entry = np.arange(len(value))
        within = entry - table.start[leaf]
        smooth = table.smooth[leaf]
        moved, alone = within < smooth, smooth == 1
        place = np.searchsorted(table.line, value)
        last = len(table.line) - 1
        below = np.where(alone, table.line[(place - 1).clip(0, last)], value[(entry - 1).clip(0)])
        above = np.where(alone, table.line[(place + 1).clip(0, last)], value[(entry + 1).clip(0, max(len(value) - 1, 0))])
        first = np.where(alone, place == 0, within == 0)
        end = np.where(alone, place >= last, within == smooth - 1)
        share_down = np.where(first, 0.0, np.where(end, 1.0, 0.5))
        low = np.where(moved & (share_down > 0), value + (below - value) * table.reach, value)
        high = np.where(moved & (share_down < 1), value + (above - value) * table.reach, value)
        share_down = np.where(moved, share_down, 0.0)
        pairs = np.stack([weight * share_down, weight * (1.0 - share_down)], axis=1).ravel()
        return cls(
            table.start * 2,
            np.stack([low, value], axis=1).ravel(),
            np.stack([value, np.where(moved, high, value)], axis=1).ravel(),
            _summed(pairs),
        )

    def within(self, part: Levels | Spans) -> Pieces:
        """What of the pieces lies inside `part`."""
        weight = np.diff(self.cum)
        if isinstance(part, Levels):
            return Pieces(self.start, self.low, self.high, _summed(weight * part.allowed[self.low.astype(np.int64)]))
        lows, highs, weights = [], [], []
        width = np.maximum(self.high - self.low, 0.0)
        for span_low, span_high in zip(*part.reach, strict=True):
            low, high = np.maximum(self.low, span_low), np.minimum(self.high, span_high)
            share = np.where(width > 0, (high - low) / np.where(width > 0, width, 1.0), (high >= low).astype(np.float64))
            lows.append(np.minimum(low, span_high))
            highs.append(np.maximum(high, span_low))
            weights.append(weight * share.clip(0.0, 1.0))
        many = len(lows)
        return Pieces(
            self.start * many,
            np.stack(lows, axis=1).ravel(),
            np.stack(highs, axis=1).ravel(),
            _summed(np.stack(weights, axis=1).ravel()),
        )

    def mass(self) -> Floats:
        """(n_leaves,) weight of each leaf."""
        return np.asarray(self.cum[self.start[1:]] - self.cum[self.start[:-1]])

    def draw(self, leaf: Codes, rng: np.random.Generator) -> Floats:
        """(n_rows,) one value for each row's leaf; of no meaning where the leaf has no weight."""
        low, high = self.cum[self.start[leaf]], self.cum[self.start[leaf + 1]]
        # The factor keeps the sum of the last piece of weight above the position, whatever is rounded.
        position = low + rng.random(len(leaf)) * ((high - low) * (1.0 - 1e-9))
        piece = np.minimum(np.searchsorted(self.cum, position, side="right") - 1, len(self.low) - 1)
        way = rng.random(len(leaf))
        return np.asarray(self.low[piece] * (1.0 - way) + self.high[piece] * way)


def _summed(weights: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(weights)])
