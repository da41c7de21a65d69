from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.data.parts import PIECE_ROWS, TableFiles
from imcp_jupyter.errors import InvalidInput, NotFound


@pytest.fixture
def partitioned(tmp_path: Path) -> Path:
    """What Hive, Spark and pyarrow write: keys in folder names, marks beside the data."""
    root = tmp_path / "people"
    pd.DataFrame({"year": [2023, 2023, 2024], "land": ["AT", "DE", "DE"], "n": [1, 2, 3]}).to_parquet(root, partition_cols=["year", "land"])
    (root / "_SUCCESS").touch()
    (root / "_metadata.parquet").write_bytes(b"no data")
    return root


def test_a_folder_is_one_table_whose_folder_names_are_columns(partitioned: Path) -> None:
    files = TableFiles.find(str(partitioned))
    found = pd.concat(list(files.pieces()), ignore_index=True)
    assert (files.label, files.kind, len(files.files)) == ("people", "parquet", 3)
    assert found.to_dict("list") == {"n": [1, 2, 3], "year": [2023, 2023, 2024], "land": ["AT", "DE", "DE"]}


def test_a_glob_picks_files_by_name(partitioned: Path) -> None:
    found = pd.concat(list(TableFiles.find(f"{partitioned}/year=*/land=DE/*.parquet").pieces()), ignore_index=True)
    assert found.n.tolist() == [2, 3] and found.year.tolist() == [2023, 2024]


def test_pieces_are_small_whatever_the_row_groups_are(tmp_path: Path) -> None:
    pd.DataFrame({"n": range(3 * PIECE_ROWS)}).to_parquet(tmp_path / "t.parquet", row_group_size=3 * PIECE_ROWS)
    assert [len(piece) for piece in TableFiles.find(str(tmp_path / "t.parquet")).pieces()] == [PIECE_ROWS] * 3


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3]})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_feather(tmp_path / "t.arrow")
    frame.to_csv(tmp_path / "t.csv", index=False)
    for name in ("t.parquet", "t.arrow", "t.csv"):
        (piece,) = TableFiles.find(str(tmp_path / name)).pieces(columns=["c", "a"])
        assert list(piece) == ["a", "c"]


def test_the_size_is_that_in_memory_however_well_the_file_is_packed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.Series(range(100_000)) // 50_000, "word": "a"})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_feather(tmp_path / "t.arrow", compression="zstd")
    for name in ("t.parquet", "t.arrow"):
        files = TableFiles.find(str(tmp_path / name))
        assert files.size == 100_000 * 2 * 8 > files.files[0].stat().st_size


def test_folders_without_data_or_with_two_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no data file"):
        TableFiles.find(str(tmp_path))
    with pytest.raises(NotFound, match="no file"):
        TableFiles.find(str(tmp_path / "nothing.parquet"))
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "a.csv", index=False)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InvalidInput, match="csv, parquet"):
        TableFiles.find(str(tmp_path))


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidInput, match=rf"'{name}' cannot be read"):
        files = TableFiles.find(str(tmp_path / name))
        _ = files.size, list(files.pieces())
