"""Which cells of a row are missing together?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded
from ..measure import Finding, Measure, Skipped, span

MIN_ROWS = 20


class MissingPatterns(Measure):
    """1 minus the total variation distance of the patterns of missing cells, at equal numbers of rows."""

    id = "missing_patterns"
    dimension = "quality"
    title = "Patterns of missing values"
    source = "Little and Rubin 2019, Statistical Analysis with Missing Data, section 1.2: missingness patterns"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        tables = (comparison.real, comparison.synthetic)
        names = [field.name for field in comparison.fields if any(table.missing(field.name).any() for table in tables)]
        if len(names) < 2:
            return Skipped("fewer than two columns have missing values")
        reference, other = comparison.ceiling
        size = min(comparison.synthetic.n_rows, reference.n_rows, other.n_rows)
        if size < MIN_ROWS:
            return Skipped(f"needs at least {MIN_ROWS} rows in every table")
        rng = comparison.rng(self.id)
        keys = rng.integers(0, 2**63, size=len(names), dtype=np.uint64)  # a pattern is the sum of its columns' random keys

        def patterns(table: Encoded) -> npt.NDArray[np.uint64]:
            rows = np.sort(rng.choice(table.n_rows, size=size, replace=False))
            total = np.zeros(size, dtype=np.uint64)
            for name, key in zip(names, keys, strict=True):
                total[table.missing(name)[rows]] += key
            return total

        base = patterns(reference)
        value, ceiling, floor = (_similarity(base, patterns(table)) for table in (comparison.synthetic, other, comparison.floor))
        return Finding(
            value,
            span(floor, ceiling, worst=0.0),
            ceiling,
            f"Rows share {value:.1%} of their patterns of missing cells over {len(names)} columns.",
            {"columns": names[:20], "rows_per_side": size, "floor": "cells missing independently"},
        )


def _similarity(mine: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64]) -> float:
    _, codes = np.unique(np.concatenate([mine, theirs]), return_inverse=True)
    n_patterns = int(codes.max()) + 1
    first, second = (np.bincount(part, minlength=n_patterns) / len(part) for part in (codes[: len(mine)], codes[len(mine) :]))
    return float(1.0 - 0.5 * np.abs(first - second).sum())
