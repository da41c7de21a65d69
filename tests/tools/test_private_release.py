"""epsilon from the Python face down to the ledger and back: what is refused, what is spent, what is told."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.api import call_tool
from imcp_jupyter.cli import main
from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import content_hash
from imcp_jupyter.errors import BudgetExceeded, ImcpError, InvalidInput, NotFound, WorkerDied
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.service import ToolService
from imcp_jupyter.workspace.workspace import Workspace

COLUMNS = ["age", "sex", "income"]
ROWS = 2_347


@pytest.fixture
def real(adult: pd.DataFrame) -> pd.DataFrame:
    return adult[COLUMNS].head(ROWS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolService]:
    started = ToolService(Workspace.open(Settings.load(home=tmp_path_factory.mktemp("service"))))
    started.start()
    yield started
    started.stop()


def test_auto_is_the_private_engine_and_the_card_says_what_was_spent(home: Path, real: pd.DataFrame) -> None:
    made = imcp.generate_tabular(real, epsilon=2.0, seed=1)
    assert made.result.engine == "marginals"
    assert made.data.dtypes.to_dict() == real.dtypes.to_dict()
    privacy = made.card.privacy
    assert privacy is not None
    assert (privacy.epsilon, privacy.delta) == (2.0, 1e-9)
    assert sum(entry.rho for entry in privacy.spent) <= privacy.rho * (1 + 1e-9)
    (entry,) = imcp.workspace().ledger.entries()
    assert (entry.state, entry.label, entry.model, entry.dataset) == ("spent", "data", made.model.id, made.dataset)
    assert (entry.epsilon, entry.rho, entry.job_id) == (2.0, privacy.rho, made.result.job_id)


def test_neither_row_count_nor_hash_of_the_source_leaves(home: Path, real: pd.DataFrame) -> None:
    made = imcp.generate_tabular(real, epsilon=1.0, rows=100, seed=1, name="twin")
    workspace = imcp.workspace()
    job = workspace.jobs[made.result.job_id or ""]
    told = [
        made.result.model_dump_json(),
        workspace.datasets["twin"].info.model_dump_json(),
        workspace.models[made.model.id].model_dump_json(),
        job.model_copy(update={"inputs": {}}).model_dump_json(),
        *(line.message for line in workspace.jobs.log(job.id)),
    ]
    with ZipFile(workspace.models.path(made.model.id)) as archive:
        told.append(archive.read("model.json").decode())
    secret = content_hash(real)
    for text in told:
        assert secret not in text
        assert str(ROWS) not in text
        assert f"{ROWS:,}" not in text
    assert (made.card.source_hash, workspace.models[made.model.id].dataset) == ("withheld", "withheld")
    assert workspace.datasets["twin"].info.lineage["inputs"] == {"data": "withheld"}


def test_without_rows_as_many_are_drawn_as_the_noisy_count_says(home: Path, real: pd.DataFrame) -> None:
    made = imcp.generate_tabular(real, epsilon=0.5, seed=1)
    assert len(made.data) == made.card.source_rows
    assert made.card.privacy is not None and made.card.privacy.rows == made.card.source_rows


def test_a_public_row_count_is_told_exactly(home: Path, real: pd.DataFrame) -> None:
    made = imcp.generate_tabular(real, epsilon=0.5, public_rows=True, seed=1)
    assert made.card.source_rows == ROWS
    assert made.card.privacy is not None and "row count" in made.card.privacy.public


def test_the_schema_of_the_dataset_tells_nothing_of_single_rows(home: Path, real: pd.DataFrame) -> None:
    frame = real.assign(income=real["income"].where(real.index != 5))
    made = imcp.generate_tabular(frame, epsilon=1.0, seed=1, name="twin", table_schema={"sex": {"kind": "ordinal"}})
    schema = imcp.workspace().datasets[made.dataset].info.table_schema
    assert not any(column.missing or column.order for column in schema.columns)


def test_digits_of_the_widest_decimal_do_not_show(home: Path, real: pd.DataFrame) -> None:
    import pyarrow.parquet as pq

    frame = pd.DataFrame({"pay": [Decimal(number % 50).scaleb(-2) for number in range(1_000)] + [Decimal("123456789.01")]})
    made = imcp.generate_tabular(frame, epsilon=5.0, seed=1, table_schema={"pay": "continuous"})
    stored = pq.read_schema(imcp.workspace().datasets[made.dataset].path).field("pay").type
    assert (stored.precision, stored.scale) == (38, 2)


def test_public_bounds_are_kept_and_named(home: Path, real: pd.DataFrame) -> None:
    bounds = {"age": [30, 40], "sex": ["Female", "Male"]}
    made = imcp.generate_tabular(real, epsilon=1.0, bounds=bounds, seed=1)
    assert made.data["age"].between(30, 40).all()
    assert made.card.parameters["bounds"] == bounds
    assert made.card.privacy is not None and "bounds of age, sex" in made.card.privacy.public


def test_the_cache_answers_without_spending(home: Path, real: pd.DataFrame) -> None:
    first, second = (imcp.generate_tabular(real, epsilon=6.0, seed=1, name="twin") for _ in range(2))
    assert second.result.cached and second.dataset == first.dataset
    assert imcp.workspace().ledger[content_hash(real)].releases == 1


def test_more_rows_from_a_released_model_cost_nothing(home: Path, real: pd.DataFrame) -> None:
    made = imcp.generate_tabular(real, epsilon=6.0, seed=1)
    assert len(made.model.sample(5_000, seed=2)) == 5_000
    assert imcp.workspace().ledger[content_hash(real)].spent == pytest.approx(6.0, rel=1e-6)


def test_another_seed_is_another_release(home: Path, real: pd.DataFrame) -> None:
    for seed in (1, 2):
        imcp.generate_tabular(real, epsilon=1.0, rows=10, seed=seed)
    assert imcp.workspace().ledger[content_hash(real)].releases == 2


def test_a_choice_of_columns_draws_on_the_account_of_the_whole_table(home: Path, real: pd.DataFrame) -> None:
    imcp.generate_tabular(real, epsilon=1.0, rows=10, seed=1, columns=["sex"])
    assert imcp.workspace().ledger[content_hash(real)].releases == 1


NO_EPSILON = "means nothing without epsilon"
REFUSED: dict[str, tuple[dict[str, Any], type[ImcpError], str, str]] = {
    "delta alone": ({"delta": 1e-6}, InvalidInput, "delta", NO_EPSILON),
    "bounds alone": ({"bounds": {"age": [0, 9]}}, InvalidInput, "bounds", NO_EPSILON),
    "public rows alone": ({"public_rows": True}, InvalidInput, "public_rows", NO_EPSILON),
    "marginals without epsilon": ({"engine": "marginals"}, InvalidInput, "epsilon", "engine 'marginals' needs a privacy budget"),
    "cart": ({"engine": "cart", "epsilon": 1}, InvalidInput, "epsilon", "engine 'cart' does not support epsilon"),
    "copula": ({"engine": "copula", "epsilon": 1}, InvalidInput, "epsilon", "engine 'copula' does not support epsilon"),
    "sdv": ({"engine": "sdv:ctgan", "epsilon": 1}, InvalidInput, "epsilon", "engine 'sdv:ctgan' does not support epsilon"),
    "conditions": ({"epsilon": 1, "conditions": {"sex": "Male"}}, InvalidInput, "conditions", "conditions cannot be combined with epsilon"),
    "constraints": (
        {"epsilon": 1, "constraints": [{"kind": "not_null", "column": "age"}]},
        InvalidInput,
        "constraints",
        "constraints cannot be combined with epsilon",
    ),
    "epsilon 0": ({"epsilon": 0}, InvalidInput, "epsilon", "greater than 0"),
    "delta 1": ({"epsilon": 1, "delta": 1}, InvalidInput, "delta", "less than 1"),
    "bounds of nothing": ({"epsilon": 1, "bounds": {"agee": [0, 9]}}, NotFound, "bounds", "did you mean 'age'?"),
    "bounds reversed": ({"epsilon": 1, "bounds": {"age": [9, 0]}}, InvalidInput, "bounds.age", "lowest must be below the highest"),
    "unknown column": ({"epsilon": 1, "columns": ["agee"]}, NotFound, "columns", "no column 'agee'"),
    "over budget": ({"epsilon": 11}, BudgetExceeded, "epsilon", "ε = 10: 0 is spent, at most 10 is left, and 11 was asked for"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_python_refuses_by_name_and_spends_nothing(home: Path, real: pd.DataFrame, case: str) -> None:
    arguments, kind, field, words = REFUSED[case]
    with pytest.raises(kind) as caught:
        imcp.generate_tabular(real, seed=1, **arguments)
    assert caught.value.field == field
    assert words in str(caught.value)
    assert {entry.state for entry in imcp.workspace().ledger.entries()} <= {"returned"}
    assert len(imcp.workspace().datasets) == 0


@pytest.mark.parametrize("case", ["over budget", "cart", "marginals without epsilon", "bounds reversed", "delta alone"])
def test_every_face_refuses_in_the_same_words(
    service: ToolService, home: Path, real: pd.DataFrame, tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, _, field, words = REFUSED[case]
    real.to_parquet(tmp_path / "data.parquet")
    call = {"data": str(tmp_path / "data.parquet"), "seed": 1} | arguments
    with pytest.raises(ImcpError) as python:
        imcp.generate_tabular(**call)
    with pytest.raises(ImcpError) as worker:
        service.submit("generate_tabular", call, Principal()).future.result(timeout=60)
    assert worker.value.to_dict() == python.value.to_dict()
    assert main(["call", "generate_tabular", "--json", json.dumps(call)]) == 1
    assert capsys.readouterr().err.strip() == f"imcp: {python.value}"
    assert field == python.value.field and words in python.value.message


def test_free_text_is_refused_before_anything_is_spent(home: Path) -> None:
    frame = pd.DataFrame({"note": [f"this is note number {number} of many" for number in range(50)]})
    with pytest.raises(InvalidInput, match="free text"):
        imcp.generate_tabular(frame, epsilon=1.0)
    assert [entry.state for entry in imcp.workspace().ledger.entries()] == ["returned"]


def test_a_sample_of_a_large_source_is_refused(home: Path, real: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real.to_parquet(tmp_path / "large.parquet")
    monkeypatch.setenv("IMCP_WHOLE_SOURCE_BYTES", "1000")
    monkeypatch.setenv("IMCP_SAMPLE_ROWS", "500")
    with pytest.raises(InvalidInput, match="needs every row of 'large'") as caught:
        imcp.generate_tabular(tmp_path / "large.parquet", epsilon=1.0)
    assert caught.value.field == "data"
    assert imcp.workspace().ledger.entries() == []


def stop_at(share: float) -> Callable[[float, str], None]:
    def on_progress(done: float, message: str) -> None:
        if done >= share:
            raise KeyboardInterrupt

    return on_progress


@pytest.mark.parametrize(("share", "state"), [(0.005, []), (0.06, ["spent"]), (0.9, ["spent"])])
def test_an_interrupted_job_keeps_what_it_may_have_read(home: Path, real: pd.DataFrame, share: float, state: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        call_tool("generate_tabular", {"data": real, "epsilon": 1.0, "seed": 1}, on_progress=stop_at(share))
    assert [entry.state for entry in imcp.workspace().ledger.entries()] == state


def test_a_killed_job_keeps_its_reservation(service: ToolService) -> None:
    fitting: Future[None] = Future()

    def on_progress(share: float, message: str) -> None:
        if share > 0.05 and not fitting.done():
            fitting.set_result(None)

    call = service.submit("generate_tabular", {"data": "demo:adult", "epsilon": 3.0, "seed": 1}, Principal(), on_progress=on_progress)
    fitting.result(timeout=60)
    os.kill(service.pid_of(call.job_id or "") or 0, signal.SIGKILL)
    with pytest.raises(WorkerDied):
        call.future.result(timeout=30)
    account = service.workspace.ledger["demo:adult"]
    assert account.spent == pytest.approx(3.0, rel=1e-6)
    (entry,) = service.workspace.ledger.entries("demo:adult")
    assert (entry.job_id, entry.model, entry.dataset) == (call.job_id, None, None)


def test_the_list_of_datasets_and_the_command_tell_what_is_left(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imcp.generate_tabular("demo:adult-holdout", epsilon=6.0, seed=1, rows=5, columns=["sex"])
    rows = {row.dataset: row for row in imcp.list_datasets().datasets}
    assert rows["demo:adult-holdout"].epsilon_spent == pytest.approx(6.0, rel=1e-6)
    assert rows["demo:adult"].epsilon_spent is None
    assert main(["ledger"]) == 0
    assert "adult-holdout  budget ε 10  spent ε 6  left ε " in capsys.readouterr().out
    assert main(["ledger", "demo:adult-holdout", "--budget", "7"]) == 0
    out = capsys.readouterr().out
    assert "budget ε 7  spent ε 6" in out
    assert "adult-holdout-synthetic@1" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["demo:adult", "--budget", "much"], "--budget: must be a number, got 'much'"),
        (["demo:adult", "--budget", "-1"], "epsilon: must be 0 or more and finite, got -1.0"),
        (["demo:adult", "4"], "ledger: takes a dataset and --budget E"),
        (["nobody"], "there is no dataset 'nobody'"),
    ],
)
def test_the_ledger_command_refuses_in_one_line(home: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", *words]) == 1
    error = capsys.readouterr().err.strip()
    assert message in error
    assert len(error.splitlines()) == 1
