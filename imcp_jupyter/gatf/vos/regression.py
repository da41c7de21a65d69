"""Scores of a report against a minimum and against an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...models.suite import MetricLine
from ...models.validation import DIMENSIONS, ReportDocument

TRUST = "trust"


def scores_of(document: ReportDocument) -> dict[str, float | None]:
    """0 to 100 by metric: 'trust', dimensions, checks; None where nothing was measured."""
    measured = any(dimension.score is not None and dimension.weight > 0 for dimension in document.dimensions)
    return (
        {TRUST: document.score if measured else None}
        | {dimension.name: dimension.score for dimension in document.dimensions}
        | {check.id: check.score for check in document.checks}
    )


def metrics_of(document: ReportDocument) -> list[str]:
    """What is watched where a case names no metric: trust and the dimensions that were measured."""
    scores = scores_of(document)
    return [name for name in (TRUST, *DIMENSIONS) if scores.get(name) is not None]


def held_against(
    case: str,
    scores: Mapping[str, float | None],
    metrics: Sequence[str],
    baseline: Mapping[str, float],
    minimum: Mapping[str, float],
    tolerance: float,
) -> list[MetricLine]:
    """One line per metric, those of `minimum` and `baseline` included: a metric must not vanish unnoticed."""
    names = dict.fromkeys([*metrics, *minimum, *(name for name in baseline if not metrics or name in metrics)])
    return [_line(case, name, scores.get(name), baseline.get(name), minimum.get(name), tolerance) for name in names]


def _line(case: str, metric: str, value: float | None, earlier: float | None, least: float | None, tolerance: float) -> MetricLine:
    delta = None if value is None or earlier is None else round(value - earlier, 6)
    reason = None
    if value is None:
        reason = "it could not be measured" + ("" if earlier is None else ", but was in the baseline")
    elif least is not None and value < least:
        reason = f"{value:.2f} is under the minimum of {least:g}"
    elif delta is not None and delta < -tolerance:
        reason = f"{value:.2f} is {-delta:.2f} under the baseline of {earlier:.2f}, more than {tolerance:g}"
    verdict = "fail" if reason else "new" if earlier is None else "pass"
    return MetricLine.model_validate(
        {"case": case, "metric": metric, "value": value, "baseline": earlier, "delta": delta, "minimum": least}
        | {"verdict": verdict, "reason": reason}
    )
