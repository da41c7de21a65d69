from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.auth.identity import User
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.web import create_signed_value
from tornado.websocket import websocket_connect

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _paths(serverapp: Any) -> list[tuple[str, type]]:
    """Every rule of the extension as a path that it matches."""
    found = []
    rules = [rule for group in serverapp.web_app.default_router.rules for rule in getattr(group.target, "rules", [])]
    for rule in rules:
        text = getattr(rule.matcher, "regex", re.compile("")).pattern
        if "/imcp" in text:
            path = text.removesuffix("$").replace("(?:/.*)?", "/anything").replace("/?", "").replace("([^/]+)", "echo").replace("\\", "")
            found.append((path, rule.target))
    return found


async def test_every_rule_and_method_refuses_a_stranger_with_401(lab, jp_serverapp) -> None:
    paths = _paths(jp_serverapp)
    assert len(paths) == 18
    for path, handler in paths:
        assert "imcp" in handler.__module__
        for method in METHODS:
            response = await lab._client.fetch(
                path, method=method, raise_error=False, allow_nonstandard_methods=True, follow_redirects=False, body=""
            )
            assert response.code == 401, (method, path, response.code)


@pytest.mark.parametrize("token", ["wrong", "", "ö"])
async def test_a_bad_token_is_401_with_a_challenge_that_names_no_oauth_metadata(lab, token: str) -> None:
    response = await lab.fetch("api/v1/tools", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")}, token=False)
    assert response.code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="jupyter"'
    assert json.loads(response.body)["code"] == "unauthenticated"


async def test_a_post_without_a_token_is_401_and_not_an_xsrf_403(lab) -> None:
    for path in ("mcp", "api/v1/tools/echo"):
        assert (await lab.fetch(path, "POST", {"text": "x"}, token=False)).code == 401


async def test_a_socket_without_a_token_is_refused(lab) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(HTTPRequest(lab.socket_url), subprotocols=["mcp"])
    assert refused.value.code == 401


async def test_the_token_works_as_header_in_both_words_and_as_query(lab) -> None:
    for headers, query in (({"Authorization": f"token {lab.token}"}, ""), ({"Authorization": f"Bearer {lab.token}"}, ""), ({}, lab.token)):
        response = await lab.fetch(f"healthz?token={query}", headers=headers, token=False)
        assert response.code == 200
        assert "Set-Cookie" not in response.headers


async def test_a_token_is_the_same_subject_on_every_call(lab) -> None:
    subjects = {(await lab.run("echo", text="x"))["subject"] for _ in range(3)}
    assert subjects == {"jupyter-token"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_is_refused_even_with_the_token(lab, origin: str) -> None:
    for path, method in (("healthz", "GET"), ("mcp", "POST"), ("api/v1/tools/echo", "POST")):
        assert (await lab.fetch(path, method, headers={"Origin": origin})).code == 403
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(HTTPRequest(lab.socket_url, headers={**lab.auth, "Origin": origin}), subprotocols=["mcp"])
    assert refused.value.code == 403


async def test_a_page_of_the_lab_itself_is_served(lab) -> None:
    assert (await lab.fetch("healthz", headers={"Origin": f"http://{lab.origin}"})).code == 200


async def test_an_origin_that_the_server_allows_is_served(lab, jp_serverapp) -> None:
    jp_serverapp.web_app.settings["allow_origin"] = "https://friend.example"
    assert (await lab.fetch("healthz", headers={"Origin": "https://friend.example"})).code == 200
    assert (await lab.fetch("healthz", headers={"Origin": "https://friend.example.evil"})).code == 403


async def test_a_foreign_host_header_is_refused(lab) -> None:
    assert (await lab.fetch("healthz", headers={"Host": "evil.example"})).code == 403


class TestABrowserWithACookie:
    @staticmethod
    def cookie_of(jp_serverapp: Any, lab: Any, user: User) -> str:
        """The login cookie of a person."""
        name = re.sub(r"[^A-Za-z0-9]", "-", f"username-{lab.origin}")
        text = jp_serverapp.identity_provider.user_to_cookie(user)
        return f"{name}={create_signed_value(jp_serverapp.web_app.settings['cookie_secret'], name, text).decode()}"

    @pytest.fixture
    def cookie(self, jp_serverapp: Any, lab: Any) -> str:
        return self.cookie_of(jp_serverapp, lab, User("ada", "Ada"))

    async def test_may_read(self, lab, cookie: str) -> None:
        assert (await lab.fetch("api/v1/jobs", headers={"Cookie": cookie}, token=False)).code == 200

    async def test_may_not_post_without_the_xsrf_token(self, lab, cookie: str) -> None:
        response = await lab.fetch("api/v1/tools/echo", "POST", {"text": "x"}, {"Cookie": cookie}, token=False)
        assert response.code == 403

    async def test_posts_with_the_xsrf_token_under_their_own_name(self, lab, cookie: str) -> None:
        headers = {"Cookie": f"{cookie}; _xsrf=abc", "X-XSRFToken": "abc"}
        response = await lab.fetch("api/v1/tools/echo", "POST", {"text": "x"}, headers, token=False)
        assert response.code == 200
        assert json.loads(response.body)["subject"] == "ada"

    async def test_keeps_their_name_when_the_page_sends_the_token_too(self, lab, cookie: str) -> None:
        response = await lab.fetch("api/v1/tools/echo", "POST", {"text": "x"}, {"Cookie": cookie})
        assert json.loads(response.body)["subject"] == "ada"


class ReadOnly(Authorizer):
    """Lets everybody read and nobody do anything."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource == "imcp" and action == "read"


async def test_the_servers_authorizer_decides_who_may_run_tools(lab, jp_serverapp) -> None:
    jp_serverapp.web_app.settings["authorizer"] = ReadOnly(parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider)
    assert (await lab.fetch("api/v1/tools")).code == 200
    for path, method in (("api/v1/tools/echo", "POST"), ("mcp", "POST"), ("api/v1/jobs/x", "DELETE")):
        assert (await lab.fetch(path, method)).code == 403
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(HTTPRequest(lab.socket_url, headers=lab.auth), subprotocols=["mcp"])
    assert refused.value.code == 403


class TestALabWithoutAuthentication:
    @pytest.fixture
    def jp_server_config(self, jp_server_config):
        jp_server_config.ServerApp.token = ""
        jp_server_config.IdentityProvider.token = ""
        return jp_server_config

    async def test_serves_everybody_as_one_subject_and_keeps_xsrf(self, lab) -> None:
        assert (await lab.fetch("api/v1/tools", token=False)).code == 200
        assert (await lab.fetch("api/v1/tools/echo", "POST", {"text": "x"}, token=False)).code == 403
        headers = {"Cookie": "_xsrf=abc", "X-XSRFToken": "abc"}
        for _ in range(2):
            response = await lab.fetch("api/v1/tools/echo", "POST", {"text": "x"}, headers, token=False)
            assert json.loads(response.body)["subject"] == "anonymous"
