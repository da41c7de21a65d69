from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.cli import main
from imcp_jupyter.outputs import split_outputs


@pytest.fixture
def tables(home: Path, tmp_path: Path, adult: pd.DataFrame) -> list[str]:
    adult.head(400).to_csv(tmp_path / "synthetic.csv", index=False)
    adult.tail(400).to_csv(tmp_path / "real.csv", index=False)
    return [str(tmp_path / "synthetic.csv"), "--real", str(tmp_path / "real.csv")]


def test_one_run_writes_every_form_of_the_report(tables: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {form: tmp_path / f"report.{form}" for form in ("html", "json", "md", "pdf", "junit")}
    words = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    assert main(["validate", *tables, *words, "--fail-under", "0.5"]) == 0
    starts = {"html": "<!doctype html>", "json": "{", "md": "## ", "pdf": "%PDF", "junit": "<testsuites"}
    for form, start in starts.items():
        assert files[form].read_bytes().startswith(start.encode()), form
    document = json.loads(files["json"].read_text())
    assert document["kind"] == "validation" and document["id"] in capsys.readouterr().out + document["id"]


def test_a_score_under_the_limit_is_exit_code_3_and_still_leaves_the_files(
    tables: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.xml"
    assert main(["validate", *tables, f"--junit={report}", "--fail-under", "1"]) == 3
    captured = capsys.readouterr()
    assert "is under 1" in captured.err
    assert "scores" in captured.out
    assert "is under 1" in report.read_text()


def test_gatf_without_real_is_under_any_limit(tables: list[str], tmp_path: Path) -> None:
    assert main(["gatf", tables[0], "--fail-under", "1", "--md", str(tmp_path / "r.md")]) == 3
    assert "Not measured" in (tmp_path / "r.md").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--html"], "--html: needs a value"),
        (["--html", "--json"], "--html: needs a value"),
        (["--html", "nowhere/r.html"], "--html: there is no folder 'nowhere'"),
        (["--pdf", "."], "--pdf: '.' is a folder"),
        (["--fail-under", "high"], "--fail-under: must be a score from 0 to 100, got 'high'"),
        (["--fail-under", "nan"], "--fail-under: must be a score from 0 to 100"),
        (["--fail-under", "101"], "--fail-under: must be a score from 0 to 100"),
    ],
)
def test_bad_outputs_are_refused_before_anything_runs(
    home: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gatf", "demo:adult", *words]) == 1
    assert capsys.readouterr().err.startswith(f"imcp: {message}")


def test_validate_scores_up_to_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "demo:adult", "--real", "demo:adult", "--fail-under", "80"]) == 1
    assert "from 0 to 1, got '80'" in capsys.readouterr().err


def test_other_verbs_know_no_outputs(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "demo:adult", "--html", str(tmp_path / "p.html")]) == 1
    assert main(["gatf", "--help"]) == 0
    assert "--fail-under N" in capsys.readouterr().out


def test_words_that_are_no_outputs_stay_in_order() -> None:
    outputs, rest = split_outputs(["data", "--real", "x", "--md=a.md", "--seed", "1"], 100)
    assert outputs.files == {"md": Path("a.md")}
    assert rest == ["data", "--real", "x", "--seed", "1"]


def test_a_profile_of_the_workspace_and_one_at_a_path_are_found(
    home: Path, tables: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "profiles"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("thresholds: {passes: 70}")
    elsewhere = tmp_path / "other.yaml"
    elsewhere.write_text("extends: mine")
    for name in ("mine", str(elsewhere)):
        path = tmp_path / "r.json"
        assert main(["gatf", *tables, "--profile", name, "--json", str(path)]) == 0
        assert next(reason["value"] for reason in json.loads(path.read_text())["thresholds"] if reason["subject"] == "passes") == 70
    capsys.readouterr()
    assert main(["gatf", *tables, "--profile", "mine"]) == 0
    assert "(from cache)" in capsys.readouterr().out
    (folder / "mine.yaml").write_text("thresholds: {passes: 71}")
    assert main(["gatf", *tables, "--profile", "mine"]) == 0
    assert "(from cache)" not in capsys.readouterr().out
