"""Columns that another column determines (city → state), and the drawing order that keeps them true."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from .features import Discrete, Feature
from .predictors import Binning
from .trees import Bins

_GLANCE = 1_000  # rows that show most pairs to be independent
_MANY = (
    64,
    512,
)  # a discrete feature of more levels than the first is drawn first; beyond the second each has too few rows to order them by
_SURPRISES = 20.0  # violations that chance would bring, below which a rule without any is no evidence


def determined(
    features: Sequence[Feature], binnings: Sequence[Binning], bins: Sequence[Bins], ahead: Collection[int] = ()
) -> dict[int, int]:
    """By determined feature, the feature with the fewest levels that determines it on every row.

    A feature of `ahead` is never determined by one that is not.
    """
    usable = [place for place, feature in enumerate(features) if _is_exact(feature, binnings[place])]
    size = {place: len(np.unique(bins[place])) for place in usable}
    found: dict[int, int] = {}
    for target in usable:
        for source in sorted(usable, key=lambda place: (size[place], place)):
            # Larger to smaller, and of two that determine each other the first: so there are no rings.
            rank, own = ((place in ahead, size[place], -place) for place in (source, target))
            if rank <= own or size[target] < 2:
                continue
            if determines(bins[source], bins[target], binnings[source].n_bins):
                found[target] = source
                break
    return found


def visiting_order(binnings: Sequence[Binning], gated: Sequence[bool], sources: dict[int, int], ahead: Collection[int] = ()) -> list[int]:
    """The drawing order of the features.

    Few levels first, so that each early tree has little to lose, but many before all: as a target they are too many to tell
    apart, as a predictor each tree puts them in the order that suits it. A gate just before its numbers; a determined feature after
    its source, and the source as early as the smallest feature it determines. The features of `ahead` come before all others, those
    with many levels first: the trees of the few-levelled then pool what is rare, so that more combinations can be held.
    """
    followers: dict[int, list[int]] = {}
    roots: list[int] = []
    for place in range(len(binnings)):
        if gated[place]:
            followers.setdefault(place - 1, []).append(place)
        elif place in sources:
            followers.setdefault(sources[place], []).append(place)
        else:
            roots.append(place)

    units: list[list[int]] = []
    for root in roots:
        members: list[int] = []
        waiting = [root]
        while waiting:
            members.append(waiting.pop())
            waiting += reversed(followers.get(members[-1], []))
        units.append(members)

    def rank(members: list[int]) -> tuple[int, int, int]:
        first, sizes = members[0], [binnings[place].n_bins for place in members]
        if first in ahead:
            return 0, -max(sizes), first
        if binnings[first].cuts is None and _MANY[0] < sizes[0] <= _MANY[1]:
            return 1, -sizes[0], first
        return 2, (max(sizes) if any(gated[place] for place in members) else min(sizes)), first

    return [place for members in sorted(units, key=rank) for place in members]


def _is_exact(feature: Feature, binning: Binning) -> bool:
    """Whether a bin stands for one value."""
    return binning.exact and (isinstance(feature, Discrete) or not feature.gated)


def determines(source: Bins, target: Bins, n_bins: int) -> bool:
    """Whether every bin of `source` (of `n_bins`) goes with one bin of `target`, by more evidence than chance gives."""
    if not _holds(source[:_GLANCE], target[:_GLANCE], n_bins) or not _holds(source, target, n_bins):
        return False
    shares = np.bincount(target) / len(target)
    repeats = len(source) - len(np.unique(source))
    return float(repeats * (1.0 - (shares**2).sum())) >= _SURPRISES


def _holds(source: Bins, target: Bins, n_bins: int) -> bool:
    last = np.zeros(n_bins, dtype=target.dtype)
    last[source] = target
    return bool((last[source] == target).all())
