"""From checks to dimensions, and from dimensions to one trust score with its interval, level and badge (contract G)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..models.validation import Badge, Dimension, Level, Verdict
from .measure import GATE_CAP, Judged, Measure
from .profile import Profile

Floats = npt.NDArray[np.float64]

LEVELS: tuple[tuple[float, Level], ...] = ((90, "verified"), (75, "high"), (50, "medium"), (25, "low"))
BADGES: tuple[tuple[float, Badge], ...] = ((95, "platinum"), (85, "gold"), (70, "silver"), (50, "bronze"))
Name = TypeVar("Name", bound=str)

LEAST_MEASURED = 0.5  # a dimension counts when at least half of its checks' weight was measured


@dataclass(frozen=True)
class Trust:
    score: float
    interval: tuple[float, float]
    level: Level
    badge: Badge
    gates_failed: list[str]
    dimensions: list[Dimension]


def trust_of(judged: Sequence[tuple[Measure, Judged]], profile: Profile, alternatives: Sequence[set[str]] = ()) -> Trust:
    """The trust score of all checks.

    `alternatives` are sets of check ids of which one is enough; the others, skipped, do not count as unmeasured.
    """
    gates = [one.check.id for _, one in judged if one.check.gate and one.check.verdict == "fail"]
    names = list(dict.fromkeys(one.check.dimension for _, one in judged))
    dimensions, scores = [], {}
    for name in names:
        members = [(measure, one) for measure, one in judged if one.check.dimension == name]
        dimension, replicates = _dimension(name, members, profile, alternatives)
        dimensions.append(dimension)
        if replicates is not None and dimension.weight > 0:
            scores[name] = replicates
    if not any(name in scores for name in profile.required):  # clean cells alone earn no trust: nothing weighs in
        scores = {}
    total = sum(dimension.weight for dimension in dimensions if dimension.name in scores)
    dimensions = [
        dimension.model_copy(update={"weight": round(dimension.weight / total, 6) if dimension.name in scores else 0.0})
        for dimension in dimensions
    ]
    if not scores:
        return Trust(0.0, (0.0, 0.0), "none", "none", gates, dimensions)
    value, low, high = _combined(dimensions, scores, capped=bool(gates))
    complete = all(name in scores for name in profile.required)
    badge: Badge = "none" if gates or not complete else _reached(low, BADGES, "none")
    return Trust(value, (low, high), _reached(value, LEVELS, "none"), badge, gates, dimensions)


def level_of(score: float) -> Level:
    """The level that a score of 0 to 100 reaches."""
    return _reached(score, LEVELS, "none")


def badge_of(low: float) -> Badge:
    """The badge that the lower bound of a score's interval reaches."""
    return _reached(low, BADGES, "none")


def _dimension(
    name: str, members: list[tuple[Measure, Judged]], profile: Profile, alternatives: Sequence[set[str]]
) -> tuple[Dimension, Floats | None]:
    weight = profile.weights.get(name, 0.0)
    measured = [(measure.weight, one) for measure, one in members if one.check.score is not None]
    covered = {one.check.id for _, one in measured}
    replaced = {other for group in alternatives if group & covered for other in group - covered}
    lost = [(measure.weight, one.check) for measure, one in members if one.check.score is None and one.check.id not in replaced]
    failed = [one.check for _, one in measured if one.check.gate and one.check.verdict == "fail"]
    share = sum(part for part, _ in measured)
    if not failed and (share < LEAST_MEASURED * (share + sum(part for part, _ in lost)) or share == 0):
        reasons = list(dict.fromkeys(check.explanation for part, check in lost if part > 0))
        return Dimension(name=name, score=None, interval=None, weight=weight, verdict="skipped", reason=" ".join(reasons) or None), None
    score = sum(part * (one.check.score or 0.0) for part, one in measured) / share
    replicates = np.sum([part * one.scores for part, one in measured], axis=0) / share
    for measure, one in members:
        if measure.critical and one.check.verdict == "fail" and one.check.score is not None:
            score, replicates = min(score, one.check.score), np.minimum(replicates, one.scores)
    if failed:
        score, replicates = min(score, GATE_CAP), np.minimum(replicates, GATE_CAP)
    low, high = _interval(score, replicates)
    verdict = _verdict(score, bool(failed), profile)
    if verdict == "pass" and any(part > 0 and one.check.verdict == "fail" for part, one in measured):
        verdict = "warn"  # a good mean must not hide a failed check
    reason = f"failed gate: {failed[0].title.lower()}" if failed else None
    return Dimension(name=name, score=score, interval=(low, high), weight=weight, verdict=verdict, reason=reason), replicates


def _combined(dimensions: list[Dimension], scores: dict[str, Floats], *, capped: bool) -> tuple[float, float, float]:
    """Weighted geometric mean with its interval: one bad dimension cannot be bought back by the others."""
    used = [dimension for dimension in dimensions if dimension.name in scores]
    weights = np.array([dimension.weight for dimension in used])
    weights /= weights.sum()
    value = float(np.exp(weights @ np.log(np.maximum([dimension.score or 0.0 for dimension in used], 1.0))))
    replicates = np.exp(weights @ np.log(np.maximum([scores[dimension.name] for dimension in used], 1.0)))
    if capped:
        value, replicates = min(value, GATE_CAP), np.minimum(replicates, GATE_CAP)
    return value, *_interval(value, replicates)


def _interval(score: float, replicates: Floats) -> tuple[float, float]:
    low, high = np.percentile(replicates, [2.5, 97.5])
    return min(float(low), score), max(float(high), score)


def _verdict(score: float, gate_failed: bool, profile: Profile) -> Verdict:
    if gate_failed or score < profile.thresholds.warns:
        return "fail"
    return "pass" if score >= profile.thresholds.passes else "warn"


def _reached(score: float, steps: tuple[tuple[float, Name], ...], otherwise: Name) -> Name:
    for least, name in steps:
        if score >= least:
            return name
    return otherwise
