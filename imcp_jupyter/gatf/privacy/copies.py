"""Are training rows repeated?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ..comparison import Comparison, Encoded, Field
from ..measure import Affected, Finding, Measure, Skipped, shown_rows

Keys = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

LEAST_COPIES = 5
COPY_LEVEL = 0.001  # one-sided error level of the gate; the report runs on data of any size
COPY_RATIO = 1.25  # rows that any table of this kind repeats: the gate wants clearly more
CONTAMINATED = "the holdout repeats training rows, so it says nothing of unseen ones"


class IdenticalMatches(Measure):
    """Synthetic rows that equal a training row, against how often unseen real rows do.

    Gate: the rate is higher at the level of 0.1 % (conditional binomial test of two rates, Przyborowski and Wilenski 1940),
    by a quarter at least and in five rows at least.
    """

    id = "identical_matches"
    dimension = "privacy"
    title = "Copies of training rows"
    source = "Platzer and Reutterer 2021, Holdout-based empirical assessment of mixed-type synthetic data"
    gate = True
    basis = "A quarter above the holdout's own rate: any table of this kind repeats rows, and only clearly more is a leak."

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(_matches(comparison)) if row_fields(comparison) else None

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if not row_fields(comparison):
            return Skipped("no shared column tells rows apart")
        matches = _matches(comparison)
        shared = overlap(comparison)
        natural = shared.own if shared.holdout is None or shared.is_contaminated else shared.holdout
        against = "real rows that repeat another real row" if natural is shared.own else "holdout rows"
        excess = Excess(matches, natural)
        copies, rate, natural_rate, chance = excess.copies, excess.rate, excess.natural_rate, excess.chance
        if COPY_RATIO * natural_rate >= 1:
            return Skipped(f"{natural_rate:.0%} of the {against} do so too, so copies cannot be told from chance")
        failed = excess.is_sure(COPY_RATIO)
        evidence = {
            "copies": copies,
            "rows": len(matches),
            "expected_share": round(natural_rate, 6),
            "compared_with": against,
            "p_value": float(f"{chance:.3g}"),
            "row_positions": shown_rows(matches),
            "floor": "every row copied",
        }
        if shared.is_contaminated:
            evidence["holdout"] = CONTAMINATED
        return Finding(
            rate,
            1.0,
            natural_rate,
            f"{rate:.2%} of the synthetic rows equal a real row; {natural_rate:.2%} of the {against} do.",
            evidence,
            comparison.resamples("synthetic").means(matches.astype(float), np.arange(len(matches))),
            gate_failed=failed,
            threshold=COPY_RATIO * natural_rate,
            verdict="fail" if failed else "warn" if shared.is_contaminated or (chance < 0.01 and rate > natural_rate) else "pass",
        )


class Excess:
    """How much more often rows are copies than rows that cannot be: (n_rows,) bool each."""

    def __init__(self, found: Mask, natural: Mask) -> None:
        self.copies, self.rate, self.natural_rate = int(found.sum()), float(found.mean()), float(natural.mean())
        self.chance = _chance(self.copies, len(found), int(natural.sum()), len(natural))

    def is_sure(self, ratio: float) -> bool:
        """Enough copies, beyond chance, and more than `ratio` times as frequent."""
        return self.copies >= LEAST_COPIES and self.chance < COPY_LEVEL and self.rate > ratio * self.natural_rate


@dataclass(frozen=True)
class Overlap:
    """Which real rows repeat another real row, which holdout rows equal a real row: (n_rows,) bool each."""

    own: Mask
    holdout: Mask | None

    @cached_property
    def is_contaminated(self) -> bool:
        """The holdout holds training rows: it equals them more often than they each other."""
        return self.holdout is not None and Excess(self.holdout, self.own).is_sure(COPY_RATIO)


def overlap(comparison: Comparison) -> Overlap:
    return comparison.once("overlap", lambda: _overlap(comparison))


def _overlap(comparison: Comparison) -> Overlap:
    real = _real_keys(comparison)
    _, where, counts = np.unique(real, return_inverse=True, return_counts=True)
    holdout = None if comparison.holdout is None else np.isin(row_keys(comparison.holdout, row_fields(comparison)), real)
    return Overlap(counts[where] > 1, holdout)


def row_fields(comparison: Comparison) -> list[Field]:
    """Columns that make a row: without identifiers, which a copier would renumber, and without constants."""
    return [field for field in comparison.fields if field.kind not in ("id", "constant")]


def row_keys(table: Encoded, fields: list[Field]) -> Keys:
    """(n_rows,) 64-bit hash per row; equal rows have equal keys."""
    import pandas as pd

    # Adding 0.0 makes -0.0 and 0.0 one value.
    columns: dict[str, Any] = {str(at): table[field.name] + (0.0 if field.is_numeric else 0) for at, field in enumerate(fields)}
    return np.asarray(pd.util.hash_pandas_object(pd.DataFrame(columns), index=False), dtype=np.uint64)


def distinct(table: Encoded, fields: list[Field]) -> npt.NDArray[np.intp]:
    """Positions of the first of each set of equal rows, sorted: a generator that repeats itself says nothing more by it."""
    return np.sort(np.unique(row_keys(table, fields), return_index=True)[1])


def _matches(comparison: Comparison) -> Mask:
    """(n_synthetic,): rows that equal a training row."""
    return comparison.once("matches", lambda: np.isin(row_keys(comparison.synthetic, row_fields(comparison)), _real_keys(comparison)))


def _real_keys(comparison: Comparison) -> Keys:
    return comparison.once("real_keys", lambda: row_keys(comparison.real, row_fields(comparison)))


def _chance(copies: int, rows: int, natural: int, natural_rows: int) -> float:
    """p-value of 'copies are no more frequent than natural matches', by the binomial law of one count given their sum."""
    if copies == 0:
        return 1.0
    return float(special.bdtrc(copies - 1, copies + natural, rows / (rows + natural_rows)))
