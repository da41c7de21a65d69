"""Columns of which one is never above the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from .excess import KEPT, TELLING, Broken, LearnedRules
from .numbers import Floats, Number, numbers_of, sampled

_SAMPLE = 2_000


class Orderings(LearnedRules):
    """Pairs of numbers or of times where ``a <= b`` in 99.9 % of the real rows, and not because of their ranges."""

    id = "orderings"
    title = "Order of columns"
    source = "Golab, Karloff, Korn and Srivastava 2009, Sequential dependencies; SDV: Inequality"
    weight = 0.25
    what = "orders between columns"

    def learned(self, comparison: Comparison) -> list[Broken]:
        numbers = numbers_of(comparison)
        rows = sampled(comparison, _SAMPLE)
        order = comparison.rng("orderings").permutation(len(rows))
        rules = []
        for low in numbers:
            for high in numbers:
                if low is high or low.is_time != high.is_time or not _may_hold(low.real[rows], high.real[rows], order):
                    continue
                natural = _breaks(low.unseen, high.unseen)
                if _breaks(low.real, high.real).mean() <= 1 - KEPT and not _is_same(low, high):
                    mine = _breaks(low.synthetic, high.synthetic)
                    rules.append(Broken(f"'{low.name}' <= '{high.name}'", (low.name, high.name), mine, natural))
        return rules


def _may_hold(low: Floats, high: Floats, order: npt.NDArray[np.intp]) -> bool:
    both = np.isfinite(low) & np.isfinite(high)
    if both.sum() < 0.2 * len(both) or both.sum() < 20:
        return False
    if _breaks(low, high).sum() > max(2.0, 2 * (1 - KEPT) * len(low)):
        return False
    return bool(_breaks(low[order], high).mean() >= TELLING)


def _breaks(low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(low > high)


def _is_same(low: Number, high: Number) -> bool:
    """Equal columns are a matter of arithmetic."""
    both = np.isfinite(low.real) & np.isfinite(high.real)
    return bool((low.real[both] == high.real[both]).all())
