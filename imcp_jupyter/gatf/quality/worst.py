"""The entries that evidence names first."""

from __future__ import annotations

import numpy as np

WORST_SHOWN = 5


def lowest(scores: dict[str, float]) -> dict[str, float | None]:
    """The `WORST_SHOWN` lowest of `scores`, lowest first; entries without a number are left out."""
    known = [(name, score) for name, score in scores.items() if not np.isnan(score)]
    return {name: rounded(score) for name, score in sorted(known, key=lambda item: item[1])[:WORST_SHOWN]}


def rounded(value: float) -> float | None:
    """`value` to six digits; None for NaN, which JSON lacks."""
    return None if np.isnan(value) else round(float(value), 6)
