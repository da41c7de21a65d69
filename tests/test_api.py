from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.data.table import content_hash
from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.models.validation import DIMENSIONS

ROWS = 400


@pytest.fixture
def people(adult: pd.DataFrame) -> pd.DataFrame:
    return adult.head(2000)


def test_generating_from_a_frame_gives_data_dataset_and_model(home: Path, people: pd.DataFrame) -> None:
    result = imcp.generate_tabular(people, rows=ROWS, engine="cart", seed=7, name="twin")
    assert result.dataset == "twin@1"
    assert result.data.shape == (ROWS, 15)
    assert list(result.data.dtypes) == list(people.dtypes)
    assert imcp.workspace().datasets["twin"].to_pandas().equals(result.data)
    assert result.card.source_rows == 2000
    assert "twin@1" in repr(result)


def test_the_model_draws_again_without_learning_again(home: Path, people: pd.DataFrame) -> None:
    result = imcp.generate_tabular(people, rows=ROWS, engine="copula", seed=7)
    assert content_hash(result.model.sample(ROWS, seed=7)) == content_hash(result.data)
    assert content_hash(result.model.sample(ROWS, seed=8)) != content_hash(result.data)
    with pytest.raises(InvalidInput, match="rows: must be at least 1"):
        result.model.sample(0, seed=1)
    (part,) = result.model.sample_range(rows=ROWS, seed=7, start=100, count=20)
    assert part.equals(result.data[100:120].reset_index(drop=True))


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_the_same_seed_gives_the_same_bytes(home: Path, people: pd.DataFrame, engine: str) -> None:
    first = imcp.generate_tabular(people, rows=ROWS, engine=engine, seed=7, name="a")
    second = imcp.generate_tabular(people, rows=ROWS, engine=engine, seed=7, name="b")
    other = imcp.generate_tabular(people, rows=ROWS, engine=engine, seed=8, name="c")
    hashes = [imcp.workspace().datasets[name].info.content_hash for name in ("a", "b", "c")]
    assert hashes[0] == hashes[1] != hashes[2]
    assert not second.result.cached
    assert first.data.equals(second.data) and not first.data.equals(other.data)


def test_without_a_seed_one_is_drawn_and_recorded(home: Path, people: pd.DataFrame) -> None:
    first = imcp.generate_tabular(people, rows=ROWS, engine="copula")
    again = imcp.generate_tabular(people, rows=ROWS, engine="copula", seed=first.seed)
    assert first.data.equals(again.data)


def test_the_same_call_is_answered_from_the_cache(home: Path, people: pd.DataFrame) -> None:
    calls = [imcp.generate_tabular(people, rows=ROWS, engine="copula", seed=7, name="twin") for _ in range(2)]
    assert [call.result.cached for call in calls] == [False, True]
    assert calls[0].dataset == calls[1].dataset


@pytest.mark.parametrize("form", ["frame", "arrow", "reference", "path", "dataset", "generated"])
def test_data_may_be_given_in_any_form(home: Path, people: pd.DataFrame, tmp_path: Path, form: str) -> None:
    people.to_parquet(tmp_path / "people.parquet")
    imcp.import_data(tmp_path / "people.parquet", name="people")
    data = {
        "frame": lambda: people,
        "arrow": lambda: pa.Table.from_pandas(people),
        "reference": lambda: "people",
        "path": lambda: tmp_path / "people.parquet",
        "dataset": lambda: imcp.workspace().datasets["people"],
        "generated": lambda: imcp.generate_tabular("people", rows=100, engine="copula", seed=1),
    }[form]()
    assert len(imcp.generate_tabular(data, rows=50, engine="copula", seed=2).data) == 50


def test_reports_have_scores_dimensions_and_checks(home: Path, people: pd.DataFrame, adult_holdout: pd.DataFrame, tmp_path: Path) -> None:
    synthetic = imcp.generate_tabular(people, rows=1500, engine="cart", seed=7)
    report = imcp.run_gatf_validation(synthetic, real=people, holdout=adult_holdout.head(1500), profile="general", target="income")
    low, high = report.interval
    assert 0 <= low <= report.score <= high <= 100
    assert set(report.dimensions) == set(DIMENSIONS)
    assert report.dimensions["privacy"].score is not None
    assert {"id", "dimension", "value", "floor", "ceiling", "verdict", "evidence", "source"} <= set(report.checks.columns)
    assert report.to_html(tmp_path / "r.html").startswith("<!doctype html>")
    assert report.to_markdown(tmp_path / "r.md") == (tmp_path / "r.md").read_text()
    assert report.to_pdf(tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert report.to_dict()["badge"] == report.badge
    assert imcp.workspace().reports[report.id].score == report.score
    assert report.level in repr(report)
    assert "privacy" in report._repr_html_()


def test_validate_data_scores_from_0_to_1(home: Path, people: pd.DataFrame) -> None:
    report = imcp.validate_data(people.sample(1000, random_state=1), real=people)
    assert 0.9 < report.score <= 1.0
    assert (report.checks["verdict"] != "fail").all()


def test_a_job_of_python_is_in_the_workspace_with_its_parameters(home: Path, people: pd.DataFrame) -> None:
    imcp.generate_tabular(people, rows=ROWS, engine="copula", seed=7)
    (job,) = imcp.workspace().jobs
    assert (job.tool, job.state, job.principal.face) == ("generate_tabular", "succeeded", "python")
    assert job.params["rows"] == ROWS
    assert job.inputs["data"] == content_hash(people)


def test_functions_have_the_signature_and_words_of_their_tool() -> None:
    signature = inspect.signature(imcp.generate_tabular)
    assert list(signature.parameters)[:7] == ["data", "rows", "engine", "seed", "conditions", "constraints", "epsilon"]
    assert signature.parameters["engine"].default == "auto"
    assert "the real table to learn from" in (imcp.generate_tabular.__doc__ or "")
    assert "generate_tabular" in dir(imcp)


def test_a_misspelt_function_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="did you mean 'generate_tabular'"):
        imcp.generate_tabulr  # noqa: B018  # the access is the test


def test_arguments_given_twice_or_too_many_are_refused(home: Path, people: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="data: given twice"):
        imcp.generate_tabular(people, data=people)
    with pytest.raises(InvalidInput, match="at most 2 arguments"):
        imcp.preview_dataset("demo:adult", 3, 4)


def test_ctrl_c_cancels_the_job_and_leaves_nothing(home: Path, people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    from imcp_jupyter.api import call_tool

    def interrupt(share: float, message: str) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_tool("generate_tabular", {"data": people, "engine": "cart", "seed": 1}, on_progress=interrupt)
    (job,) = imcp.workspace().jobs
    assert job.state == "cancelled"
    assert len(imcp.workspace().datasets) == 0


def test_an_unknown_dataset_is_an_error_of_the_parameter(home: Path) -> None:
    with pytest.raises(NotFound) as caught:
        imcp.generate_tabular("nothing_here")
    assert caught.value.field == "data"


def test_constraints_hold_in_data_and_in_what_the_model_draws_again(home: Path, people: pd.DataFrame) -> None:
    rules = [{"kind": "bounds", "column": "hours_per_week", "min": 10, "max": 60, "on_violation": "drop_rows"}]
    result = imcp.generate_tabular(people, rows=ROWS, engine="cart", seed=7, constraints=rules)
    for frame in (result.data, result.model.sample(ROWS, seed=8)):
        assert frame.hours_per_week.between(10, 60).all()
    assert result.result.constraints[0].columns == ["hours_per_week"]
    both = imcp.generate_tabular(people, rows=ROWS, engine="cart", seed=7, constraints=rules, conditions={"sex": "Male"}).data
    assert both.hours_per_week.between(10, 60).all() and set(both.sex) == {"Male"}


def test_rows_of_several_blocks_are_stored_as_they_are_drawn(home: Path, people: pd.DataFrame) -> None:
    result = imcp.generate_tabular(people, rows=150_000, engine="copula", seed=7)
    assert result.data.equals(result.model.sample(150_000, seed=7))
    info = imcp.workspace().datasets[result.dataset].info
    assert (info.rows, info.content_hash) == (150_000, content_hash(result.data))
    assert result.result.preview.total_rows == 150_000


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_rows_are_drawn_under_conditions_and_partial_rows_completed(home: Path, people: pd.DataFrame, engine: str) -> None:
    result = imcp.generate_tabular(people, rows=ROWS, engine=engine, seed=7, conditions={"income": {">50K": 0.5}, "age": {"max": 40}})
    assert (result.data.income == ">50K").sum() == ROWS / 2
    assert result.data.age.max() <= 40
    again = result.model.sample(100, seed=1, conditions={"sex": "Female"})
    assert set(again.sex) == {"Female"}
    filled = result.model.complete(again.drop(columns="income"), seed=1)
    assert filled[["sex", "age"]].equals(again[["sex", "age"]]) and filled.income.notna().all()
    with pytest.raises(NotFound, match="did you mean 'income'"):
        imcp.generate_tabular(people, rows=ROWS, engine=engine, seed=7, conditions={"incme": ">50K"})
