from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imcp_jupyter.synth.tabular.rounding import largest_remainder, rake, whole_rows


@given(arrays(np.float64, st.integers(1, 8), elements=st.floats(0.01, 1.0)), st.integers(0, 10_000))
def test_rounded_shares_sum_up_and_are_within_one(shares: np.ndarray, rows: int) -> None:
    counts = largest_remainder(shares, rows)
    assert counts.sum() == rows
    assert (np.abs(counts - shares / shares.sum() * rows) <= 1 + 1e-6).all()


@given(arrays(np.float64, (3, 4, 2), elements=st.floats(0.01, 1.0)), st.integers(1, 5_000))
def test_whole_rows_have_the_rounded_margins(table: np.ndarray, rows: int) -> None:
    table = table / table.sum()
    counts = whole_rows(table, rows)
    assert counts is not None and (counts >= 0).all()
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        assert (counts.sum(axis=others) == largest_remainder(table.sum(axis=others), rows)).all()


def test_raking_keeps_the_odds_ratio_and_reaches_the_margins() -> None:
    mass = np.array([[0.4, 0.1], [0.2, 0.3]])
    table = rake(mass, [((0,), np.array([0.5, 0.5])), ((1,), np.array([0.3, 0.7]))])
    assert table is not None
    assert np.allclose(table.sum(axis=1), 0.5) and np.allclose(table.sum(axis=0), [0.3, 0.7])
    assert np.isclose(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]), 6.0)


def test_margins_where_there_is_no_mass_are_refused() -> None:
    assert rake(np.diag([0.5, 0.5]), [((0,), np.array([0.9, 0.1])), ((1,), np.array([0.5, 0.5]))]) is None
