"""What the workspace says of a fitted model and of the data made with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from .constraints import ConditionOutcome, ConstraintOutcome
from .dataset import ColumnKind
from .pii import PiiTreatment

WITHHELD = "withheld"  # stands for what a differentially private release may not tell of its source

PrivacyLevel = Literal["fidelity", "standard", "high"]


class ModelInfo(BaseModel):
    id: str
    engine: str
    engine_version: str
    dataset: str = Field(description="content hash of the data it was fitted on; withheld where the model is differentially private")
    created: datetime
    job_id: str | None = None
    bytes: int = 0


class PrivacySpending(BaseModel):
    """Part of a privacy budget that went to one purpose."""

    purpose: str
    mechanism: str
    rho: float = Field(description="zCDP spent, over all times")
    delta: float = 0.0
    times: int = 1


class PrivacyStatement(BaseModel):
    """What differential privacy a dataset has, and how it was paid for."""

    epsilon: float
    delta: float
    rho: float = Field(description="zCDP that ε and δ allow")
    delta_levels: float = Field(description="part of δ that paid for learning which categories there are")
    mechanism: str
    neighbours: str = "tables that differ by one row, added or removed"
    spent: list[PrivacySpending]
    public: list[str] = Field(description="what was taken as known to everybody, so that nothing was spent on it")
    rows: int = Field(description="rows of the source: noisy, unless the row count was declared public")
    reproducible: str = (
        "not reproducible by design: noise comes from the operating system; the seed decides only what is drawn from the model"
    )
    warning: str | None = None


class DataCard(BaseModel):
    """How a synthetic dataset came to be: what may leave the workspace with it.

    Holds no range, level or other value of the real data, but those that the caller wrote into the parameters.
    """

    method: str = Field("", description="the engine's method in words")
    engine: str
    engine_version: str
    engine_licence: str
    parameters: dict[str, Any] = Field(description="what the caller asked for")
    engine_options: dict[str, Any] = Field(default_factory=dict, description="every option of the engine, with those left at their default")
    columns: dict[str, ColumnKind] = Field(default_factory=dict, description="what each column holds")
    rows: int | None = Field(None, description="rows drawn")
    seed: int
    source_hash: str = Field(description="content hash of the source; withheld where the data is differentially private")
    source_rows: int = Field(description="noisy where the data is differentially private")
    fitted_rows: int | None = Field(
        None, description="rows that were learned from, where not all: a uniform sample of a large source, without rows that break a rule"
    )
    versions: dict[str, str]
    privacy: PrivacyStatement | None = Field(None, description="the guarantee and what it cost; none where epsilon was not given")
    privacy_level: PrivacyLevel | None = Field(None, description="how far the engine's privacy dial was turned; none where it has no dial")
    constraints: list[ConstraintOutcome] = Field(default_factory=list, description="how each constraint was kept")
    conditions: list[ConditionOutcome] = Field(default_factory=list, description="how each condition was held")
    pii: list[PiiTreatment] = Field(default_factory=list, description="columns of personal data, and what was done with each")
