"""How tables hang together: foreign keys, and what was found when they were looked up."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OnOrphans = Literal["refuse", "drop", "null"]


class Relation(BaseModel):
    """Rows of `child` belong to the row of `parent` whose `key` equals their `foreign_key`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parent: str = Field(description="table that is referred to")
    child: str = Field(description="table that refers; may be the parent itself")
    key: str = Field(description="column of the parent, one value per row")
    foreign_key: str = Field(description="column of the child; may have missing values")

    def __str__(self) -> str:
        return f"{self.child}.{self.foreign_key} → {self.parent}.{self.key}"


class Orphans(BaseModel):
    """Rows of a child whose foreign key names no row of the parent."""

    relation: Relation
    rows: int
    done: Literal["dropped", "nulled"]
