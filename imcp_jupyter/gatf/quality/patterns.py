"""Which cells of a row are missing together?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded
from ..measure import Finding, Measure, Skipped, span
from .sampled import equal_rows, in_real, shared, shared_replicates

Floats = npt.NDArray[np.float64]

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

        rows = {}

        def patterns(side: str, table: Encoded) -> npt.NDArray[np.uint64]:
            at = rows[side] = equal_rows(table, size, rng)
            total = np.zeros(size, dtype=np.uint64)
            for name, key in zip(names, keys, strict=True):
                total[table.missing(name)[at]] += key
            return total

        base = patterns("real", reference)
        judged = {"synthetic": comparison.synthetic, "ceiling": other, "floor": comparison.floor}
        found = {side: _similarity(base, patterns(side, table)) for side, table in judged.items()}
        value, ceiling, floor = (found[side][0] for side in judged)
        sides = (("real", in_real(comparison, rows["real"])), ("synthetic", rows["synthetic"]))
        return Finding(
            value,
            span(floor, ceiling, worst=0.0),
            ceiling,
            f"Rows share {value:.1%} of their patterns of missing cells over {len(names)} columns.",
            {"columns": names[:20], "rows_per_side": size, "floor": "cells missing independently"},
            shared_replicates(comparison, value, tuple((*side, added) for side, added in zip(sides, found["synthetic"][1:], strict=True))),
        )


def _similarity(mine: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64]) -> tuple[float, Floats, Floats]:
    _, codes = np.unique(np.concatenate([mine, theirs]), return_inverse=True)
    return shared(codes[: len(mine)], codes[len(mine) :], int(codes.max()) + 1)
