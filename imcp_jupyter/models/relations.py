"""How tables hang together: foreign keys, and what was found when they were looked up."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InvalidInput

OnOrphans = Literal["refuse", "drop", "null"]


class Relation(BaseModel):
    """Rows of `child` belong to the row of `parent` whose `key` equals their `foreign_key`.

    Also read from text, as a command line gives it: ``orders.customer_id=customers.id``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    parent: str = Field(description="table that is referred to")
    child: str = Field(description="table that refers; may be the parent itself")
    key: str = Field(description="column of the parent, one value per row")
    foreign_key: str = Field(description="column of the child; may have missing values")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        left, equals, right = value.partition("=")
        (child, dot, foreign_key), (parent, other_dot, key) = left.strip().rpartition("."), right.strip().rpartition(".")
        if not (equals and dot and other_dot):
            message = f"a relation in words reads child.foreign_key=parent.key, got {value!r:.60}"
            raise InvalidInput(message, field="relations")
        return {"parent": parent, "child": child, "key": key, "foreign_key": foreign_key}

    def __str__(self) -> str:
        return f"{self.child}.{self.foreign_key} → {self.parent}.{self.key}"


class Orphans(BaseModel):
    """Rows of a child whose foreign key names no row of the parent."""

    relation: Relation
    rows: int
    done: Literal["dropped", "nulled"]
