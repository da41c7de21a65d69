"""Does a model trained on synthetic rows treat a group worse than one trained on real rows does?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Finding, Skipped
from ..utility.models import Models, Trained, main_models
from .check import CHANCE, MIN_GROUP, SHOWN, FairnessCheck, amplified, halving, protected_columns, shown
from .outcome import outcome, unprotected
from .protected import Attribute
from .rates import Rates

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

HALVING = 0.08  # the score halves with every so much that a group lies further from the others than under a model of real rows
WORST_GAP = 0.5  # score 1


@dataclass(frozen=True)
class Decided:
    """Decisions about real test rows by group: `codes` is (n_rows,), -1 for rows that are not judged, `everyone` the same with all rows."""

    attribute: Attribute
    codes: Codes
    everyone: Codes
    groups: npt.NDArray[np.intp]

    def rates(self, decided: Mask, weights: npt.NDArray[np.float32] | None = None) -> Rates:
        return Rates.of(self.codes, decided, len(self.attribute.labels), weights).only(self.groups)

    def name(self, at: int) -> str:
        return f"{self.attribute.name}: {self.attribute.labels[self.groups[at]]}"

    def change_error(self, before: Mask, after: Mask, noise: float) -> Floats:
        """(n_groups,) standard error of the change of each group's gap; both models decide on the same rows. `noise`: of training."""
        moved = self.rates(before != after)
        # The variance of changes of -1, 0 and 1 is at most the share of those that are not 0.
        mine, theirs = ((part.smooth + noise) / np.maximum(part.count, 1) for part in (moved, moved.others))
        error: Floats = np.sqrt(mine + theirs)
        return error


class DecisionCheck(FairnessCheck):
    """Growth of a group's gap from the model of real rows to the model of synthetic rows, both deciding on the same real rows."""

    unit = "difference of rates"
    weight = 0.5
    rate_name: ClassVar[str]
    least_rows: ClassVar[int] = MIN_GROUP

    def of_groups(self, comparison: Comparison, protected: list[Attribute]) -> Finding | Skipped:
        favourable, models = outcome(comparison), main_models(comparison)
        if isinstance(favourable, Skipped):
            return favourable
        if isinstance(models, Skipped):
            return models
        happened = favourable.of(models.test[favourable.target.name])[0]
        judged = self._judged(models, happened, unprotected(protected, favourable.target))
        if not judged:
            return Skipped(f"no protected column has two groups of {self.least_rows} test rows to judge")
        trained: tuple[Trained, ...] = ("real", "synthetic", "again")
        decided = {name: favourable.predicted(models.predictions(name), models.task) for name in trained}
        noise = _training_noise(judged, decided["real"], decided["again"])
        grown = {name: [_growth(one, decided["real"], decided[name], noise) for one in judged] for name in ("synthetic", "again")}
        named = {
            one.name(at): (one, at, float(v)) for one, part in zip(judged, grown["synthetic"], strict=True) for at, v in enumerate(part)
        }
        order = sorted(named, key=lambda name: -named[name][2])
        one, at, value = named[order[0]]
        ceiling = max(float(part.max()) for part in grown["again"])
        gaps = {role: one.rates(decided[role]).gap[at] for role in ("real", "synthetic")}
        explanation = f"A model of synthetic rows treats no group worse than a model of real rows does ({self.rate_name})."
        if value > 0:
            explanation = (
                f"The {self.rate_name} for '{order[0]}' differs from that of all others by {gaps['synthetic']:+.1%} under a model of "
                f"synthetic rows, by {gaps['real']:+.1%} under a model of real rows."
            )
        return Finding(
            value,
            ceiling + WORST_GAP,
            ceiling,
            explanation,
            {
                "protected": protected_columns([part.attribute for part in judged]),
                "target": favourable.target.name,
                "favourable": favourable.label,
                "favourable_by": favourable.why,
                "columns": list(one.attribute.columns) if value > 0 else [],
                "rate_against_others": {
                    name: {role: shown(named[name][0].rates(decided[role]).gap[named[name][1]]) for role in ("real", "synthetic")}
                    for name in order[:SHOWN]
                },
                "test_rows": models.n_test,
                **self._metrics(judged, decided, happened),
                "floor": f"a group {WORST_GAP:.0%} further from the others; the score halves with every {HALVING:.0%}",
            },
            self._replicates(judged, decided, noise, comparison, models),
            scale=halving(HALVING, ceiling),
        )

    def _judged(self, models: Models, happened: Mask, protected: list[Attribute]) -> list[Decided]:
        judged = []
        for attribute in protected:
            everyone = attribute.codes[models.test_role][models.test_rows]
            codes = self._codes(everyone, happened)
            groups = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(attribute.labels)) >= self.least_rows)
            if len(groups) >= 2:
                judged.append(Decided(attribute, codes, everyone, groups))
        return judged

    def _codes(self, codes: Codes, happened: Mask) -> Codes:
        """Which test rows are judged."""
        return codes

    def _metrics(self, judged: list[Decided], decided: dict[Trained, Mask], happened: Mask) -> dict[str, Any]:
        return {}

    def _replicates(
        self, judged: list[Decided], decided: dict[Trained, Mask], noise: float, comparison: Comparison, models: Models
    ) -> Floats:
        weights = comparison.resamples(models.test_role).of_rows(models.test_rows)
        drawn = []
        for one in judged:
            before, after = (one.rates(decided[name], weights).gap for name in ("real", "synthetic"))
            error = one.change_error(decided["real"], decided["synthetic"], noise)[:, None]
            drawn.append(np.maximum(amplified(before, after) - CHANCE * error, 0.0).max(axis=0))
        replicates: Floats = np.max(drawn, axis=0)
        return replicates


class DecisionParity(DecisionCheck):
    """Demographic parity of decisions: selection rates by group."""

    id = "decision_parity"
    title = "Models select alike"
    source = "Dwork et al. 2012, Fairness through awareness (statistical parity); fairlearn: demographic_parity_difference and _ratio"
    rate_name = "selection rate"

    def _metrics(self, judged: list[Decided], decided: dict[Trained, Mask], happened: Mask) -> dict[str, Any]:
        return {
            "demographic_parity_difference": _by_role(judged, lambda one, role: one.rates(decided[role]).difference),
            "demographic_parity_ratio": _by_role(judged, lambda one, role: one.rates(decided[role]).impact),
        }


class EqualOpportunity(DecisionCheck):
    """True positive rates by group: who deserves the favourable outcome should get it in every group alike."""

    id = "equal_opportunity"
    title = "Models give equal opportunity"
    source = "Hardt, Price and Srebro 2016, Equality of opportunity in supervised learning; fairlearn: equalized_odds_difference"
    rate_name = "true positive rate"
    least_rows = 30

    def _codes(self, codes: Codes, happened: Mask) -> Codes:
        return np.where(happened, codes, -1)

    def _metrics(self, judged: list[Decided], decided: dict[Trained, Mask], happened: Mask) -> dict[str, Any]:
        return metrics_of_opportunity(judged, decided, happened)


def metrics_of_opportunity(judged: list[Decided], decided: dict[Trained, Mask], happened: Mask) -> dict[str, dict[str, dict[str, float]]]:
    """Differences of true positive rates, and fairlearn's equalized odds difference, by protected column and model."""
    hits = _by_role(judged, lambda one, role: one.rates(decided[role]).difference)
    alarms = _by_role(judged, lambda one, role: _false_alarms(one, decided[role], happened).difference)
    odds = {name: {role: max(hits[name][role], alarms[name][role]) for role in hits[name]} for name in hits}
    return {"true_positive_rate_difference": hits, "equalized_odds_difference": odds}


def _training_noise(judged: list[Decided], before: Mask, after: Mask) -> float:
    """Variance that training on other rows of the same kind adds to a group's gap, for a group of one row; pooled over all groups.

    `after` are decisions of a model of resampled rows. Two models of independent rows lie further apart than these: twice the variance.
    """
    moved = [(one.rates(after).gap - one.rates(before).gap) ** 2 * one.rates(before).count for one in judged]
    return 2 * float(np.concatenate(moved).mean())


def _growth(one: Decided, before: Mask, after: Mask, noise: float) -> Floats:
    """(n_groups,): growth of each group's gap beyond chance."""
    growth: Floats = np.maximum(
        amplified(one.rates(before).gap, one.rates(after).gap) - CHANCE * one.change_error(before, after, noise), 0.0
    )
    return growth


def _false_alarms(one: Decided, decided: Mask, happened: Mask) -> Rates:
    return Rates.of(np.where(happened, -1, one.everyone), decided, len(one.attribute.labels)).only(one.groups)


def _by_role(judged: list[Decided], measure: Callable[[Decided, Trained], float]) -> dict[str, dict[str, float]]:
    roles: tuple[Trained, ...] = ("real", "synthetic")
    return {one.attribute.name: {role: shown(measure(one, role)) for role in roles} for one in judged}
