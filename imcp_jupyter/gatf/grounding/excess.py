"""Rows that break what real rows keep: the base of checks that learn their rules from the real table."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..privacy.copies import COPY_LEVEL, LEAST_COPIES, Excess, Mask

SHOWN = 10
RATIO = 1.25
KEPT = 0.999  # share of real rows that keep a rule
TELLING = 0.05  # share of rows that break it when its columns are shuffled: below, their ranges or levels alone keep it


@dataclass(frozen=True)
class Broken:
    """One learned rule: what it says, its columns, the synthetic rows that break it (n_synthetic,), the real and holdout rows that do."""

    rule: str
    columns: tuple[str, ...]
    rows: Mask
    natural: Mask


class LearnedRules(Measure):
    """Fails where more synthetic rows break a rule than real rows do, at the level of 0.1 % over all rules, in five rows at least."""

    dimension = "grounding"
    critical = True
    what: ClassVar[str]  # the rules, in the plural

    @abstractmethod
    def learned(self, comparison: Comparison) -> list[Broken]:
        """Every rule that the real table keeps, with the rows that break it."""

    def run(self, comparison: Comparison) -> Finding | Skipped:
        rules = self._learned(comparison)
        if not rules:
            return Skipped(f"the real table has no {self.what}")
        sure = self._sure(comparison)
        rows = _rows(sure, comparison)
        count = int(rows.sum())
        listed = [{"rule": one.rule, "broken_rows": int(one.rows.sum()), "real_share": round(float(one.natural.mean()), 6)} for one in sure]
        evidence: dict[str, Any] = {"learned": len(rules), "rules": [one.rule for one in rules[:SHOWN]]}
        if not count:
            return incidence(0, len(rows), f"All {len(rules)} {self.what} of the real table hold.", evidence)
        evidence |= {
            "broken": listed[:SHOWN],
            "columns": sorted({name for one in sure for name in one.columns}),
            "row_positions": shown_rows(rows),
        }
        worst = max(sure, key=lambda one: int(one.rows.sum()))
        said = f"{count:,} of {len(rows):,} rows break {len(sure)} of {len(rules)} {self.what}, most of them {worst.rule}."
        return incidence(count, len(rows), said, evidence)

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(_rows(self._sure(comparison), comparison)) if comparison.has_real else None

    def _learned(self, comparison: Comparison) -> list[Broken]:
        return comparison.once(f"{self.id}:rules", lambda: self.learned(comparison))

    def _sure(self, comparison: Comparison) -> list[Broken]:
        rules = self._learned(comparison)
        return [one for one in rules if is_broken(one.rows, one.natural, len(rules))]


def is_broken(rows: Mask, natural: Mask, tests: int) -> bool:
    """Clearly more of `rows` than of `natural`, with the error level shared by `tests` (Bonferroni)."""
    excess = Excess(rows, natural)
    return excess.copies >= LEAST_COPIES and excess.chance * tests < COPY_LEVEL and excess.rate > RATIO * excess.natural_rate


def _rows(broken: list[Broken], comparison: Comparison) -> Mask:
    rows = np.zeros(comparison.synthetic.n_rows, dtype=bool)
    for one in broken:
        rows |= one.rows
    return rows
