"""Are training rows repeated with one cell changed?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded
from ..measure import FOUND_CAP, ROWS_SHOWN, Affected, Finding, Measure, Skipped, shown_rows
from .copies import CONTAMINATED, Excess, Keys, Mask, overlap, row_fields, row_keys

CELLS = 4_000_000  # cells of real that are hashed: beyond, its rows are a sample
LEAST_COLUMNS = 4
RATIO = 1.5
TELLING = 0.02  # a column without which more of the holdout repeats training rows is what tells rows apart: it may not be the changed one


class NearCopies(Measure):
    """Synthetic rows that equal a training row in all columns but one (or all), against how often holdout rows do.

    Fails as 'copies of training rows' does, but by half as much again as the holdout; caps its dimension, and is no gate.
    """

    id = "near_copies"
    dimension = "privacy"
    title = "Training rows with one cell changed"
    source = "Platzer and Reutterer 2021, Holdout-based empirical assessment of mixed-type synthetic data; by Hamming distance 1"
    critical = True
    needs_holdout = True
    basis = "Half as much again as the holdout's own rate: some rows differ by one cell in any table of this kind."

    def affected(self, comparison: Comparison) -> Affected | None:
        if isinstance(self.found(comparison), Skipped):
            return None
        return Affected(_telling(comparison, np.arange(comparison.real.n_rows))[0])

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = row_fields(comparison)
        if len(fields) < LEAST_COLUMNS:
            return Skipped(f"needs at least {LEAST_COLUMNS} columns: rows of fewer agree by chance")
        if overlap(comparison).is_contaminated:
            return Skipped(CONTAMINATED)
        real_rows = comparison.pick("real", max(1, CELLS // len(fields)), self.id)
        near, natural, left_out = _telling(comparison, real_rows)
        if len(left_out) == len(fields):
            return Skipped("unseen rows agree with training rows in all columns but one too often, so copies cannot be told from chance")
        excess = Excess(near, natural)
        rate, expected, failed = excess.rate, excess.natural_rate, excess.is_sure(RATIO)
        return Finding(
            rate,
            1.0,
            expected,
            f"{rate:.2%} of the synthetic rows equal a real row in all columns but one; {expected:.2%} of the holdout rows do.",
            {
                "near_copies": excess.copies,
                "rows": len(near),
                "real_rows": len(real_rows),
                "never_the_changed_one": left_out[:ROWS_SHOWN],
                "expected_share": round(expected, 6),
                "p_value": float(f"{excess.chance:.3g}"),
                "row_positions": shown_rows(near),
                "floor": "every row a near copy",
            },
            threshold=RATIO * expected,
            verdict="fail" if failed else "pass",
            scale=lambda values: FOUND_CAP * np.clip((1 - values) / (1 - expected), 0, 1) if failed else np.full(len(values), 100.0),
        )


def _telling(comparison: Comparison, real_rows: npt.NDArray[np.intp]) -> tuple[Mask, Mask, list[str]]:
    """Near copies in synthetic and holdout, (n_rows,) each, and the columns that may not be the changed one."""
    synthetic, holdout = (_near(comparison, role, real_rows) for role in ("synthetic", "holdout"))
    telling = holdout.mean(axis=1) <= TELLING
    left_out = [field.name for field, use in zip(row_fields(comparison), telling, strict=True) if not use]
    return synthetic[telling].any(axis=0), holdout[telling].any(axis=0), left_out


def _near(comparison: Comparison, role: str, real_rows: npt.NDArray[np.intp]) -> Mask:
    """(n_columns, n_rows): rows of `role` that equal one of `real_rows` in all columns but this one."""
    fields = row_fields(comparison)
    table, real = comparison.table(role), comparison.real.take(real_rows)
    ours, theirs = ([row_keys(part, [field]) * _odd(at) for at, field in enumerate(fields)] for part in (table, real))
    # The sum of a row's hashed cells without one of them is the key of the rest of the row.
    whole, known = _sum(ours, table), _sum(theirs, real)
    return np.stack([np.isin(whole - mine, known - other) for mine, other in zip(ours, theirs, strict=True)])


def _odd(position: int) -> np.uint64:
    """A factor of its own for each column, so that equal values in two columns do not make up for each other."""
    return np.uint64((0x9E3779B97F4A7C15 * (2 * position + 1)) % 2**64 | 1)


def _sum(keys: list[Keys], table: Encoded) -> Keys:
    total: Keys = np.zeros(table.n_rows, dtype=np.uint64)
    for column in keys:
        total = total + column
    return total
