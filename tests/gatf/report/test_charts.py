from __future__ import annotations

from imcp_jupyter.gatf.report import charts
from imcp_jupyter.gatf.report.evidence import table_of
from imcp_jupyter.models.validation import PairMap


def test_a_map_has_a_cell_for_each_pair_that_has_a_relation() -> None:
    found = charts.pair_maps(PairMap(columns=["a", "b", "c"], of=3, real=[0.9, None, -0.5], synthetic=[0.1, 0.3, -0.5]))
    real, synthetic, change = found.maps
    assert [(cell.x, cell.y, cell.strength) for cell in real.cells] == [(0, 1, 0.9), (1, 2, 0.5)]
    assert len(synthetic.cells) == 3
    assert [cell.strength for cell in change.cells] == [1.0, 0.0]
    assert found.largest == ["a × b: 0.90 became 0.10"]


def test_the_least_alike_distributions_are_drawn_in_table_order() -> None:
    items = [{"column": name, "real": [1.0, 0.0], "synthetic": [share, 1 - share]} for name, share in (("a", 0.9), ("b", 0.1), ("c", 0.5))]
    assert [item["column"] for item in charts.drawn(items, 2)] == ["b", "c"]


def test_records_become_a_table_and_anything_else_does_not() -> None:
    table = table_of([{"group": "a", "rate": 0.25}, {"group": "b", "rows": 3}])
    assert table is not None
    assert (table.heads, table.numeric) == (["group", "rate", "rows"], [False, True, True])
    assert table.rows == [["a", "0.25", "–"], ["b", "–", "3"]]
    assert table_of({"a": {"real": 1}, "b": {"real": 2}}) is not None
    for other in ([], {}, [1, 2], {"a": 1}, "text", [{"a": 1}, 2]):
        assert table_of(other) is None


def test_a_long_table_says_how_much_is_left_out() -> None:
    table = table_of([{"row": at} for at in range(50)])
    assert table is not None and (len(table.rows), table.more) == (20, 30)
