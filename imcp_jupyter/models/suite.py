"""What a suite of validations found beside its baseline."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

MetricVerdict = Literal["pass", "new", "fail"]


class MetricLine(BaseModel):
    """One score of one case. Scores are 0 to 100: of trust, of a dimension, or of a check."""

    case: str
    metric: str = Field(description="'trust', a dimension, or the id of a check")
    value: float | None = Field(description="null where it could not be measured")
    baseline: float | None = None
    delta: float | None = Field(None, description="value less baseline")
    minimum: float | None = None
    verdict: MetricVerdict
    reason: str | None = None


class CaseOutcome(BaseModel):
    case: str
    passed: bool
    report: str | None = Field(None, description="id of the report; null where the case could not be run")
    error: str | None = None
    gates_failed: list[str] = Field(default_factory=list)
    seconds: float = 0.0


class Baseline(BaseModel):
    """The scores that later runs of a suite are held against, by case and metric."""

    suite: str
    scores: dict[str, dict[str, float]]
    updated: datetime
