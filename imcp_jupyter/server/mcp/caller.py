"""Who sent a message: carried beside it from the transport to the handler, and to the SDK as the owner of a session."""

from __future__ import annotations

from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext

from ...models.job import Principal

SCOPE_KEY = "imcp.principal"  # in the ASGI scope of the handshake era's requests


def caller_of(context: ServerRequestContext[Any, Any]) -> Principal:
    """The principal that the transport authenticated. A message without one is refused, never served as somebody."""
    request = context.request
    scope: dict[str, Any] | None = getattr(request, "scope", None)
    principal = request if scope is None else scope.get(SCOPE_KEY)
    if not isinstance(principal, Principal):
        raise TypeError("the transport gave no principal")
    return principal


def session_owner(principal: Principal) -> AuthenticatedUser:
    """The principal in the SDK's words: it lets nobody else use the session."""
    return AuthenticatedUser(AccessToken(token="-", client_id="jupyter", scopes=[], subject=principal.subject))  # noqa: S106  # no secret
