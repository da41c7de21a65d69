"""Rules that the owner declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...data.table import Table
from ...errors import ImcpError
from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..privacy.copies import Mask
from .excess import is_broken

SHOWN = 10


@dataclass
class _Outcome:
    """`broken`: by rule the synthetic rows that break it (n_synthetic,); `natural`: the share of real rows that do."""

    broken: dict[str, Mask] = field(default_factory=dict)
    natural: dict[str, float] = field(default_factory=dict)
    forgiven: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


class DomainRules(Measure):
    """Rows that break a declared constraint. Where real rows break it too, only clearly more of them count.

    Rules that repeat the real data (fixed combinations, dependencies, number formats) are read off the real table, or skipped without it.
    """

    id = "domain_rules"
    dimension = "grounding"
    title = "Declared rules"
    source = "Fan and Geerts 2012, Foundations of Data Quality Management; the kinds of SDV's constraints"
    weight = 0.5
    needs_real = False
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if not comparison.facts.constraints:
            return Skipped("no rules were declared (constraints)")
        outcome = _outcome(comparison)
        judged = len(outcome.broken)
        evidence: dict[str, Any] = {"rules": list(outcome.broken)[:SHOWN], "not_judged": outcome.unreadable}
        if outcome.forgiven:
            evidence["real_rows_break_as_many"] = outcome.forgiven
        if not judged:
            why = "; ".join(f"{rule}: {reason}" for rule, reason in list(outcome.unreadable.items())[:3])
            return Skipped(f"none of the declared rules can be judged ({why})")
        rows = _rows(outcome, comparison)
        count = int(rows.sum())
        left = f" {len(outcome.unreadable)} could not be judged." if outcome.unreadable else ""
        if not count:
            return incidence(0, len(rows), f"Every row keeps all {judged} declared rules.{left}", evidence)
        counts = {rule: int(mask.sum()) for rule, mask in outcome.broken.items() if mask.any()}
        worst = max(counts, key=lambda rule: counts[rule])
        evidence |= {"broken": counts, "row_positions": shown_rows(rows)}
        said = f"{count:,} of {len(rows):,} rows break {len(counts)} of {judged} declared rules, most of them {worst}.{left}"
        return incidence(count, len(rows), said, evidence)

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(_rows(_outcome(comparison), comparison)) if comparison.facts.constraints else None


def _rows(outcome: _Outcome, comparison: Comparison) -> Mask:
    rows = np.zeros(comparison.tables["synthetic"].n_rows, dtype=bool)
    for mask in outcome.broken.values():
        rows |= mask
    return rows


def _outcome(comparison: Comparison) -> _Outcome:
    return comparison.once("domain_rules:outcome", lambda: _judged(comparison))


def _judged(comparison: Comparison) -> _Outcome:
    from ...synth.constraints.facts import Facts
    from ...synth.constraints.layer import RULES
    from ...synth.constraints.presence import UniqueRule

    synthetic, real = comparison.tables["synthetic"], comparison.tables.get("real")
    outcome = _Outcome()
    for index, spec in enumerate(comparison.facts.constraints):
        name = f"constraints[{index}] ({spec.kind}" + (f" on {', '.join(spec.columns)})" if spec.columns else ")")
        if spec.kind == "fixed_combinations" and real is None:
            outcome.unreadable[name] = "needs the real table"
            continue
        try:
            source = real if real is not None and set(spec.columns) <= set(real.names) else synthetic
            rule = RULES[spec.kind](index, spec, Facts(source.schema, source))
            mine = ~rule.holds(synthetic.frame)
            natural = [] if real is None else [~rule.holds(table.frame) for table in _real_tables(comparison, rule.columns)]
        except (ImcpError, KeyError, TypeError, ValueError) as error:  # a column is not there, or holds what the rule cannot read
            outcome.unreadable[name] = str(error)[:200]
            continue
        there = np.concatenate(natural) if natural and not isinstance(rule, UniqueRule) else np.zeros(0, dtype=bool)
        outcome.natural[name] = float(there.mean()) if len(there) else 0.0
        if there.any() and not is_broken(mine, there, 1):
            if mine.any():
                outcome.forgiven.append(name)
            mine = np.zeros(len(mine), dtype=bool)
        outcome.broken[name] = mine
    return outcome


def _real_tables(comparison: Comparison, columns: list[str]) -> list[Table]:
    tables = (comparison.tables.get(role) for role in ("real", "holdout"))
    return [table for table in tables if table is not None and set(columns) <= set(table.names)]
