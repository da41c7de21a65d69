"""Options of engines: one pydantic model per engine, one way to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import InvalidInput, did_you_mean

FIELD = "engine_options"


class EngineOptions(BaseModel):
    """Base of all options, and the options of an engine that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


O = TypeVar("O", bound=EngineOptions)  # noqa: E741  # the letter of the word


def read_options(engine: str, kind: type[O], given: Mapping[str, Any] | None) -> O:
    """The options `given` to `engine`. Raises `InvalidInput` naming the first bad one and, when unknown, the nearest."""
    try:
        return kind.model_validate(dict(given or {}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    field = f"{FIELD}.{name}" if name else FIELD
    if first["type"] == "extra_forbidden":
        hint = did_you_mean(name, kind.model_fields) if kind.model_fields else "it takes none"
        raise InvalidInput(f"engine '{engine}' has no option '{name}'", field=field, hint=hint)
    message = first["msg"][0].lower() + first["msg"][1:]
    raise InvalidInput(f"{message}, got {first['input']!r}" if name else message, field=field)
