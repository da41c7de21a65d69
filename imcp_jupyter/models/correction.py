"""What a correction did to a table."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Action = Literal[
    "row dropped", "row drawn anew", "taken from a like row", "apostrophe put before", "characters removed", "cut", "new id", "emptied"
]


class Change(BaseModel):
    """One kind of edit, by the check that asked for it. Without values."""

    check: str = Field(description="id of the check that objected")
    column: str | None = Field(None, description="none where whole rows changed")
    action: Action
    count: int = Field(description="rows or cells")
    row_positions: list[int] = Field(description="where in the table that was given, the first 20")


class Leftover(BaseModel):
    """What a check still objects to after the correction, and why it was left."""

    check: str
    column: str | None = None
    count: int
    reason: str
