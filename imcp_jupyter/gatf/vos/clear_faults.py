"""Cells that are no value of the column beyond doubt."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field
from ..measure import Affected
from ..quality.validity import Validity

Mask = npt.NDArray[np.bool_]


class ClearFaults(Validity):
    """'Valid values' where that passes: unseen real rows leave real's range too, a little and rarely, and need no mending.

    What is left: ids that occur twice, cells that cannot be read, levels that neither real nor the holdout has, and numbers further
    beyond real's range than its outermost hundredth is wide.
    """

    tail: ClassVar[float] = 0.01

    def affected(self, comparison: Comparison) -> Affected | None:
        found = super().affected(comparison)
        if found is None or not comparison.has_real:
            return found
        fields = {field.name: field for field in comparison.fields}
        cells = {name: mask & ~self._natural(fields[name], comparison) for name, mask in found.cells.items()}
        return Affected(found.rows, {name: mask for name, mask in cells.items() if mask.any()})

    def _natural(self, field: Field, comparison: Comparison) -> Mask:
        """(n_synthetic,) cells that an unseen real row may have."""
        column = comparison.synthetic[field.name]
        if field.is_numeric:
            real = comparison.real[field.name]
            real = real[~np.isnan(real)]
            low, first, last, high = np.quantile(real, [0, self.tail, 1 - self.tail, 1]) if len(real) else [np.nan] * 4
            inside: Mask = (column >= low - (first - low)) & (column <= high + (high - last))
            return inside
        if field.kind == "id" or comparison.holdout is None:
            return np.zeros(len(column), dtype=bool)
        return np.isin(column, comparison.holdout[field.name])
