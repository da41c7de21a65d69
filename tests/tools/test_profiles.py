"""Every tool that judges finds a profile of the workspace."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import NotFound


@pytest.fixture
def mine(home: Path) -> str:
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "mine.yaml").write_text("thresholds: {passes: 70}\nwhy: {passes: Agreed.}\n")
    return "mine"


def test_correcting_judges_by_a_profile_of_the_workspace(mine: str, adult: pd.DataFrame) -> None:
    done = imcp.gatf_correct(adult.iloc[300:500], real=adult.iloc[:300], profile=mine)
    assert {imcp.workspace().reports[report].document.profile for report in (done.report_before, done.report_after)} == {mine}


def test_a_suite_judges_by_a_profile_of_the_workspace(mine: str, adult: pd.DataFrame, tmp_path: Path) -> None:
    adult.iloc[:200].to_parquet(tmp_path / "given.parquet")
    cases = [{"name": "a", "synthetic": str(tmp_path / "given.parquet"), "profile": mine, "metrics": ["security"]}]
    imcp.gatf_submit({"suite": "nightly", "cases": cases})
    assert [imcp.workspace().reports[info.id].document.profile for info in imcp.workspace().reports] == [mine]


def test_a_dataset_is_judged_by_a_profile_of_the_workspace(mine: str, adult: pd.DataFrame) -> None:
    imcp.gatf_validate("demo:adult-holdout", profile=mine)
    (report,) = imcp.workspace().reports
    assert imcp.workspace().reports[report.id].document.thresholds[0].why == "Agreed."


def test_an_unknown_profile_names_the_nearest_of_all(mine: str) -> None:
    with pytest.raises(NotFound) as raised:
        imcp.run_gatf_validation("demo:adult-holdout", profile="mina")
    assert raised.value.hint == "did you mean 'mine'?"
