"""``imcp lab``: JupyterLab on the demo notebooks, with the lines that attach an agent."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

from .demo import NOTEBOOK, notebooks_folder
from .errors import MissingExtra


def run_lab(words: list[str]) -> int:
    """Print the MCP URL and client configurations, then become JupyterLab."""
    parser = argparse.ArgumentParser(prog="imcp lab", description="JupyterLab with the demo notebooks and the agent endpoint")
    parser.add_argument("--port", type=int, default=8888, help="first port to try")
    parser.add_argument("--folder", type=Path, default=Path("build/lab"), help="where the notebooks are copied to and edited")
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args(words)
    _require_jupyterlab()
    folder: Path = options.folder.resolve()
    _copy_notebooks(folder)
    port = _free_port(options.port)
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    print(attach_lines(f"http://127.0.0.1:{port}/", token), flush=True)
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"]
    command += ["--ServerApp.open_browser=False"] if options.no_browser or not _has_display() else []
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    # The token goes by the environment: a command line is there for every user of the machine to read.
    os.execve(sys.executable, command, os.environ | {"JUPYTER_TOKEN": token})  # noqa: S606  # our own interpreter and arguments


def attach_lines(base_url: str, token: str) -> str:
    """What to paste into an agent's configuration."""
    url = f"{base_url}imcp/mcp"
    servers = {"servers": {"imcp": {"type": "http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}}}
    return "\n".join(
        [
            f"JupyterLab   {base_url}lab?token={token}",
            f"MCP          {url}",
            f"WebSocket    {url.replace('http', 'ws', 1)}/ws",
            "",
            "Claude Code:",
            f'  claude mcp add --transport http imcp {url} --header "Authorization: Bearer {token}"',
            "VS Code (.vscode/mcp.json):",
            f"  {json.dumps(servers)}",
            "",
        ]
    )


def _require_jupyterlab() -> None:
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise MissingExtra.named("lab", "imcp lab")


def _copy_notebooks(folder: Path) -> None:
    """The user edits copies; the ones that are there already are theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in sorted(notebooks_folder().glob("*.ipynb")):
        if not (folder / notebook.name).exists():
            shutil.copyfile(notebook, folder / notebook.name)


def _free_port(first: int) -> int:
    for port in range(first, first + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
