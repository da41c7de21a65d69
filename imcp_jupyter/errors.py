"""One error tree, so that every face shows the same error.

An error carries the rule that was broken (``message``), the parameter or column at fault (``field``)
and what to do about it (``hint``). Faces only choose how to draw these three.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar


class ImcpError(Exception):
    """Base of every error that a user may see.

    Attributes: ``code`` is stable and machine-readable, ``status`` the HTTP status that goes with it.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.message}" + (f" ({self.hint})" if self.hint else "")

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments do not survive the default exception pickling between processes.
        return error_from_dict, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "field": self.field, "hint": self.hint}


class InvalidInput(ImcpError):
    """A parameter or the data itself breaks a rule."""

    code = "invalid_input"
    status = 422


class NotFound(ImcpError):
    """A named thing (dataset, column, tool, job …) does not exist."""

    code = "not_found"
    status = 404


class Conflict(ImcpError):
    """The state of a thing does not allow the request."""

    code = "conflict"
    status = 409


class BudgetExceeded(Conflict):
    """A release would spend more of a dataset's privacy budget than is left."""

    code = "budget_exceeded"


class PermissionDenied(ImcpError):
    """The caller may not do this."""

    code = "permission_denied"
    status = 403


class MissingExtra(ImcpError):
    """An optional dependency is needed; the hint is the exact install line."""

    code = "missing_extra"
    status = 501

    @classmethod
    def named(cls, extra: str, purpose: str) -> MissingExtra:
        return cls(f"{purpose} needs the optional dependency group '{extra}'", hint=f"pip install 'imcp_jupyter[{extra}]'")


class JobCancelled(ImcpError):
    """Somebody ended the job."""

    code = "cancelled"
    status = 409


class WorkerDied(ImcpError):
    """The process that ran a job ended without an answer (killed, out of memory)."""

    code = "worker_died"
    status = 500


class InternalError(ImcpError):
    """A fault of ours. The message names the kind of fault only; the details are in the log."""

    code = "internal_error"
    status = 500


def error_from_dict(data: dict[str, Any]) -> ImcpError:
    """Rebuild an error that crossed a process or the wire; unknown codes become a plain `ImcpError`."""
    kinds: dict[str, type[ImcpError]] = {kind.code: kind for kind in _tree(ImcpError)}
    kind = kinds.get(data.get("code", ""), ImcpError)
    return kind(data.get("message") or "unknown error", hint=data.get("hint"), field=data.get("field"))


def did_you_mean(name: str, options: Iterable[str]) -> str | None:
    """A hint that names the nearest option, or lists them when none is near and there are few."""
    known = [str(option) for option in options]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if 0 < len(known) <= 20:
        return "there is: " + ", ".join(known)
    return None


def _tree(kind: type[ImcpError]) -> Iterable[type[ImcpError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
