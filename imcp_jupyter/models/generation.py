"""What the workspace says of a fitted model and of the data made with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

WITHHELD = "withheld"  # stands for what a differentially private release may not tell of its source


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
    """How a synthetic dataset came to be. Holds no value of the real data."""

    engine: str
    engine_version: str
    engine_licence: str
    parameters: dict[str, Any]
    seed: int
    source_hash: str = Field(description="content hash of the source; withheld where the data is differentially private")
    source_rows: int = Field(description="noisy where the data is differentially private")
    fitted_rows: int | None = Field(None, description="rows of the uniform sample that was learned from, where the source is too large")
    versions: dict[str, str]
    privacy: PrivacyStatement | None = None
