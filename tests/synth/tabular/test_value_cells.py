from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from imcp_jupyter.synth.tabular.value_cells import ValueCells, cell_scores


def test_scores_are_those_of_the_ranks() -> None:
    values = np.random.default_rng(0).gamma(0.5, size=40_000)
    found = ValueCells.of(values, whole=False, spike_rows=5).scores_of(values)
    wanted = norm.ppf((rankdata(values) - 0.5) / len(values))
    assert np.abs(found - wanted)[np.abs(wanted) < 3].max() < 0.006  # the width of a cell
    assert np.abs(found - wanted).max() < 0.3  # the mean of a tail, not its middle rank


@pytest.mark.parametrize("top", [50, 100_000])
def test_whole_numbers_are_counted_as_others_are_sorted(top: int) -> None:
    values = np.random.default_rng(0).integers(0, top, 30_000).astype(np.float64)
    values[::7] = np.nan
    counted, sorted_ = (ValueCells.of(values, whole=whole, spike_rows=5) for whole in (True, False))
    for part in ("low", "high", "counts"):
        assert np.array_equal(getattr(counted, part), getattr(sorted_, part))
    assert np.array_equal(counted.scores_of(values), sorted_.scores_of(values))


def test_missing_values_score_zero_and_are_not_counted() -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0])
    cells = ValueCells.of(values, whole=False, spike_rows=5)
    assert cells.counts.sum() == 3
    assert cells.scores_of(values)[1] == 0.0


def test_a_spike_among_many_values_has_a_cell_of_its_own() -> None:
    values = np.concatenate([np.full(5_000, 0.5), np.random.default_rng(0).random(20_000)])
    cells = ValueCells.of(values, whole=False, spike_rows=5)
    at = np.flatnonzero((cells.low == 0.5) & (cells.high == 0.5))
    assert len(at) == 1 and cells.counts[at[0]] == 5_000
    assert len(cells.counts) <= 2_051 and cells.counts.sum() == 25_000


def test_the_mean_of_all_cells_is_zero() -> None:
    counts = np.array([1, 5, 100, 3])
    assert np.average(cell_scores(counts)[1], weights=counts) == pytest.approx(0.0, abs=1e-12)
