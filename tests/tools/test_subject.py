"""Models and generators as subjects of a validation."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import InvalidInput, NotFound


@pytest.fixture
def people(adult: pd.DataFrame) -> pd.DataFrame:
    return adult.head(800)


def line(report: Any, check: str) -> Any:
    return report.checks.set_index("id").loc[check]


def test_a_stored_model_is_judged_by_its_file_and_by_rows_it_draws(home: Path, people: pd.DataFrame, tmp_path: Path) -> None:
    people.to_parquet(tmp_path / "people.parquet")
    imcp.import_data(str(tmp_path / "people.parquet"))
    made = imcp.generate_tabular("people", rows=100, engine="copula", seed=1)
    report = imcp.gatf_validate(f"model:{made.model.id}", rows=400, seed=2)
    assert report.document.subject == "model"
    assert (report.document.synthetic.rows, report.document.synthetic.name) == (400, f"model {made.model.id}")
    assert report.document.real is not None and report.document.real.rows == 800  # found by what the model was fitted on
    assert line(report, "model_file").verdict == "pass"
    assert report.dimensions["quality"].score is not None
    again = imcp.gatf_validate(f"model:{made.model.id}", rows=400, seed=2)
    assert again.score == report.score


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("never_made"),)


def test_a_model_file_that_could_run_code_is_not_loaded_and_fails(home: Path, people: pd.DataFrame) -> None:
    made = imcp.generate_tabular(people, rows=50, engine="copula", seed=1)
    path = imcp.workspace().models.path(made.model.id)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("extra.pkl", pickle.dumps(Bomb()))
    report = imcp.gatf_validate(f"model:{made.model.id}")
    assert line(report, "model_file").verdict == "fail"
    assert (report.score, report.level, report.badge) == (0.0, "none", "none")
    assert list(report.dimensions) == ["security"]
    assert not Path("never_made").exists()


def test_a_broken_model_file_fails_by_name(home: Path, people: pd.DataFrame) -> None:
    made = imcp.generate_tabular(people, rows=50, engine="copula", seed=1)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("manifest.json", "{}")
    imcp.workspace().models.path(made.model.id).write_bytes(content.getvalue())
    report = imcp.gatf_validate(f"model:{made.model.id}")
    assert line(report, "model_file").verdict == "fail"
    assert "cannot be loaded" in line(report, "model_file").explanation


def test_a_generator_gets_the_mean_and_spread_of_several_runs(home: Path, people: pd.DataFrame) -> None:
    report = imcp.gatf_validate("generator:copula", real=people, repeats=2, seed=5)
    runs = report.document.repeats
    assert [run.seed for run in runs] == [5, 6]
    assert runs[0].score != runs[1].score
    assert report.score == pytest.approx(np.mean([run.score for run in runs]))
    assert report.interval[0] <= min(run.score for run in runs) <= report.score <= report.interval[1]
    assert report.document.subject == "generator"
    assert report.document.holdout is not None and report.document.holdout.rows == 400
    assert report.dimensions["quality"].score == pytest.approx(np.mean([run.dimensions["quality"] for run in runs]))


def test_a_dataset_is_a_subject_too(home: Path, people: pd.DataFrame) -> None:
    report = imcp.gatf_validate(people.head(100))
    assert report.document.subject == "dataset"
    assert report.score == imcp.run_gatf_validation(people.head(100)).score


@pytest.mark.parametrize(
    ("subject", "arguments", "error", "words"),
    [
        ("model:none", {}, NotFound, "there is no model 'none'"),
        ("generator:cart", {}, InvalidInput, "real: a generator is judged by what it makes"),
        ("generator:crat", {"real": "demo:adult"}, NotFound, "did you mean 'cart'"),
        ("generator:marginals", {"real": "demo:adult"}, InvalidInput, "privacy budget"),
        (
            "generator:cart",
            {"real": "demo:adult", "holdout": "demo:adult-holdout"},
            InvalidInput,
            "holdout: a generator is judged with the half",
        ),
        ("document:1", {}, InvalidInput, "documents cannot be judged"),
        ("nowhere", {}, NotFound, "there is no dataset 'nowhere'"),
    ],
)
def test_what_cannot_be_judged_is_refused(home: Path, subject: str, arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        imcp.gatf_validate(subject, **arguments)


def test_a_generator_needs_enough_rows(home: Path, people: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="at least 20 real rows, got 10"):
        imcp.gatf_validate("generator:copula", real=people.head(10))
