"""Suites of validations against their baseline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.cli import main
from imcp_jupyter.errors import InvalidInput

SUITE = """
suite: nightly
cases:
  - name: adult
    synthetic: given.parquet
    real: real.parquet
    metrics: [quality, security]
    minimum: {quality: 70}
"""


@pytest.fixture
def folder(tmp_path: Path, home: Path, adult: pd.DataFrame) -> Path:
    adult.iloc[:500].to_parquet(tmp_path / "real.parquet")
    adult.iloc[1000:1300].to_parquet(tmp_path / "given.parquet")
    (tmp_path / "suite.yaml").write_text(SUITE)
    return tmp_path


def spoil(folder: Path) -> None:
    given = pd.read_parquet(folder / "given.parquet")
    given.loc[given.index[:9], "occupation"] = "=HYPERLINK(A1)"
    given.to_parquet(folder / "given.parquet")


def test_the_first_run_stores_a_baseline_and_a_worse_one_fails(folder: Path) -> None:
    first = imcp.gatf_submit(folder / "suite.yaml")
    assert first.passed
    assert first.baseline == "stored"
    assert {line.metric: line.verdict for line in first.metrics} == {"quality": "new", "security": "new"}
    again = imcp.gatf_submit(folder / "suite.yaml")
    assert (again.passed, again.baseline) == (True, "compared")
    assert {line.delta for line in again.metrics} == {0.0}
    spoil(folder)
    worse = imcp.gatf_submit(folder / "suite.yaml")
    assert not worse.passed
    line = next(line for line in worse.metrics if line.metric == "security")
    assert (line.verdict, line.baseline) == ("fail", 100.0)
    assert line.delta is not None and line.delta < -50
    kept = imcp.workspace().baselines.find("nightly")
    assert kept is not None and kept.scores == first.scores


def test_the_baseline_moves_only_when_asked(folder: Path) -> None:
    first = imcp.gatf_submit(folder / "suite.yaml")
    spoil(folder)
    imcp.gatf_submit(folder / "suite.yaml", update_baseline=True)
    after = imcp.gatf_submit(folder / "suite.yaml")
    assert after.passed
    assert after.scores["adult"]["security"] < first.scores["adult"]["security"]


def test_a_case_that_cannot_run_is_an_error_and_the_others_run(folder: Path) -> None:
    cases = [
        {"name": "gone", "synthetic": "nowhere"},
        {"name": "there", "synthetic": str(folder / "given.parquet"), "metrics": ["security"]},
    ]
    done = imcp.gatf_submit({"suite": "two", "cases": cases})
    assert [case.passed for case in done.cases] == [False, True]
    assert "there is no dataset 'nowhere'" in str(done.cases[0].error)
    root = ElementTree.fromstring(done.junit)
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("2", "1", "0")


def test_the_command_writes_files_and_tells_by_its_exit_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["gatf", "submit", str(folder / "suite.yaml"), "--junit", str(folder / "out.xml"), f"--baseline={folder / 'base.json'}"]
    assert main(words) == 0
    assert json.loads((folder / "base.json").read_text())["adult"]["security"] == 100
    spoil(folder)
    assert main(words) == 3
    root = ElementTree.parse(folder / "out.xml").getroot()
    assert root.get("failures") == "1"
    (failure,) = root.iter("failure")
    assert "under the baseline of 100.00" in failure.get("message", "")
    assert main([*words, "--update-baseline"]) == 3
    assert main(words) == 0
    assert main([*words[:3], "--help"]) == 0
    assert "--junit FILE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("suite", "words"),
    [
        ({"suite": "s", "cases": []}, "at least 1 item"),
        ({"suite": "s", "cases": [{"name": "a", "synthetic": "x"}, {"name": "a", "synthetic": "y"}]}, "two cases are called 'a'"),
        ({"suite": "s", "cases": [{"name": "a", "synthetic": "x", "mertics": []}]}, "unknown parameter"),
        ("suite.txt", "is no suite"),
        ("missing.yaml", "cannot be read"),
    ],
)
def test_a_broken_suite_is_refused_before_it_runs(home: Path, suite: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        imcp.gatf_submit(suite)


def test_a_metric_that_is_not_there_is_named(folder: Path) -> None:
    case = {"name": "a", "synthetic": str(folder / "given.parquet"), "metrics": ["secruity"]}
    with pytest.raises(InvalidInput, match="'secruity' is neither"):
        imcp.gatf_submit({"suite": "s", "cases": [case]})
