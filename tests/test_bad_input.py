"""The same bad input on the Python, command and service faces: a result, or one clear error that names the column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.cli import main
from imcp_jupyter.config import Settings
from imcp_jupyter.errors import ImcpError
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.service import ToolService
from imcp_jupyter.workspace.workspace import Workspace

N = 300
RNG = np.random.default_rng(0)
GOOD = pd.DataFrame({"age": RNG.integers(18, 80, N), "city": RNG.choice(["Rome", "Oslo"], N), "pay": RNG.normal(10, 3, N).round(2)})

REFUSED: dict[str, tuple[pd.DataFrame, dict[str, Any], str, str]] = {
    "unknown column": (GOOD, {"columns": ["age", "ctiy"]}, "columns", "there is no column 'ctiy' (did you mean 'city'?)"),
    "unknown column in the schema": (GOOD, {"table_schema": {"ctiy": "id"}}, "schema", "did you mean 'city'"),
    "empty frame": (GOOD.head(0), {}, "data", "the table has no rows"),
    "no columns": (pd.DataFrame(index=range(5)), {}, "data", "the table has no columns"),
    "one row": (GOOD.head(1), {}, "data", "1 row"),
    "rows 0": (GOOD, {"rows": 0}, "rows", "got 0"),
    "rows negative": (GOOD, {"rows": -3}, "rows", "got -3"),
    "too many rows": (GOOD, {"rows": 10**12}, "rows", "at most 100,000,000"),
    "infinities": (GOOD.assign(pay=np.where(GOOD["age"] > 70, np.inf, 1.5)), {}, "pay", "infinite"),
}
ONLY_FRAMES = {
    "duplicate column names": (pd.DataFrame([[1, 2]] * 9, columns=["a", "a"]), {}, "data", "'a' occurs more than once"),
    "mixed types": (GOOD.assign(city=["Rome", 7] * (N // 2)), {}, "city", "mixes types: float, str"),
    "nested values": (GOOD.assign(city=[[1]] * N), {}, "city", "nested values"),
}
ACCEPTED = {
    "all-missing column": GOOD.assign(city=pd.Series([None] * N, dtype=object)),
    "constant column": GOOD.assign(city="Rome"),
    "10,000 categories": pd.DataFrame({"code": [f"c{i % 10_000:05d}" for i in range(12_000)], "x": np.arange(12_000) % 97}),
    "two rows": GOOD.head(2),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolService]:
    started = ToolService(Workspace.open(Settings.load(home=tmp_path_factory.mktemp("service"))))
    started.start()
    yield started
    started.stop()


@pytest.mark.parametrize("engine", ["cart", "copula"])
@pytest.mark.parametrize("case", [*REFUSED, *ONLY_FRAMES])
def test_python_refuses_with_field_and_rule(home: Path, case: str, engine: str) -> None:
    frame, arguments, field, words = (REFUSED | ONLY_FRAMES)[case]
    with pytest.raises(ImcpError) as caught:
        imcp.generate_tabular(frame, **({"engine": engine, "seed": 1} | arguments))
    assert caught.value.field == field
    assert words in str(caught.value)
    assert len(imcp.workspace().datasets) == 0


@pytest.mark.parametrize("engine", ["cart", "copula"])
@pytest.mark.parametrize("case", list(ACCEPTED))
def test_python_generates_from_hard_tables(home: Path, case: str, engine: str) -> None:
    frame = ACCEPTED[case]
    made = imcp.generate_tabular(frame, rows=200, engine=engine, seed=1).data
    assert made.shape == (200, frame.shape[1])
    assert list(made.dtypes) == list(frame.dtypes)


def stored(frame: pd.DataFrame, folder: Path) -> str:
    path = folder / "bad.parquet"
    frame.to_parquet(path)
    return str(path)


@pytest.mark.parametrize("case", list(REFUSED))
def test_workers_refuse_in_the_same_words(service: ToolService, tmp_path: Path, case: str) -> None:
    frame, arguments, field, words = REFUSED[case]
    with pytest.raises(ImcpError) as caught:
        call = service.submit("generate_tabular", {"data": stored(frame, tmp_path), "engine": "cart", "seed": 1} | arguments, Principal())
        call.future.result(timeout=60)
    assert caught.value.field == field
    assert words in str(caught.value)


@pytest.mark.parametrize("case", list(REFUSED))
def test_the_command_refuses_in_one_line(home: Path, tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    frame, arguments, field, words = REFUSED[case]
    code = main(["call", "generate_tabular", "--json", json.dumps({"data": stored(frame, tmp_path), "seed": 1} | arguments)])
    error = capsys.readouterr().err
    assert code == 1
    assert error.startswith(f"imcp: {field}: ")
    assert words in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("judge", "frame", "words"),
    [
        (lambda bad: imcp.validate_data(bad, real=GOOD), GOOD.head(0), "the table has no rows"),
        (lambda bad: imcp.validate_data(GOOD, real=bad), GOOD.head(0), "the table has no rows"),
        (lambda bad: imcp.validate_data(bad, real=GOOD), GOOD.rename(columns=str.upper), "share no column"),
        (lambda bad: imcp.run_gatf_validation(bad, real=GOOD), GOOD.assign(pay=np.inf), "infinite"),
        (lambda bad: imcp.run_gatf_validation(bad, real=GOOD, target="pya"), GOOD, "did you mean 'pay'"),
        (lambda bad: imcp.run_gatf_validation(bad, real=GOOD, profile="genral"), GOOD, "did you mean 'general'"),
    ],
)
def test_validation_refuses_with_the_rule(home: Path, judge: Callable[[pd.DataFrame], object], frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(ImcpError, match=r".") as caught:
        judge(frame)
    assert words in str(caught.value)
    assert imcp.workspace().reports.list() == []


@pytest.mark.parametrize("case", list(ACCEPTED))
def test_validation_judges_hard_tables(home: Path, case: str) -> None:
    frame = ACCEPTED[case]
    assert 0 <= imcp.validate_data(frame, real=frame).score <= 1
    assert 0 <= imcp.run_gatf_validation(frame, real=frame).score <= 100
