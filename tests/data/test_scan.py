"""A table read in pieces is the table read whole."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.tables import census
from imcp_jupyter.data import scan
from imcp_jupyter.data.check import checked_frame
from imcp_jupyter.data.formats import Format, read_table, write_table
from imcp_jupyter.data.parts import TableFiles
from imcp_jupyter.data.scan import TableScan
from imcp_jupyter.data.table import HASH_ROWS, content_hash
from imcp_jupyter.errors import InvalidInput

ROWS = HASH_ROWS + 777


def scanned(path: Path, rows: int = 1_000, seed: int = 7) -> TableScan:
    return TableScan(TableFiles.find(str(path)), rows, seed)


@pytest.fixture(scope="module")
def awkward() -> pd.DataFrame:
    """Columns whose type only the last row settles."""
    frame = census(ROWS)
    last = np.arange(ROWS) == ROWS - 1
    frame["Int64 with a late gap"] = pd.array([1] * (ROWS - 1) + [None], dtype="Int64")
    frame["digits"] = [Decimal("1.25")] * (ROWS - 1) + [Decimal("12345.5")]
    frame["late word"] = np.where(last, "x", None)
    frame["truth with a late gap"] = np.where(last, None, True)
    frame["late level"] = pd.Categorical(np.where(last, "a", "b"))
    frame["day"] = frame.filed.dt.date
    return frame


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv", "tsv"])
def test_pieces_have_the_types_rows_and_hash_of_the_whole(tmp_path: Path, awkward: pd.DataFrame, kind: Format) -> None:
    path = tmp_path / f"t.{kind}"
    write_table(awkward, path, kind)
    whole, read = checked_frame(read_table(path)), scanned(path)
    assert read.rows == ROWS
    pd.testing.assert_frame_equal(pd.concat(list(read.blocks()), ignore_index=True), whole)
    assert read.content_hash == content_hash(whole)
    assert read.missing == {name for name in whole if whole[name].isna().any()}


def test_arrow_types_that_pandas_has_not_end_as_when_read_whole(tmp_path: Path) -> None:
    gap = [None]
    table = pa.table(
        {
            "int32": pa.array([1] * (ROWS - 1) + gap, pa.int32()),
            "bool": pa.array([True] * (ROWS - 1) + gap),
            "large string": pa.array(["z"] * ROWS, pa.large_string()),
            "decimal": pa.array([Decimal("1.50")] * ROWS, pa.decimal128(12, 2)),
            "nothing": pa.nulls(ROWS),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=30_000)
    whole, read = checked_frame(read_table(tmp_path / "t.parquet")), scanned(tmp_path / "t.parquet", rows=10**9)
    assert read.content_hash == content_hash(whole)
    pd.testing.assert_frame_equal(read.sample, whole)


def test_a_csv_column_that_turns_to_text_late_is_text_from_the_start(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["1"] * HASH_ROWS + ["A1"], "flag": ["True"] * HASH_ROWS + ["no"], "mixed": ["True"] * HASH_ROWS + ["1"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    read = scanned(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(pd.concat(list(read.blocks()), ignore_index=True), frame)
    assert read.content_hash == content_hash(checked_frame(read_table(tmp_path / "t.csv")))


def test_a_sample_is_seeded_in_order_and_without_repetition(tmp_path: Path) -> None:
    pd.DataFrame({"n": np.arange(3 * HASH_ROWS)}).to_parquet(tmp_path / "t.parquet")
    drawn = scanned(tmp_path / "t.parquet", rows=30_000).sample.n
    assert len(drawn) == 30_000 and drawn.is_monotonic_increasing and drawn.is_unique
    assert drawn.mean() == pytest.approx(1.5 * HASH_ROWS, rel=0.02)
    assert np.bincount(drawn // HASH_ROWS) == pytest.approx([10_000] * 3, rel=0.03)
    assert drawn.equals(scanned(tmp_path / "t.parquet", rows=30_000).sample.n)
    assert not drawn.equals(scanned(tmp_path / "t.parquet", rows=30_000, seed=8).sample.n)


def test_every_set_of_rows_is_equally_probable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "HASH_ROWS", 2)  # five rows in three blocks
    pd.DataFrame({"n": range(5)}).to_parquet(tmp_path / "t.parquet")
    seen = Counter(tuple(scanned(tmp_path / "t.parquet", rows=2, seed=seed).sample.n) for seed in range(300))
    assert set(seen) == set(combinations(range(5), 2))
    assert sum((count - 30) ** 2 / 30 for count in seen.values()) < 27.9  # chi-square, 9 degrees of freedom, p = 0.001


def test_a_part_with_other_columns_or_types_is_refused_by_name(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1], "b": [2]}).to_parquet(tmp_path / "1.parquet")
    pd.DataFrame({"a": [1], "c": [2]}).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(InvalidInput, match="not in every file") as caught:
        _ = scanned(tmp_path).rows
    assert caught.value.field == "c"
    pd.DataFrame({"a": [1], "b": pd.to_datetime(["2020-01-01"])}).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(InvalidInput, match="in one part of the data") as caught:
        _ = scanned(tmp_path).rows
    assert caught.value.field == "b"


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"x": [0.0] * HASH_ROWS + [np.inf]}), "infinite"),
        (pd.DataFrame({"x": [None] * HASH_ROWS + [[1, 2]]}), "nested"),
        (pd.DataFrame({"x": pd.Series([], dtype=float)}), "no rows"),
    ],
)
def test_what_is_refused_whole_is_refused_in_pieces(tmp_path: Path, frame: pd.DataFrame, words: str) -> None:
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InvalidInput, match=words):
        _ = scanned(tmp_path / "t.parquet").content_hash


def test_a_column_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "t.parquet")
    with pytest.raises(InvalidInput, match="more than once"):
        _ = scanned(tmp_path / "t.parquet").rows
