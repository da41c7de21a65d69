"""What the workspace says of a fitted model and of the data made with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class ModelInfo(BaseModel):
    id: str
    engine: str
    engine_version: str
    dataset: str = Field(description="reference or content hash of the data it was fitted on")
    created: datetime
    job_id: str | None = None
    bytes: int = 0


class DataCard(BaseModel):
    """How a synthetic dataset came to be. Holds no value of the real data."""

    engine: str
    engine_version: str
    engine_licence: str
    parameters: dict[str, Any]
    seed: int
    source_hash: str
    source_rows: int
    versions: dict[str, str]
