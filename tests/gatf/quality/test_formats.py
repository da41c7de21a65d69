from __future__ import annotations

import numpy as np
import pandas as pd

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.gatf.quality.formats import TextFormats


def orders(rows: int, seed: int, wrong: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    codes = [f"AB-{number:06d}" for number in rng.choice(10**6, rows, replace=False)]
    codes[:wrong] = [f"{number}/ab" for number in range(wrong)]
    return pd.DataFrame({"order_id": codes, "x": rng.normal(size=rows)})


def compared(synthetic: pd.DataFrame) -> Comparison:
    return Comparison(Table.of(synthetic), Table.of(orders(400, 1)), Table.of(orders(300, 2)), replicates=5)


def test_unseen_ids_of_the_same_format_pass() -> None:
    found = judge(TextFormats(), compared(orders(300, 3)), Limits()).check
    assert (found.verdict, found.value) == ("pass", 1.0)


def test_ids_of_another_format_are_found_where_they_are() -> None:
    comparison = compared(orders(300, 3, wrong=90))
    found = judge(TextFormats(), comparison, Limits()).check
    assert found.verdict in ("warn", "fail")
    assert found.evidence["row_positions"] == list(range(20))
    affected = TextFormats().affected(comparison)
    assert affected is not None
    assert np.flatnonzero(affected.cells["order_id"]).tolist() == list(range(90))


def test_more_wrong_formats_score_lower() -> None:
    scores = [judge(TextFormats(), compared(orders(300, 3, wrong)), Limits()).check.score or 0.0 for wrong in (0, 30, 90, 200)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_a_table_without_ids_or_text_is_skipped() -> None:
    frame = pd.DataFrame({"x": np.arange(50) / 7})
    found = judge(TextFormats(), Comparison(Table.of(frame), Table.of(frame), replicates=5), Limits()).check
    assert found.verdict == "skipped"
