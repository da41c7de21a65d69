"""One number for every value of a feature: its place on the normal axis, for sums over several features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Discrete, Feature, Floats, Mask

Heights = npt.NDArray[np.float32]

_KNOTS = 1_024


@dataclass(frozen=True)
class Ruler:
    """`heights` (n_knots,) at the values `knots`, straight lines between them; or (n_levels,) by code where `knots` is None."""

    knots: Floats | None
    heights: Heights

    @classmethod
    def of(cls, feature: Feature, scores: Heights) -> Ruler:
        """The ruler on which the values of `feature` have about their normal `scores`, (n_rows,)."""
        if isinstance(feature, Discrete):
            heights = np.zeros(feature.n_levels, dtype=np.float32)
            heights[feature.codes] = scores
            return cls(None, heights)
        present = np.flatnonzero(~np.isnan(feature.values))
        knots, first = np.unique(feature.values[present], return_index=True)
        heights = scores[present[first]]
        if len(knots) > _KNOTS:
            picks = np.unique(np.linspace(0, len(knots) - 1, _KNOTS).round().astype(np.int64))
            knots, heights = knots[picks], heights[picks]
        return cls(knots, heights)

    def read(self, drawn: npt.NDArray[Any], missing: Mask | None) -> Heights:
        """(n_rows,) heights of the codes or values `drawn`, 0 where `missing`."""
        if self.knots is None:
            return np.asarray(self.heights[np.minimum(drawn, len(self.heights) - 1)])
        found: Heights = np.interp(drawn, self.knots, self.heights).astype(np.float32)
        if missing is not None:
            found[missing] = 0.0
        return found
