"""The commands of the README from a fresh clone, with cold package caches."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from .measure import table

ROOT = Path(__file__).parent.parent


def section() -> str:
    with tempfile.TemporaryDirectory() as folder:
        clone, caches = Path(folder) / "clone", Path(folder) / "caches"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("IMCP_", "VIRTUAL_ENV"))}
        env |= {"UV_CACHE_DIR": str(caches / "uv"), "npm_config_cache": str(caches / "npm"), "PIP_NO_CACHE_DIR": "1"}
        setup = _run(["make", ".venv/ready"], clone, env)[0]
        demo, printed = _run(["make", "demo"], clone, env)
        lab = _lab(clone, env)
    last = printed.strip().splitlines()[-1]
    rows = [
        ["set-up (`make .venv/ready`): environment, packages, JavaScript bundle", f"{setup:.0f} s", "≤ 300 s"],
        ["`make demo` after set-up", f"{demo:.0f} s", "≤ 60 s"],
        ["`make lab` after set-up, until the agent endpoint answers", f"{lab:.0f} s", "–"],
    ]
    times = table(["step", "wall", "goal"], rows)
    return f"## From a fresh clone\n\nCold caches of uv, pip and npm.\n\n{times}\n\n`make demo` ended with `{last}`."


def _run(command: list[str], folder: Path, env: dict[str, str]) -> tuple[float, str]:
    start = time.perf_counter()
    ran = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, ran.stdout


def _lab(clone: Path, env: dict[str, str]) -> float:
    start = time.perf_counter()
    process = subprocess.Popen(
        ["make", "lab"], cwd=clone, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        base, token = "", ""
        for line in process.stdout or ():
            found = re.search(r"(http://127\.0\.0\.1:\d+/)lab\?token=(\w+)", line)
            if found:
                base, token = found.groups()
                break
        request = urllib.request.Request(f"{base}imcp/readyz", headers={"Authorization": f"token {token}"})
        while time.perf_counter() - start < 120:
            try:
                with urllib.request.urlopen(request, timeout=5):
                    return time.perf_counter() - start
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the lab did not answer within 120 s")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
