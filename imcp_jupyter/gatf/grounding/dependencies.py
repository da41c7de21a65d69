"""Columns that another column settles: a town's country, a product's price."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from .excess import KEPT, TELLING, Broken, LearnedRules
from .levels import Codes, Levels, values_of
from .numbers import LEAST_ROWS, sampled

LEAST_SUPPORT = 5  # real rows with a value, from which what it settles is known
MOST_COLUMNS = 60
_SAMPLE = 2_000


class Dependencies(LearnedRules):
    """``a`` settles ``b``: in 99.9 % of the real rows equal values of one column go with one value of another.

    Broken is a row whose value of `a` is known from five real rows or more, and goes there with another `b`.
    """

    id = "dependencies"
    title = "Functional dependencies"
    source = "Huhtala, Kärkkäinen, Porkka and Toivonen 1999, TANE: approximate functional dependencies"
    weight = 0.25
    what = "dependencies between columns"

    def learned(self, comparison: Comparison) -> list[Broken]:
        columns = values_of(comparison)
        if comparison.real.n_rows < LEAST_ROWS:
            return []
        if len(columns) > MOST_COLUMNS:
            rng = comparison.rng("dependencies")
            columns = [columns[at] for at in np.sort(rng.choice(len(columns), MOST_COLUMNS, replace=False))]
        rows = sampled(comparison, _SAMPLE)
        order = comparison.rng("dependencies:order").permutation(len(rows))
        rules = []
        for one in columns:
            for other in columns:
                if one is other or not _may_settle(one.codes["real"][rows], other.codes["real"][rows]):
                    continue
                settled = _settled(one, other)
                if _breaks(settled, one.codes["real"], other.codes["real"]).mean() > 1 - KEPT:
                    continue
                if _breaks(settled, one.codes["real"][rows], other.codes["real"][rows][order]).mean() < TELLING:
                    continue
                mine = _breaks(settled, one.codes["synthetic"], other.codes["synthetic"])
                rules.append(Broken(f"'{one.name}' settles '{other.name}'", (one.name, other.name), mine, _natural(settled, one, other)))
        return rules


def _may_settle(one: Codes, other: Codes) -> bool:
    both = (one >= 0) & (other >= 0)
    if both.sum() < 20:
        return False
    values = one[both]
    pairs = len(np.unique(values * (int(other.max()) + 1) + other[both]))
    return pairs - len(np.unique(values)) <= max(2, int(2 * (1 - KEPT) * len(values)))


def _settled(one: Levels, other: Levels) -> Codes:
    """(n_levels + 1,) the commonest value of `other` by value of `one`, -1 where too few real rows have it."""
    a, b = one.codes["real"], other.codes["real"]
    both = (a >= 0) & (b >= 0)
    pairs, counts = np.unique(a[both] * (other.count + 1) + b[both], return_counts=True)
    order = np.argsort(counts, kind="stable")  # of a value's pairs the commonest is written last
    settled = np.full(one.count + 2, -1, dtype=np.int64)
    settled[pairs[order] // (other.count + 1)] = pairs[order] % (other.count + 1)
    support = np.bincount(a[both], minlength=one.count + 2)
    settled[support < LEAST_SUPPORT] = -1
    return settled


def _natural(settled: Codes, one: Levels, other: Levels) -> npt.NDArray[np.bool_]:
    return _breaks(settled, one.unseen, other.unseen)


def _breaks(settled: Codes, one: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    wanted = settled[one]  # of -1 the last place, which is -1
    broken: npt.NDArray[np.bool_] = (wanted >= 0) & (other >= 0) & (wanted != other)
    return broken
