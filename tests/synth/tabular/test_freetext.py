from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.copula import CopulaEngine

WORDS = "the patient reports mild pain in left knee after running and was told to rest".split()  # noqa: SIM905 - reads as a note


def notes(rows: int = 600) -> list[str | None]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, rng.integers(4, 12))) + (f" call Mr{row}" if row % 3 == 0 else "") for row in range(rows)]


def drawn(cells: list[str | None], rows: int, **schema: object) -> pd.Series:
    return CopulaEngine().fit(Table.of(pd.DataFrame({"note": cells}), {"note": "text"})).sample(rows, seed=1)["note"]


def test_no_cell_is_a_copy() -> None:
    real = notes()
    assert not set(drawn(real, 3_000)) & set(real)


def test_no_token_of_a_single_row_appears() -> None:
    tokens = {token for cell in drawn(notes(), 2_000) for token in cell.split()}
    assert tokens <= {*WORDS, "call"}


def test_cells_are_about_as_long_as_the_real_ones() -> None:
    real, made = (pd.Series(cells).str.split().str.len() for cells in (notes(), drawn(notes(), 2_000)))
    assert made.mean() == pytest.approx(real.mean(), rel=0.1)


def test_tokens_follow_each_other_as_they_do() -> None:
    rng = np.random.default_rng(0)
    real = [" ".join(f"{rng.choice(['red', 'blue', 'green'])} car" for _ in range(rng.integers(2, 9))) for _ in range(500)]
    for cell in drawn(list(real), 200):
        assert all(first != second for first, second in zip(cell.split(), cell.split()[1:], strict=False))


def test_missing_cells_come_at_their_rate() -> None:
    real: list[str | None] = [None if row % 5 == 0 else cell for row, cell in enumerate(notes())]
    assert drawn(real, 2_000).isna().mean() == pytest.approx(0.2, abs=0.04)


def test_cells_without_a_common_token_become_filler() -> None:
    real: list[str | None] = [f"person{row} from{row} street{row} house{row}" for row in range(100)]
    assert not {token for cell in drawn(real, 100) for token in cell.split()} & {token for cell in real if cell for token in cell.split()}


def test_a_column_of_one_short_cell_is_still_not_copied() -> None:
    assert "ok" not in set(drawn(["ok"] * 50, 100))
