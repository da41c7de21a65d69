from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.stream import write_blocks
from imcp_jupyter.data.table import HASH_ROWS, content_hash
from imcp_jupyter.errors import InvalidInput

ROWS = 2 * HASH_ROWS + 100
FRAME = pd.DataFrame(
    {
        "n": np.arange(ROWS),
        "word": np.array(["one", "three", "fifteen"], dtype=object)[np.arange(ROWS) % 3],
        "late": [None] * HASH_ROWS + ["x"] * (ROWS - HASH_ROWS),
        "kind": pd.Categorical(np.array(["a", "b"])[np.arange(ROWS) % 2]),
        "price": [Decimal("1.25")] * HASH_ROWS + [Decimal("1234.50")] * (ROWS - HASH_ROWS),
    }
)


def blocks(frame: pd.DataFrame, rows: int) -> list[pd.DataFrame]:
    return [frame.iloc[start : start + rows].reset_index(drop=True) for start in range(0, len(frame), rows)]


@pytest.mark.parametrize("size", [HASH_ROWS, 2 * HASH_ROWS, ROWS])
def test_blocks_become_one_table_with_the_hash_of_the_whole(tmp_path: Path, size: int) -> None:
    written = write_blocks(blocks(FRAME, size), tmp_path / "t.parquet", like=FRAME)
    assert written.rows == ROWS
    assert written.content_hash == content_hash(FRAME)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), FRAME)


def test_a_column_that_changes_its_type_is_named(tmp_path: Path) -> None:
    changed = [FRAME.head(HASH_ROWS)[["n"]], pd.DataFrame({"n": ["text"]})]
    with pytest.raises(InvalidInput, match="does not fit the type") as caught:
        write_blocks(changed, tmp_path / "t.parquet")
    assert caught.value.field == "n"


def test_a_short_block_in_the_middle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="only the last block"):
        write_blocks([FRAME.head(10), FRAME.head(10)], tmp_path / "t.parquet", like=FRAME)


def test_no_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing to write"):
        write_blocks([], tmp_path / "t.parquet")
