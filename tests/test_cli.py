from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter
from imcp_jupyter.cli import main
from imcp_jupyter.doctor import check_installation
from imcp_jupyter.lab import attach_lines


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_verb_runs_its_tool(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "generate", "tabular", "demo:adult", "--rows", "200", "--engine", "copula", "--seed", "7", "--as", "twin")
    assert code == 0
    assert out.startswith("twin@1: 200 synthetic rows × 15 columns by copula from adult.")
    code, out, _ = run(capsys, "datasets")
    assert "dataset=twin@1  rows=200" in out
    assert main(["jobs", "--state", "succeeded"]) == 0


def test_several_tables_are_words(
    home: Path, tmp_path: Path, small_shop: dict[str, pd.DataFrame], capsys: pytest.CaptureFixture[str]
) -> None:
    words = []
    for name in ("customers", "orders"):
        small_shop[name].to_csv(tmp_path / f"{name}.csv", index=False)
        words.append(f"{name}={tmp_path}/{name}.csv")
    code, out, _ = run(capsys, "generate", "tabular", *words, "--rows", "30", "--engine", "copula", "--seed", "7", "--as", "shop")
    assert code == 0
    assert out.startswith("2 tables, ") and "shop-customers@1 (30)" in out
    assert "parent=customers  child=orders  key=id  foreign_key=customer_id" in out
    code, _, error = run(capsys, "generate", "tabular", "customers=a.csv", "b.csv")
    assert code == 1 and "given as NAME=REFERENCE each, got 'b.csv'" in error


def test_call_prints_the_result_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "call", "preview_dataset", "--json", '{"dataset": "demo:adult", "rows": 2}')
    assert code == 0
    assert len(json.loads(out)["preview"]["rows"]) == 2


def test_a_file_is_imported_from_the_command_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pd.DataFrame({"x": range(30), "y": list("abc") * 10}).to_csv(tmp_path / "my data.csv", index=False)
    code, out, _ = run(capsys, "import", str(tmp_path / "my data.csv"))
    assert code == 0
    assert "Imported 30 rows × 2 columns as my_data@1." in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generate", "tabular", "demo:adlt"], "data: there is no demo dataset 'adlt' (did you mean 'adult'?)"),
        (["generate", "tabular", "demo:adult", "--rows", "0"], "rows: input should be greater than or equal to 1, got 0"),
        (["generate", "tabular", "demo:adult", "--engine", "crat"], "engine: there is no engine 'crat' (did you mean 'cart'?)"),
        (["generate", "tabular", "none.csv"], "data: there is no file 'none.csv'"),
        (["fly"], "'fly' is not a verb"),
        (["call", "generate_tabular", "--json", "{"], "--json: is not JSON"),
        (["call", "generate_tabular", "--json", "[]"], "--json: must be a JSON object"),
        (["call"], "call: names a tool"),
        (["job", "nope"], "job_id: there is no job 'nope'"),
    ],
)
def test_bad_words_give_one_clear_line(home: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    code, _, err = run(capsys, *words)
    assert code == 1
    assert err.startswith(f"imcp: {message}")
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--help")
    assert all(verb in out for verb in ("demo", "lab", "generate tabular", "validate", "gatf", "datasets", "jobs"))


def test_tools_config_and_version_are_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "run_gatf_validation" in run(capsys, "tools")[1]
    assert {"input_schema", "output_schema"} <= set(json.loads(run(capsys, "tools", "--json")[1])[0])
    assert f"home = {home} (set)" in run(capsys, "config")[1]
    assert run(capsys, "--version")[1].strip() == imcp_jupyter.__version__


def test_the_installed_command_works_in_a_process_of_its_own(home: Path) -> None:
    ran = subprocess.run([Path(sys.executable).with_name("imcp"), "preview", "demo:adult"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("demo:adult: 32,561 rows × 15 columns.")
    assert ran.stderr == ""


def test_the_doctor_finds_nothing_to_mend_here(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [finding.title for finding in check_installation() if not finding.ok] == []
    assert run(capsys, "doctor")[0] == 0


def test_the_doctor_says_what_to_do_about_an_unwritable_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IMCP_HOME", str(tmp_path / "file" / "home"))
    (broken,) = [finding for finding in check_installation() if not finding.ok]
    assert (broken.title, broken.remedy) == ("workspace", "set IMCP_HOME to a writable folder")


def test_the_lines_for_agents_carry_the_url_and_the_token() -> None:
    lines = attach_lines("http://127.0.0.1:8888/", "t0ken")
    assert 'claude mcp add --transport http imcp http://127.0.0.1:8888/imcp/mcp --header "Authorization: Bearer t0ken"' in lines
    vscode = json.loads(lines.splitlines()[-1])
    assert vscode["servers"]["imcp"]["url"] == "http://127.0.0.1:8888/imcp/mcp"
    assert "ws://127.0.0.1:8888/imcp/mcp/ws" in lines
