"""What an agent did: its calls, one record each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from .job import Principal

CallState = Literal["queued", "running", "succeeded", "failed", "cancelled", "lost", "refused", "denied"]


class CallRecord(BaseModel):
    """One call of a tool. ``refused``: the tool or a parameter was not valid; ``denied``: the caller may not do this."""

    tool: str
    principal: Principal = Field(default_factory=Principal)
    state: CallState
    params: dict[str, Any] = Field(default_factory=dict, description="redacted")
    error: dict[str, Any] | None = None
    job_id: str | None = Field(None, description="none for a quick look at the workspace, and for a refused call")
    created: datetime
