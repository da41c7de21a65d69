"""Questions that a view asks its widget: ``{id, method, params}`` → ``{id, result | error}``, with binary buffers.

Plain custom messages, because state synchronisation has no order against them and no place for an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from ..errors import ImcpError, InternalError, InvalidInput, NotFound, did_you_mean

logger = logging.getLogger(__name__)


class Request(BaseModel):
    id: str
    method: str
    params: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What a method gives back: a JSON value, and buffers that travel beside it without encoding."""

    result: Any
    buffers: list[bytes] = field(default_factory=list)


Method = Callable[[dict[str, Any]], Reply]


def answer(methods: Mapping[str, Method], content: Any) -> tuple[dict[str, Any], list[bytes]] | None:
    """The message that answers `content`, with its buffers; None where `content` is not a question of ours."""
    try:
        request = Request.model_validate(content)
    except ValidationError:
        return None
    try:
        if request.method not in methods:
            raise NotFound(f"there is no method '{request.method}'", field="method", hint=did_you_mean(request.method, methods))
        reply = methods[request.method](request.params)
    except ImcpError as error:
        return {"id": request.id, "error": error.to_dict()}, []
    except ValidationError as error:
        return {"id": request.id, "error": _first_fault(error).to_dict()}, []
    except Exception as error:
        # The view must get an answer to every question, or it waits for ever.
        logger.exception("widget method failed", extra={"method": request.method})
        fault = InternalError(
            f"the widget could not answer '{request.method}': {type(error).__name__}", hint="the kernel's log has details"
        )
        return {"id": request.id, "error": fault.to_dict()}, []
    return {"id": request.id, "result": reply.result}, reply.buffers


def _first_fault(error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return InvalidInput(first["msg"], field=".".join(str(part) for part in first["loc"]) or None)
