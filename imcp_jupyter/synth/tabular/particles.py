"""Rows within a region by sequential importance resampling: held draws get weights, and the weights become rows.

Gordon, Salmond & Smith 1993; systematic resampling after Kitagawa 1996. With the held features drawn first and to single values
all weights are equal, and the draw is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Floats
from .given import Unreachable

Drawn = list[npt.NDArray[Any]]
Propose = Callable[[int, np.random.Generator], tuple[Drawn, Floats]]

_LEAST = 512  # proposals at once: fewer cost the same
_ENOUGH = 2.0  # effective proposals for each row
_MOST = 24  # proposals for each row at most, and
_AT_LEAST = 131_072  # this many however few the rows


def resampled(propose: Propose, rows: int, rng: np.random.Generator) -> Drawn:
    """`rows` rows from weighted proposals; `propose` gives (features, weights) of n proposals.

    Draws on until the effective sample size is twice the rows, up to a bound. Raises `Unreachable` where all weights are 0.
    """
    parts: list[Drawn] = []
    weights: list[Floats] = []
    total = squares = 0.0
    count, limit = 0, max(_MOST * rows, _AT_LEAST)
    size = max(rows, _LEAST)
    while True:
        drawn, weight = propose(size, rng)
        kept = np.flatnonzero(weight > 0)
        parts.append([feature[kept] for feature in drawn])
        weights.append(weight[kept])
        total += float(weight.sum())
        squares += float((weight**2).sum())
        count += size
        equal = len(kept) and float(np.ptp(weight[kept])) <= 1e-12 * float(weight[kept].max())
        effective = total**2 / squares if squares > 0 else 0.0
        if effective >= (1.0 if equal else _ENOUGH) * rows * (1.0 - 1e-9) or count >= limit:
            break
        # As many again as it seems to take, at most eight times what there is.
        size = int(
            min(limit - count, max(count * 8 if effective == 0 else count * (_ENOUGH * rows / effective - 1) * 1.2, _LEAST), 8 * count)
        )
    if total <= 0:
        raise Unreachable
    merged = parts[0] if len(parts) == 1 else [np.concatenate(column) for column in zip(*parts, strict=True)]
    ends = np.cumsum(np.concatenate(weights))
    marks = (np.arange(rows) + rng.random()) * (ends[-1] / rows)
    chosen = np.minimum(np.searchsorted(ends, marks, side="right"), len(ends) - 1)
    return [feature[chosen] for feature in merged]
