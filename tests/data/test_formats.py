from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.data.formats import read_table, write_table
from imcp_jupyter.data.table import content_hash
from imcp_jupyter.errors import InvalidInput, NotFound

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, None, 1.5]})


@pytest.mark.parametrize(
    ("name", "kind"), [("t.csv", "csv"), ("t.tsv", "tsv"), ("t.parquet", "parquet"), ("t.arrow", "arrow"), ("t.FEATHER", "arrow")]
)
def test_what_is_written_is_read_again(tmp_path: Path, name: str, kind: str) -> None:
    write_table(FRAME, tmp_path / name, kind)  # type: ignore[arg-type]
    assert content_hash(read_table(tmp_path / name)) == content_hash(FRAME)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.csv"):
        read_table(tmp_path / "none.csv")


def test_an_unknown_ending_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_text("x")
    with pytest.raises(InvalidInput, match=r"\.parquet"):
        read_table(tmp_path / "t.xlsx")


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.csv"])
def test_a_file_that_is_not_what_its_ending_says_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff\xfe junk" if name != "t.csv" else b'a,b\n"1,2\n')
    with pytest.raises(InvalidInput, match="cannot be read as"):
        read_table(tmp_path / name)


def test_a_csv_with_a_column_twice_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,a\n1,2,3\n")
    with pytest.raises(InvalidInput, match="'a' occurs more than once"):
        read_table(tmp_path / "t.csv")


def test_a_csv_column_with_a_dot_in_its_name_is_fine(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,a.1\n1,2\n")
    assert list(read_table(tmp_path / "t.csv")) == ["a", "a.1"]
