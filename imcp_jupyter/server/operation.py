"""What a handler can do, in words that the routes and the OpenAPI description are both made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel


@dataclass(frozen=True)
class Query:
    name: str
    schema: dict[str, Any]
    description: str


@dataclass(frozen=True)
class Operation:
    """One HTTP method of a path. `returns` is a model, a list of it with `many`, or a media type that is not JSON."""

    summary: str
    returns: type[BaseModel] | str | None
    many: bool = False
    status: int = 200
    query: tuple[Query, ...] = ()
    also: dict[int, str] = field(default_factory=dict)  # other statuses and what they mean


class Described:
    """Mixed into a handler: where it is and what it does."""

    path: ClassVar[str]  # below imcp/, with {name} for a variable
    operations: ClassVar[dict[str, Operation]]  # by lower-case HTTP method


def pattern(handler: type[Described]) -> str:
    """The path of `handler` as a regular expression; a variable takes one path segment."""
    return "/imcp/" + re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(handler.path))
