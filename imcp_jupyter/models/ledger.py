"""The privacy ledger: what was spent on a dataset, by whom, for what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from .job import Principal

EntryState = Literal["reserved", "spent", "returned"]


class LedgerEntry(BaseModel):
    """One differentially private release, or the attempt at one."""

    id: int
    content_hash: str = Field(description="of the dataset that was learned")
    label: str = Field(description="what the dataset was called")
    state: EntryState = Field(description="reserved and spent both count; returned is what failed before it looked at the rows")
    epsilon: float = Field(description="ε that was asked for")
    delta: float = Field(description="δ that was asked for")
    rho: float = Field(description="zCDP that this ε and δ allow")
    delta_levels: float = Field(description="part of δ that pays for learning which categories there are; adds up beside ρ")
    job_id: str | None = None
    principal: Principal
    model: str | None = Field(None, description="id of the model that was released")
    dataset: str | None = Field(None, description="reference of the dataset that was released")
    created: datetime


class PrivacyAccount(BaseModel):
    """What all releases of one dataset have spent together."""

    content_hash: str
    label: str
    budget: float = Field(description="ε that may be spent in all")
    delta: float = Field(description="δ at which `budget`, `spent` and `left` are counted")
    spent: float | None = Field(description="ε of all releases together; null when no ε holds at this δ")
    left: float = Field(description="the largest ε that one more release at this δ may ask for, rounded down")
    releases: int
