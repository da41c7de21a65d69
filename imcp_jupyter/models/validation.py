"""Checks, dimensions and trust reports (contract G)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["pass", "warn", "fail", "skipped"]
Level = Literal["none", "low", "medium", "high", "verified"]
Badge = Literal["none", "bronze", "silver", "gold", "platinum"]
DIMENSIONS = ("quality", "utility", "privacy", "security", "fairness", "compliance", "grounding")


class Check(BaseModel):
    """One measurement with what it means. `score` is 0 to 100, `value` in `unit`."""

    id: str
    dimension: str
    title: str
    value: float | None = None
    unit: str = ""
    floor: float | None = Field(None, description="value of a bad case: independent shuffle of the columns, or stated in the evidence")
    ceiling: float | None = Field(None, description="value that real holdout rows reach")
    threshold: float | None = Field(None, description="value at which the verdict turns to pass")
    score: float | None = None
    interval: tuple[float, float] | None = Field(None, description="95 % bootstrap interval of the value")
    verdict: Verdict
    gate: bool = Field(False, description="a failed gate caps the trust score at 24")
    evidence: dict[str, Any] = Field(default_factory=dict)
    explanation: str = ""
    source: str = Field("", description="paper or library that defines the measurement")
    weight: float = Field(1.0, description="share in its dimension, before skipped checks are left out; 0 is shown only")
    basis: str = Field("", description="where the threshold comes from, in one line")


class Dimension(BaseModel):
    name: str
    score: float | None
    interval: tuple[float, float] | None
    weight: float
    verdict: Verdict
    reason: str | None = Field(None, description="why it was skipped")


class SubjectInfo(BaseModel):
    """The table a report is about, without any of its values."""

    name: str
    rows: int
    columns: int
    content_hash: str


class Control(BaseModel):
    """A control of a law or standard, and the checks that are evidence for it. Evidence is no certificate."""

    framework: str
    control: str = Field(description="id of the control in its framework, such as 'Art. 5(1)(e)'")
    title: str
    checks: list[str] = Field(description="ids of the checks that are evidence for it")
    verdict: Verdict = Field(description="the worst verdict among the checks that were measured; skipped where none was")


SubjectKind = Literal["dataset", "model", "generator", "agent"]


class Repeat(BaseModel):
    """One run of a judged generator: it learned a part of the real table, and was judged with the rest as holdout."""

    seed: int
    score: float
    dimensions: dict[str, float | None]
    gates_failed: list[str] = Field(default_factory=list)


class Reason(BaseModel):
    """Why a profile sets a number, in one line."""

    subject: str = Field(description="a dimension, 'passes', 'warns' or the id of a check")
    value: float
    why: str


class PairMap(BaseModel):
    """How closely columns are related, in real and synthetic.

    Pearson's correlation (-1 to 1) for two numeric columns, else Cramér's V (0 to 1), null where undefined. Both lists hold the
    pairs (0, 1), (0, 2), (1, 2), (0, 3), … of `columns`: row by row of the lower triangle.
    """

    columns: list[str] = Field(max_length=24)
    of: int = Field(description="compared columns, of which these are those with the strongest relations")
    real: list[float | None]
    synthetic: list[float | None]


class DistancePlot(BaseModel):
    """Shares of rows by their distance to the nearest training row. `edges` has one entry more than there are bins; the last is open."""

    edges: list[float] = Field(max_length=41)
    synthetic: list[float]
    unseen: list[float] = Field(description="the same for rows that the generator has not seen, or of real rows among each other")
    unseen_is: Literal["holdout", "real"]
    rows: int


class ReportDocument(BaseModel):
    """A whole validation, as it is stored, sent and drawn. `kind` is 'validation' or 'gatf'."""

    model_config = ConfigDict(extra="forbid")

    schema_version: Literal["1"] = "1"
    kind: Literal["validation", "gatf"]
    id: str | None = None
    subject: SubjectKind = Field("dataset", description="what was judged; of an agent, the rows of 'synthetic' are its calls")
    created: datetime
    profile: str
    synthetic: SubjectInfo
    real: SubjectInfo | None = None
    holdout: SubjectInfo | None = None
    score: float = Field(description="0 to 100 for 'gatf', 0 to 1 for 'validation'")
    interval: tuple[float, float]
    level: Level
    badge: Badge
    gates_failed: list[str] = Field(default_factory=list)
    dimensions: list[Dimension]
    checks: list[Check]
    controls: list[Control] = Field(default_factory=list, description="controls that the profile asks about, with their evidence")
    repeats: list[Repeat] = Field(default_factory=list, description="of a generator: the runs that the score is the mean of")
    replicates: int
    seed: int
    seconds: float
    versions: dict[str, str]
    distributions: list[dict[str, Any]] = Field(
        default_factory=list, description="per column: binned shares of real and synthetic, for plots"
    )
    pair_map: PairMap | None = None
    distances: DistancePlot | None = None
    weights: list[Reason] = Field(default_factory=list, description="why the profile weighs each dimension as it does")
    thresholds: list[Reason] = Field(default_factory=list, description="where the profile's passing scores come from")


class ReportInfo(BaseModel):
    """A report as the workspace lists it."""

    id: str
    kind: str
    subject: str
    score: float
    level: str
    badge: str
    created: datetime
    job_id: str | None = None
