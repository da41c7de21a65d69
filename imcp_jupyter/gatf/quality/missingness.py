"""Are values missing as often as in the real table?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded
from ..measure import Finding, Measure, Skipped
from .overlap import SDMETRICS
from .worst import lowest, rounded

Floats = npt.NDArray[np.float64]


class Missingness(Measure):
    id = "missingness"
    dimension = "quality"
    title = "Missing values"
    source = f"{SDMETRICS}: MissingValueSimilarity"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        names = [field.name for field in comparison.fields]
        rates = {name: (_missing(comparison.real, name), _missing(comparison.synthetic, name)) for name in names}
        rates = {name: pair for name, pair in rates.items() if any(pair)}
        if not rates:
            return Finding(1.0, 0.5, 1.0, "Neither table has missing values.", {"floor": "half of the cells missing"})
        scores = {name: 1 - abs(real - synthetic) for name, (real, synthetic) in rates.items()}
        reference, other = comparison.ceiling
        ceiling = 1 - float(np.mean([abs(_missing(reference, name) - _missing(other, name)) for name in rates]))
        value = float(np.mean(list(scores.values())))
        # A table that never misses a value where real does is the bad case, but at least a tenth of the cells must differ for 0.
        floor = min(1 - float(np.mean([real for real, _ in rates.values()])), 0.9)
        shown = {name: {"real": rounded(rates[name][0]), "synthetic": rounded(rates[name][1])} for name in lowest(scores)}
        replicates = 1 - np.mean([np.abs(self._rates(comparison, name)) for name in rates], axis=0)
        return Finding(
            value,
            floor,
            max(ceiling, floor + 0.05),
            f"Shares of missing values differ by {1 - value:.1%} on average over {len(rates)} columns that have any.",
            {"columns": shown, "floor": "no missing values, or a tenth of the cells differ"},
            replicates,
        )

    def _rates(self, comparison: Comparison, name: str) -> Floats:
        """(replicates,) difference of the resampled missing shares."""
        sides = []
        for role in ("real", "synthetic"):
            table = comparison.table(role)
            sides.append(comparison.resamples(role).means(table.missing(name).astype(float), np.arange(table.n_rows)))
        return sides[0] - sides[1]


def _missing(table: Encoded, name: str) -> float:
    return float(table.missing(name).mean())
