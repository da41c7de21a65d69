"""A column as cells: fine ones that values are drawn from, grouped into codes that the model knows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..features import Codes, Floats

CODES = 32  # numbers are grouped into about so many codes of equal weight
_SEEN = 3.0  # standard deviations of noise above which a cell counts as occupied


@dataclass(frozen=True)
class Cells:
    """`group` (n_cells,) int32 is the code of each fine cell; `weight` (n_cells,) float64 its noisy share within the code."""

    group: Codes
    weight: Floats

    @property
    def n_codes(self) -> int:
        return int(self.group.max()) + 1

    def draw(self, codes: Codes, rng: np.random.Generator) -> npt.NDArray[np.intp]:
        """A fine cell for each of `codes` (n_rows,). A code without weight is drawn as if the column had the others only."""
        order = np.argsort(self.group, kind="stable")
        total = np.bincount(self.group, weights=self.weight, minlength=self.n_codes)
        empty = total <= 0
        cumulative = np.append(0.0, np.cumsum(self.weight[order]))
        start = np.append(0.0, np.cumsum(total))[:-1]
        low, width = np.where(empty, 0.0, start)[codes], np.where(empty, cumulative[-1], total)[codes]
        at = np.searchsorted(cumulative, low + rng.random(len(codes)) * width, side="right") - 1
        # Rounding may step over an edge into a cell without weight; the last cell with weight is always right of none.
        last = int(np.flatnonzero(self.weight[order] > 0)[-1])
        found: npt.NDArray[np.intp] = order[np.minimum(at, last)]
        return found


def group_levels(noisy: Floats, sigma: float, droppable: int) -> Cells:
    """Cells of a column of levels: `noisy` (n_levels,) counts, the last `droppable` ones of cells that only count when occupied.

    Levels below the noise share one code and are drawn from it by their noisy counts.
    """
    seen = noisy >= _SEEN * sigma
    weight = np.maximum(noisy, 0.0)
    optional = np.arange(len(noisy)) >= len(noisy) - droppable
    weight[optional & ~seen] = 0.0
    if not weight.any():
        weight[~optional if (~optional).any() else -1] = 1.0
    codes = np.where(seen, np.cumsum(seen) - 1, int(seen.sum()))
    return Cells(codes.astype(np.int32), weight)


def group_numbers(noisy: Floats, sigma: float, gap: bool) -> Cells:
    """Cells of a number: neighbours join until they hold 1/32 of the rows or clear the noise; a spike stays alone.

    With `gap` the last cell is that of missing values; where it holds no more than noise it is never drawn.
    """
    counts = noisy[:-1] if gap else noisy
    total = max(float(counts.sum()), 1.0)
    group = np.zeros(len(counts), dtype=np.int32)
    code, held, members = 0, 0.0, 0
    for place, count in enumerate(counts):
        spike = count >= max(total / CODES, 4.0 * sigma)
        if members and (spike or held >= max(total / CODES, _SEEN * sigma * math.sqrt(members))):
            code, held, members = code + 1, 0.0, 0
        group[place] = code
        held, members = held + count, members + 1
        if spike:
            held = math.inf
    weight = np.concatenate([_within(counts[group == number], sigma) for number in range(code + 1)])
    if not gap:
        return Cells(group, weight)
    seen = noisy[-1] >= _SEEN * sigma
    return Cells(np.append(group, code + 1 if seen else 0).astype(np.int32), np.append(weight, 1.0 if seen else 0.0))


def _within(counts: Floats, sigma: float) -> Floats:
    """Weights of the cells of one code: even, unless the counts differ by more than noise does."""
    if len(counts) > 1 and counts.var() > 2.0 * sigma**2:
        spikes = np.where(counts > 2.5 * sigma, counts, 0.0)
        if spikes.any():
            return spikes
    return np.ones(len(counts))
