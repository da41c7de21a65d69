"""The tool gatf_correct on a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.errors import InvalidInput, NotFound

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2


@pytest.fixture(scope="module")
def parts() -> dict[str, pd.DataFrame]:
    rows = load_sample("adult")
    return {"real": rows.iloc[:3000], "holdout": rows.iloc[3000:5000], "given": rows.iloc[5000:6500].reset_index(drop=True)}


def planted(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    given = parts["given"].copy()
    given.loc[100:199] = parts["real"].iloc[:100].set_axis(range(100, 200))
    given.loc[[3, 7], "occupation"] = TOKEN
    return given


def test_planted_copies_and_secrets_go_and_trust_recovers(home: Path, parts: dict[str, pd.DataFrame]) -> None:
    done = imcp.gatf_correct(planted(parts), real=parts["real"], holdout=parts["holdout"], name="clean")
    assert done.dataset == "clean@1"
    mended = imcp.workspace().datasets["clean"].to_pandas()
    assert TOKEN not in mended["occupation"].tolist()
    assert done.rows_dropped >= 100
    assert done.score_before <= 24 < 75 < done.score_after
    assert {"identical_matches", "secrets"} <= set(done.heeded)
    assert imcp.workspace().reports[done.report_after].gates_failed == []
    assert imcp.workspace().datasets["clean"].info.lineage["correction"]["report"] == done.report_before
    assert TOKEN not in done.model_dump_json()


def test_a_report_says_what_to_heed(home: Path, parts: dict[str, pd.DataFrame]) -> None:
    given = planted(parts)
    report = imcp.run_gatf_validation(given, real=parts["real"])
    done = imcp.gatf_correct(given, real=parts["real"], report=report.id, checks=["secrets"])
    assert done.heeded == ["secrets"]
    assert (done.rows_dropped, done.cells_changed) == (0, 2)
    assert done.score_before == report.score
    with pytest.raises(InvalidInput, match="is about other rows"):
        imcp.gatf_correct(parts["given"], real=parts["real"], report=report.id)


def test_rows_of_a_generated_dataset_are_drawn_anew_by_its_model(home: Path, parts: dict[str, pd.DataFrame]) -> None:
    made = imcp.generate_tabular(parts["real"], rows=600, engine="copula", seed=1, name="twin")
    done = imcp.gatf_correct(made, checks=[], evidence={"reviewer": {"row_positions": [0, 5]}})
    assert (done.rows, done.rows_redrawn, done.rows_dropped) == (600, 2, 0)
    mended = imcp.workspace().datasets[done.dataset]
    assert mended.info.name == "twin-corrected"
    assert mended.card is not None
    assert mended.to_pandas().drop(index=[0, 5]).equals(made.data.drop(index=[0, 5]))
    dropped = imcp.gatf_correct(made, checks=[], evidence={"reviewer": {"row_positions": [0, 5]}}, redraw=False)
    assert (dropped.rows, dropped.rows_dropped) == (598, 2)


def test_a_sound_table_gives_no_dataset(home: Path, parts: dict[str, pd.DataFrame]) -> None:
    done = imcp.gatf_correct(parts["given"], checks=["secrets"])
    assert done.dataset is None
    assert "Nothing to mend" in done.summary
    assert list(imcp.workspace().datasets) == []


@pytest.mark.parametrize(
    ("arguments", "error", "field"),
    [
        ({"checks": ["secretz"]}, NotFound, "checks"),
        ({"evidence": {"me": {"row_positions": [9999]}}}, InvalidInput, "evidence.me.row_positions"),
        ({"evidence": {"me": {"row_positions": [1], "columns": ["agee"]}}}, NotFound, "evidence.me.columns"),
        ({"report": "none"}, NotFound, "report"),
        ({"model": "none"}, NotFound, "model"),
    ],
)
def test_what_is_not_there_is_named(
    home: Path, parts: dict[str, pd.DataFrame], arguments: dict[str, Any], error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as caught:
        imcp.gatf_correct(parts["given"].head(50), **arguments)
    assert caught.value.field == field  # type: ignore[attr-defined]
