"""Jobs: one tool call each (contract J)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled", "lost"]
FINAL_STATES: frozenset[str] = frozenset({"succeeded", "failed", "cancelled", "lost"})


class Principal(BaseModel):
    """Who called: a person or an agent, as the face's authentication says."""

    subject: str = "local"
    kind: Literal["person", "agent"] = "person"
    face: str = "python"


class Job(BaseModel):
    id: str
    tool: str
    state: JobState
    progress: float = Field(0.0, ge=0.0, le=1.0)
    message: str = ""
    params: dict[str, Any] = Field(default_factory=dict, description="redacted")
    principal: Principal = Field(default_factory=Principal)
    inputs: dict[str, str] = Field(default_factory=dict, description="content hash by parameter")
    outputs: dict[str, str] = Field(default_factory=dict, description="content hash or id by output reference")
    versions: dict[str, str] = Field(default_factory=dict)
    seed: int | None = None
    cached_from: str | None = Field(None, description="job whose result answers this one")
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None


class LogLine(BaseModel):
    job_id: str
    seq: int
    time: datetime
    level: str
    message: str
