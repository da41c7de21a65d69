"""A real JupyterLab and a real browser.

``lab.open(notebook)`` opens a copy of a notebook in the browser, ``lab.run_all()`` runs it, ``page`` is Playwright's page.
A test fails when the browser's console saw an error, or when the page asked anything of another machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

START_SECONDS = 90
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const session = app.shell.currentWidget.sessionContext;
    await session.ready;
    await session.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
}"""


class LabServer:
    """One JupyterLab process with folders and a token of its own."""

    def __init__(self, home: Path) -> None:
        self.root = home / "work"
        self.root.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self._ready = threading.Event()
        self._lines: list[str] = []
        self._write_overrides(home / "config" / "labconfig")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
                *("--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"),
                *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
            ],
            env=self._environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self) -> None:
        if not self._ready.wait(START_SECONDS) or self._process.poll() is not None:
            pytest.fail("JupyterLab did not start:\n" + self.log())

    def log(self) -> str:
        return "".join(self._lines[-80:])

    def stop(self) -> None:
        self._process.terminate()  # the server ends its kernels first
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._reader.join(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            if "is running at" in line:
                self._ready.set()
        self._ready.set()  # the process ended: whoever waits sees that it did

    @staticmethod
    def _write_overrides(folder: Path) -> None:
        """Without the question about news, which would lie over the page."""
        folder.mkdir(parents=True)
        quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
        (folder / "default_setting_overrides.json").write_text(json.dumps(quiet))

    @staticmethod
    def _environment(home: Path) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "IMCP_HOME": "imcp",
        }
        return os.environ | {name: str(home / folder) for name, folder in folders.items()} | {"PYTHONUNBUFFERED": "1"}


class Lab:
    """The server as one test sees it, in its page."""

    def __init__(self, server: LabServer, page: Page, folder: str) -> None:
        self.server = server
        self.page = page
        self._folder = folder

    def open(self, notebook: Path) -> None:
        """Open a copy of `notebook` (the original stays as it is)."""
        folder = self.server.root / self._folder
        folder.mkdir(exist_ok=True)
        shutil.copy(notebook, folder / notebook.name)
        self.page.goto(f"{self.server.url}/lab/tree/{self._folder}/{notebook.name}?token={self.server.token}&reset")
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()

    def run_all(self) -> None:
        """Run all cells; returns when the last has run."""
        self.page.evaluate(_RUN_ALL)

    def set_theme(self, name: str) -> None:
        """'JupyterLab Light' or 'JupyterLab Dark'."""
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)

    def screenshot(self, name: str) -> Path:
        """The page as ``build/screenshots/{name}.png``."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    server = LabServer(tmp_path_factory.mktemp("lab"))
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright keeps an event loop running, beside which no other test could run one."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.fail("no browser found: apt-get install chromium")
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the page wrote to its console as an error, what it threw, and what it asked of other machines."""
    return []


@pytest.fixture
def page(browser: Browser, console_errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(60_000)

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def keep_foreign(request: Request) -> None:
        if urlsplit(request.url).hostname not in (None, "127.0.0.1"):
            console_errors.append(f"a request left the machine: {request.url}")

    opened.on("console", keep)
    opened.on("request", keep_foreign)
    opened.on("pageerror", lambda error: console_errors.append(str(error)))
    yield opened
    context.close()
    assert console_errors == []


@pytest.fixture
def lab(lab_server: LabServer, page: Page, request: pytest.FixtureRequest) -> Lab:
    return Lab(lab_server, page, "".join(letter if letter.isalnum() else "-" for letter in request.node.name))
