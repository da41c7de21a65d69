"""The base of all handlers: authentication before anything else, problem details for every error, a bounded body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from pydantic_core import to_json
from tornado import web
from tornado.web import HTTPError

from ..errors import ImcpError, InvalidInput
from .principal import authenticate, is_foreign_origin
from .problem import MEDIA_TYPE, Problem, problem_of
from .runtime import Runtime

Method = TypeVar("Method", bound=Callable[..., Any])


def allowed(action: str) -> Callable[[Method], Method]:
    """Let Jupyter's authorizer decide whether the user may do `action` ("read" or "execute") on the resource "imcp"."""

    def decorate(method: Method) -> Method:
        return cast("Method", web.authenticated(authorized(action, "imcp")(method)))

    return decorate


class ImcpHandler(JupyterHandler):
    """Authenticated for every method and path; nothing below `prepare` runs for a stranger."""

    auth_resource = "imcp"

    def initialize(self) -> None:
        self.gone = asyncio.Event()  # set when the client hangs up

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self.settings["imcp_runtime"]
        return found

    async def prepare(self, **_: Any) -> None:
        if not self.check_host():
            raise HTTPError(403, "the Host header names no host of this server")
        if await authenticate(self) is None:
            raise HTTPError(401, "a token of this Jupyter server is required: Authorization: Bearer TOKEN")
        if is_foreign_origin(self):
            raise HTTPError(403, "requests from pages of other origins are refused")
        await super().prepare(_redirect_to_login=False)  # XSRF of cookie users, CORS headers

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.gone.set()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        exc_info = kwargs.get("exc_info")
        problem = problem_of(exc_info[1] if exc_info else None, status_code)
        self.set_status(problem.status)
        if problem.status == 401:
            # No resource_metadata here: clients that discover OAuth then ignore the token they were configured with.
            self.set_header("WWW-Authenticate", 'Bearer realm="jupyter"')
        self.write_problem(problem)

    def write_problem(self, problem: Problem) -> None:
        self.finish_json(problem.model_dump(exclude_none=True), MEDIA_TYPE)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, ImcpError) and value.status < 500:
            self.log.info("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)

    def finish_json(self, body: Any, media_type: str = "application/json") -> None:
        self.set_header("Content-Type", media_type)
        self.finish(to_json(body, inf_nan_mode="null"))  # JSON has no NaN; json.dumps would write one

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """The query parameter `name`, by default the first option. Raises `InvalidInput`."""
        value = str(self.get_query_argument(name, options[0]))
        if value not in options:
            raise InvalidInput(f"'{value}' is not one of {', '.join(options)}", field=name)
        return value

    def whole_number(self, name: str, default: int, low: int, high: int) -> int:
        """The query parameter `name` as a number in [low, high]. Raises `InvalidInput`."""
        value = str(self.get_query_argument(name, str(default)))
        if not (value.isdecimal() and low <= int(value) <= high):
            raise InvalidInput(f"must be a whole number from {low} to {high}, got '{value}'", field=name)
        return int(value)


@web.stream_request_body
class BodyHandler(ImcpHandler):
    """Reads a body of at most `max_body_bytes`, and only after the request is authenticated."""

    def initialize(self) -> None:
        super().initialize()
        self._parts: list[bytes] = []
        self._size = 0

    async def prepare(self, **_: Any) -> None:
        await super().prepare()
        if int(self.request.headers.get("Content-Length") or 0) > self._limit:
            raise self._too_large()

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size <= self._limit:
            self._parts.append(chunk)

    @property
    def body(self) -> bytes:
        if self._size > self._limit:
            raise self._too_large()
        return b"".join(self._parts)

    @property
    def _limit(self) -> int:
        return self.runtime.settings.max_body_bytes

    def _too_large(self) -> HTTPError:
        return HTTPError(413, f"the body must not be larger than {self._limit} bytes")


class UnknownPathHandler(ImcpHandler):
    """Any other path under ``imcp/``."""

    @allowed("read")
    async def get(self) -> None:
        raise HTTPError(404, f"there is nothing at {self.request.path}")

    post = put = patch = delete = get
