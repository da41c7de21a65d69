"""`imcp demo` as a user runs it: in a process of its own, on the bundled census."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from imcp_jupyter.cli import main


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("demo")
    command = [str(Path(sys.executable).with_name("imcp")), "demo", "--out", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert ran.returncode == 0, ran.stderr
    return out, ran.stdout


@pytest.fixture(scope="module")
def checks(demo: tuple[Path, str]) -> dict[str, Any]:
    report = json.loads((demo[0] / "report.json").read_text())
    return {check["id"]: check for check in report["checks"]}


def test_the_last_line_is_the_trust_score(demo: tuple[Path, str]) -> None:
    last = demo[1].strip().splitlines()[-1]
    found = re.fullmatch(r"trust score (\d+\.\d) \[(\d+\.\d), (\d+\.\d)\] level=(\w+) badge=(\w+)", last)
    assert found, last
    score, low, high = map(float, found.groups()[:3])
    assert low <= score <= high
    assert score >= 85


def test_the_results_are_there(demo: tuple[Path, str], adult: pd.DataFrame) -> None:
    out, _ = demo
    synthetic = pd.read_parquet(out / "synthetic.parquet")
    assert synthetic.shape == (16_281, 15)
    assert list(synthetic.dtypes) == list(adult.dtypes)
    page = (out / "report.html").read_text()
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["'(]?https?:""", page)
    executed = nbformat.read(out / "quickstart.ipynb", as_version=4)
    assert all(cell.execution_count for cell in executed.cells if cell.cell_type == "code")


def test_the_quality_bars_hold(checks: dict[str, Any]) -> None:
    assert checks["quality_score"]["value"] >= 0.97
    assert checks["c2st"]["value"] <= 0.60
    assert checks["tstr_ratio"]["value"] >= 0.97


def test_the_privacy_bars_hold(checks: dict[str, Any]) -> None:
    assert checks["dcr_share"]["value"] <= 0.56
    assert checks["identical_matches"]["value"] <= checks["identical_matches"]["ceiling"]
    assert checks["identical_matches"]["verdict"] == "pass"


def test_a_demo_with_a_bad_parameter_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path), "--engine", "crat"]) == 1
    error = capsys.readouterr().err
    assert "did you mean 'cart'" in error
    assert len(error.strip().splitlines()) == 1
