"""Sources above the limit: a sample for engines and checks, every row for imports, and both are said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter as imcp
from bench.tables import census
from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import content_hash
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.workspace import sources

ROWS, SAMPLE = 5_000, 600


@pytest.fixture
def people(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is over the limit, where nothing may read files whole."""
    frame = census(ROWS)
    frame["rarely_missing"] = [None] + ["a", "b", "c"] * (ROWS // 3) + ["a"]
    frame.to_parquet(tmp_path / "people.parquet")
    monkeypatch.setenv("IMCP_WHOLE_SOURCE_BYTES", "100000")
    monkeypatch.setenv("IMCP_SAMPLE_ROWS", str(SAMPLE))

    def refuse(*_: object) -> pd.DataFrame:
        raise AssertionError("the file was read whole")

    monkeypatch.setattr(sources, "read_table", refuse)
    return tmp_path / "people.parquet"


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_an_engine_learns_from_a_sample_and_the_card_says_so(people: Path, engine: str) -> None:
    made = imcp.generate_tabular(people, rows=300, engine=engine, seed=7)
    assert (made.card.source_rows, made.card.fitted_rows) == (ROWS, SAMPLE)
    assert "fitted on 600 of 5,000 rows" in made.result.summary
    assert made.card.source_hash == content_hash(pd.read_parquet(people))
    assert made.data.shape == (300, 17)


def test_a_column_with_one_gap_in_all_rows_is_known_to_have_gaps(people: Path) -> None:
    assert not imcp.generate_tabular(people, rows=50, engine="copula", seed=7).data.rarely_missing.isna().any()
    kinds = {column.name: column for column in imcp.preview_dataset(str(people)).columns}
    assert kinds["rarely_missing"].missing and not kinds["age"].missing


def test_as_many_rows_as_the_source_has_are_drawn_by_default(people: Path) -> None:
    assert len(imcp.generate_tabular(people, engine="copula", seed=7).data) == ROWS


def test_the_sample_goes_by_the_seed_of_the_call(people: Path) -> None:
    def sampled(seed: int) -> pd.DataFrame:
        return sources.open_source(str(people), "data", imcp.workspace().datasets, {}, Settings.load(), seed).frame

    assert sampled(1).equals(sampled(1)) and not sampled(1).equals(sampled(2))
    drawn = [imcp.generate_tabular(people, rows=50, engine="copula", seed=1, name=name).data for name in ("one", "two")]
    assert drawn[0].equals(drawn[1])


def test_a_sample_of_another_size_is_not_answered_from_the_cache(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [imcp.generate_tabular(people, rows=50, engine="copula", seed=1) for _ in range(2)]
    monkeypatch.setenv("IMCP_SAMPLE_ROWS", "700")
    asked.append(imcp.generate_tabular(people, rows=50, engine="copula", seed=1))
    assert [made.result.cached for made in asked] == [False, True, False]
    assert asked[-1].card.fitted_rows == 700


def test_an_import_keeps_every_row_and_the_dataset_is_sampled_in_turn(people: Path) -> None:
    imported = imcp.import_data(people, name="people")
    info = imcp.workspace().datasets["people"].info
    assert imported.rows == info.rows == imported.preview.total_rows == ROWS
    assert info.content_hash == content_hash(pd.read_parquet(people)) == content_hash(imcp.workspace().datasets["people"].to_pandas())
    made = imcp.generate_tabular("people", rows=100, engine="copula", seed=7)
    assert (made.card.source_rows, made.card.fitted_rows) == (ROWS, SAMPLE)


def test_a_report_names_how_much_of_a_table_it_saw(people: Path) -> None:
    report = imcp.validate_data(census(400, seed=5).assign(rarely_missing="a"), real=people)
    assert "people (600 of 5,000 rows)" in str(report.to_dict())


def test_a_folder_is_a_source(home: Path, tmp_path: Path) -> None:
    census(3_000).to_parquet(tmp_path / "parts", partition_cols=["sex"])
    made = imcp.generate_tabular(f"{tmp_path}/parts", rows=200, engine="copula", seed=7)
    assert made.card.source_rows == 3_000 and made.card.fitted_rows is None
    assert set(made.data.sex) == {"Female", "Male"}


def test_a_broken_row_that_the_sample_may_miss_is_refused_all_the_same(people: Path) -> None:
    frame = census(ROWS)
    frame.loc[ROWS - 1, "income"] = float("inf")
    frame.to_parquet(people)
    with pytest.raises(InvalidInput, match="infinite") as caught:
        imcp.generate_tabular(people, rows=10, engine="copula", seed=7)
    assert caught.value.field == "income"
