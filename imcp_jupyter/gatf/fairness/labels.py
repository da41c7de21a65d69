"""Do the data give a group fewer favourable outcomes than the real ones do?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...models.validation import Verdict
from ..comparison import Comparison
from ..measure import Finding, Skipped, shown_rows
from .check import CHANCE, MIN_GROUP, SHOWN, FairnessCheck, amplified, halving, protected_columns, shown
from .outcome import Outcome, outcome, unprotected
from .protected import Attribute
from .rates import Rates

Floats = npt.NDArray[np.float64]

HALVING = 0.06  # the score halves with every so much that a group lies further from the others
WORST_GAP = 0.4  # score 1
IMPACT_POWER = 3  # of the share of real's impact that is left: at four fifths the score is 51
FOUR_FIFTHS = 0.8
WORSE = "bias of the real table is shown, not judged: only what is added to it counts"


@dataclass(frozen=True)
class Labelled:
    """Rates of one protected column's groups that have enough rows in both tables: `groups` are positions in its labels."""

    attribute: Attribute
    groups: npt.NDArray[np.intp]
    real: Rates
    synthetic: Rates

    def name(self, at: int) -> str:
        return f"{self.attribute.name}: {self.attribute.labels[self.groups[at]]}"


class LabelCheck(FairnessCheck):
    """A check of the favourable outcome in the data, real against synthetic."""

    def of_groups(self, comparison: Comparison, protected: list[Attribute]) -> Finding | Skipped:
        favourable = outcome(comparison)
        if isinstance(favourable, Skipped):
            return favourable
        judged = comparison.once("fairness:labels", lambda: _labelled(comparison, favourable, unprotected(protected, favourable.target)))
        if not judged:
            return Skipped(f"no protected column has two groups of {MIN_GROUP} rows with a known '{favourable.target.name}' in both tables")
        return self.of_rates(judged, favourable, comparison)

    @abstractmethod
    def of_rates(self, judged: list[Labelled], favourable: Outcome, comparison: Comparison) -> Finding | Skipped: ...


class LabelParity(LabelCheck):
    """Demographic parity of the labels: how much further a group's rate moves from the rate of all others, beyond chance."""

    id = "label_parity"
    title = "No group falls behind further"
    unit = "difference of rates"
    source = "Calders and Verwer 2010, Three naive Bayes approaches for discrimination-free classification (demographic parity difference)"
    critical = True

    def of_rates(self, judged: list[Labelled], favourable: Outcome, comparison: Comparison) -> Finding:
        values = [_gap_growth(one.real, one.synthetic) for one in judged]
        named = {one.name(at): (one, at, float(value)) for one, part in zip(judged, values, strict=True) for at, value in enumerate(part)}
        order = sorted(named, key=lambda name: -named[name][2])
        one, at, value = named[order[0]]
        replicates = [_gap_growth(*_resampled(part, favourable, comparison)).max(axis=0) for part in judged]
        rows = one.attribute.codes["synthetic"] == one.groups[at]
        explanation = f"No group's rate of '{favourable.label}' lies further from that of the others than among real rows."
        if value > 0:
            explanation = (
                f"The rate of '{favourable.label}' for '{order[0]}' differs from that of all others by {one.synthetic.gap[at]:+.1%}, "
                f"among real rows by {one.real.gap[at]:+.1%}."
            )
        return Finding(
            value,
            WORST_GAP,
            0.0,
            explanation,
            _about(judged, favourable)
            | {
                "columns": list(one.attribute.columns) if value > 0 else [],
                "row_positions": shown_rows(rows) if value > 0 else [],
                "parity_difference": {
                    part.attribute.name: {"real": shown(part.real.difference), "synthetic": shown(part.synthetic.difference)}
                    for part in judged
                },
                "rate_against_others": {
                    name: {
                        "real": shown(named[name][0].real.gap[named[name][1]]),
                        "synthetic": shown(named[name][0].synthetic.gap[named[name][1]]),
                    }
                    for name in order[:SHOWN]
                },
                "floor": f"a group {WORST_GAP:.0%} further from the others; the score halves with every {HALVING:.0%}",
            },
            np.max(replicates, axis=0),
            scale=halving(HALVING),
        )


class DisparateImpact(LabelCheck):
    """The least rate of a group over the greatest, relative to real's, beyond chance; warns where only synthetic breaks the 80 % rule."""

    id = "disparate_impact"
    title = "Disparate impact is not made worse"
    unit = "ratio"
    source = "US EEOC 1978, Uniform guidelines on employee selection procedures (four-fifths rule); Feldman et al. 2015"
    weight = 0.5

    def of_rates(self, judged: list[Labelled], favourable: Outcome, comparison: Comparison) -> Finding:
        kept = [float(_impact_kept(one.real, one.synthetic)) for one in judged]
        worst = int(np.argmin(kept))
        replicates = [_impact_kept(*_resampled(one, favourable, comparison)) for one in judged]
        rules = {one.attribute.name: _rule(one) for one in judged}
        newly = [name for name, rule in rules.items() if rule == "broken by synthetic only"]
        one = judged[worst]
        verdict: Verdict | None = "warn" if newly and kept[worst] >= FOUR_FIFTHS else None
        both = [name for name, rule in rules.items() if rule == "broken in both"]
        explanation = f"No protected column's least favoured group gets '{favourable.label}' more seldom than among real rows."
        if kept[worst] < 1:
            explanation = (
                f"The least favoured group of '{one.attribute.name}' gets '{favourable.label}' {one.synthetic.impact:.2f} times as often "
                f"as the most favoured, among real rows {one.real.impact:.2f} times."
            )
        if both:
            explanation += f" The real table itself breaks the 80 % rule for {', '.join(both)}."
        return Finding(
            kept[worst],
            0.0,
            1.0,
            explanation,
            _about(judged, favourable)
            | {
                "columns": newly or ([one.attribute.name] if kept[worst] < 1 else []),
                "impact": {
                    part.attribute.name: {"real": shown(part.real.impact), "synthetic": shown(part.synthetic.impact)} for part in judged
                },
                "four_fifths_rule": rules,
                "floor": "a group without the favourable outcome",
            },
            np.min(replicates, axis=0),
            verdict=verdict,
            scale=_impact_score,
        )


def _labelled(comparison: Comparison, favourable: Outcome, protected: list[Attribute]) -> list[Labelled]:
    judged = []
    for attribute in protected:
        rates = {role: _rates(attribute, role, favourable, comparison) for role in ("real", "synthetic")}
        groups = np.flatnonzero(np.minimum(rates["real"].count, rates["synthetic"].count) >= MIN_GROUP)
        if len(groups) >= 2:
            judged.append(Labelled(attribute, groups, rates["real"].only(groups), rates["synthetic"].only(groups)))
    return judged


def _rates(attribute: Attribute, role: str, favourable: Outcome, comparison: Comparison) -> Rates:
    hit, known = favourable.of(comparison.table(role)[favourable.target.name])
    return Rates.of(np.where(known, attribute.codes[role], -1), hit, len(attribute.labels))


def _resampled(one: Labelled, favourable: Outcome, comparison: Comparison) -> tuple[Rates, Rates]:
    """Rates of resampled (real, synthetic) rows: (n_groups, replicates)."""
    n_groups = len(one.attribute.labels)
    drawn = []
    for role in ("real", "synthetic"):
        hit, known = favourable.of(comparison.table(role)[favourable.target.name])
        codes = np.where(known & (one.attribute.codes[role] >= 0), 2 * one.attribute.codes[role] + hit, -1)
        counts = comparison.resamples(role).counts(codes, 2 * n_groups).astype(np.float64)
        drawn.append(Rates(counts[0::2] + counts[1::2], counts[1::2]).only(one.groups))
    return drawn[0], drawn[1]


def _gap_growth(real: Rates, synthetic: Rates) -> Floats:
    """(n_groups, …): growth of the gap beyond chance."""
    error = np.sqrt(real.gap_variance + synthetic.gap_variance)
    growth: Floats = np.maximum(amplified(real.gap, synthetic.gap) - CHANCE * error, 0.0)
    return growth


def _impact_kept(real: Rates, synthetic: Rates) -> Floats:
    """Disparate impact of synthetic over real's, at the limit that favours synthetic, at most 1."""
    (before, before_variance), (after, after_variance) = real.log_impact(), synthetic.log_impact()
    kept: Floats = np.exp(np.minimum(after - before + CHANCE * np.sqrt(before_variance + after_variance), 0.0))
    return kept


def _impact_score(kept: Floats) -> Floats:
    scores: Floats = 100 * np.clip(kept, 0, 1) ** IMPACT_POWER
    return scores


def _rule(one: Labelled) -> str:
    """Which table breaks the 80 % rule; synthetic alone only where chance does not explain it."""
    if one.real.impact < FOUR_FIFTHS:
        return "broken in both" if one.synthetic.impact < FOUR_FIFTHS else "broken in real only"
    if one.synthetic.impact >= FOUR_FIFTHS:
        return "kept in both"
    return "broken by synthetic only" if _impact_kept(one.real, one.synthetic) < 1 else "broken by synthetic within chance"


def _about(judged: list[Labelled], favourable: Outcome) -> dict[str, Any]:
    return {
        "protected": protected_columns([one.attribute for one in judged]),
        "target": favourable.target.name,
        "favourable": favourable.label,
        "favourable_by": favourable.why,
        "rates": {
            one.name(at): {"real": shown(one.real.rate[at]), "synthetic": shown(one.synthetic.rate[at])}
            for one in judged
            for at in range(min(len(one.groups), SHOWN))
        },
        "note": WORSE,
    }
