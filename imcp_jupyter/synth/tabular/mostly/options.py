"""What users may set on TabularARGN, under MOSTLY's names and with its defaults."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..options import EngineOptions


class MostlyOptions(EngineOptions):
    model: Literal["small", "medium", "large"] = Field("medium", description="size of the network: MOSTLY_AI/Small, Medium or Large")
    max_epochs: float = Field(100, gt=0, le=100_000, description="passes over the data; training stops before when it gains no more")
    max_training_time: float = Field(
        14_400, gt=0, le=100_000, description="minutes after which training stops; a seed does not decide what a fit cut by time learned"
    )
    batch_size: int | None = Field(None, ge=1, le=1_000_000, description="rows of one training step; null: by the number of rows")
    enable_flexible_generation: bool = Field(True, description="learn the columns in any order, not in one")
    value_protection: bool = Field(True, description="never draw levels and extremes that only a few rows have")
