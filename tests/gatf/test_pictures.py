from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.pictures import MAX_MAPPED, distance_plot, pair_map

from .conftest import mixed


def test_relations_are_correlations_of_numbers_and_cramers_v_of_the_rest() -> None:
    real = mixed(400, 0)
    found = pair_map(Comparison(Table.of(mixed(300, 1)), Table.of(real)))
    assert found is not None
    assert "same" not in found.columns and "id" not in found.columns  # neither has a distribution
    pairs = [(first, second) for second in range(1, len(found.columns)) for first in range(second)]
    at = pairs.index((found.columns.index("x"), found.columns.index("y")))
    assert found.real[at] == pytest.approx(real[["x", "y"]].corr().iloc[0, 1], abs=1e-4)
    assert len(found.real) == len(found.synthetic) == len(pairs)
    assert all(value is None or -1 <= value <= 1 for value in found.real)


def test_a_wide_table_maps_its_most_related_columns() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 45))).add_prefix("c")
    frame["twin"] = frame["c40"] * 2
    found = pair_map(Comparison(Table.of(frame), Table.of(frame)))
    assert found is not None
    assert (len(found.columns), found.of) == (MAX_MAPPED, 46)
    assert {"c40", "twin"} <= set(found.columns)


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": [1, 2, 3]}), pd.DataFrame({"a": [1, 1], "b": ["x", "x"]})])
def test_without_pairs_there_is_no_map(frame: pd.DataFrame) -> None:
    assert pair_map(Comparison(Table.of(frame), Table.of(frame))) is None
    assert pair_map(Comparison(Table.of(frame))) is None


def test_copies_heap_up_at_distance_zero() -> None:
    real, unseen = mixed(300, 0), mixed(300, 1)
    plots = [distance_plot(Comparison(Table.of(part), Table.of(real), Table.of(unseen))) for part in (real, mixed(300, 2))]
    copied, fresh = plots
    assert copied is not None and fresh is not None
    assert copied.synthetic[0] == 1.0 and fresh.synthetic[0] < 0.2
    assert copied.unseen == fresh.unseen
    assert sum(fresh.synthetic) == pytest.approx(1, abs=1e-4)
    assert len(fresh.edges) == len(fresh.synthetic) == len(fresh.unseen)


def test_without_distances_there_is_no_plot() -> None:
    few = Comparison(Table.of(mixed(5, 0)), Table.of(mixed(5, 1)))
    assert distance_plot(few) is None
    assert distance_plot(Comparison(Table.of(mixed(50, 0)))) is None
