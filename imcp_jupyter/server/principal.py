"""Who calls: Jupyter's identity, with the two things it does not do for programs that send a token.

Jupyter's own provider makes up a new anonymous user (and sets a cookie) for every cookie-less request with the token, so
an agent would be somebody else on every call; and it compares the token in time that depends on its content.
"""

from __future__ import annotations

import hmac
from inspect import isawaitable
from typing import Any, Literal
from urllib.parse import urlparse

from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import origin_matches_pat

from ..models.job import Principal

_STOCK_PROVIDERS = (IdentityProvider, PasswordIdentityProvider)  # exactly these: a subclass may know who a token belongs to
_TOKEN_USER = User("jupyter-token", "Jupyter token")
_ANYBODY = User("anonymous", "Anonymous")


async def authenticate(handler: JupyterHandler) -> User | None:
    """The user of the request, or None; Jupyter's handler finds it recorded and asks no further."""
    provider = handler.identity_provider
    user: Any = None
    if type(provider) in _STOCK_PROVIDERS:
        user = _stock_user(handler, provider)
    if user is None:
        user = provider.get_user(handler)
        if isawaitable(user):
            user = await user
    if user is not None:
        handler._jupyter_current_user = user
        handler.current_user = user
    return user  # type: ignore[no-any-return]  # providers are not typed


def _stock_user(handler: JupyterHandler, provider: IdentityProvider) -> Any:
    if not provider.auth_enabled:
        return provider.get_user_cookie(handler) or _ANYBODY
    given, expected = provider.get_token(handler), provider.token
    if not (given and expected and hmac.compare_digest(given.encode(), expected.encode())):
        return None
    handler._token_authenticated = True  # type: ignore[attr-defined]  # where the provider keeps it, too
    return provider.get_user_cookie(handler) or _TOKEN_USER


def principal_of(handler: JupyterHandler, face: Literal["mcp", "rest"]) -> Principal:
    """The authenticated user as the jobs record it. What speaks MCP is an agent, whoever it works for."""
    return Principal(subject=handler.current_user.username, kind="agent" if face == "mcp" else "person", face=face)


def is_foreign_origin(handler: JupyterHandler) -> bool:
    """Does a page of another site ask? Checked with a token too: the MCP specification wants it, Jupyter skips it then."""
    origin = handler.get_origin()
    if origin is None or handler.allow_origin == "*":
        return False
    origin = origin.lower()
    if urlparse(origin).netloc == handler.request.host.lower() or origin == handler.allow_origin.lower():
        return False
    return not (handler.allow_origin_pat and origin_matches_pat(handler.allow_origin_pat, origin))
