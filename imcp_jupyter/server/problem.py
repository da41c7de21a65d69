"""Errors of the HTTP API as problem details (RFC 9457), with our ``code``, ``field`` and ``hint`` beside the standard members."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from tornado.web import HTTPError

from ..errors import ImcpError, InternalError

MEDIA_TYPE = "application/problem+json"

_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    503: "unavailable",
}


class Problem(BaseModel):
    """What went wrong with a request."""

    type: str = Field("about:blank", description="identifies the kind of problem")
    title: str = Field(description="the HTTP status in words")
    status: int
    detail: str = Field(description="the rule that was broken")
    code: str = Field(description="stable name of the kind of error")
    field: str | None = Field(None, description="the parameter or column at fault")
    hint: str | None = Field(None, description="what to do about it")


def problem_of(error: BaseException | None, status: int = 500) -> Problem:
    """The problem that `error` is to the caller. An error of ours keeps its details to itself: they are in the log."""
    if isinstance(error, HTTPError):
        return _problem(error.status_code, _CODES.get(error.status_code, "error"), error.log_message or error.reason or "")
    if error is None and status < 500:
        return _problem(status, _CODES.get(status, "error"), "")
    if not isinstance(error, ImcpError):
        error = internal_error()
    return _problem(error.status, error.code, error.message, field=error.field, hint=error.hint)


def internal_error() -> ImcpError:
    return InternalError("this is a fault of imcp_jupyter", hint="the server's log has the details")


def _problem(status: int, code: str, detail: str, **more: Any) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(type=f"urn:imcp:error:{code}", title=title, status=status, detail=detail or title, code=code, **more)
