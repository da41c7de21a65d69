from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, Measure, judge
from imcp_jupyter.gatf.quality import AllPairs, MissingPatterns, TextFormats, Triples
from imcp_jupyter.gatf.quality.sampled import shared

from ..conftest import mixed

CHECKS: list[type[Measure]] = [AllPairs, Triples, MissingPatterns]


@pytest.mark.parametrize("measure", CHECKS)
def test_the_interval_is_about_as_wide_as_values_of_new_tables_spread(measure: type[Measure]) -> None:
    values, widths = [], []
    for seed in range(20):
        compared = Comparison(*(Table.of(mixed(400, 900 + 3 * seed + part)) for part in range(3)), replicates=60)
        found = judge(measure(), compared, Limits()).check
        assert found.value is not None
        assert found.interval is not None
        values.append(found.value)
        widths.append((found.interval[1] - found.interval[0]) / 3.92)
    assert 0.5 < np.mean(widths) / np.std(values) < 2


@pytest.mark.parametrize("measure", CHECKS)
def test_the_interval_is_that_of_redrawn_rows_where_tables_differ(measure: type[Measure]) -> None:
    rng = np.random.default_rng(0)
    real, other = mixed(1000, 1), mixed(1000, 2).sort_values("x").iloc[200:]
    other.loc[rng.random(len(other)) < 0.3, ["y", "group"]] = None
    found = judge(measure(), Comparison(Table.of(other), Table.of(real), replicates=100), Limits()).check
    redrawn = []
    for _ in range(20):
        again = [Table.of(frame.sample(len(frame), replace=True, random_state=rng.integers(1 << 30))) for frame in (other, real)]
        redrawn.append(judge(measure(), Comparison(*again, replicates=1), Limits()).check.value or 0.0)
    assert found.interval is not None
    assert 0.5 < (found.interval[1] - found.interval[0]) / 3.92 / np.std(redrawn) < 2


def test_formats_have_an_interval() -> None:
    codes = [f"AB-{number:04d}" for number in range(400)]
    broken = [*codes[:300], *(f"{number}" for number in range(100))]
    frames = [pd.DataFrame({"code": part, "x": [1.5, 2.5] * 200}) for part in (broken, codes)]
    found = judge(TextFormats(), Comparison(*(Table.of(frame) for frame in frames), replicates=100), Limits()).check
    assert found.value == pytest.approx(0.75)
    assert found.interval is not None
    assert 0.05 < found.interval[1] - found.interval[0] < 0.12


def test_what_rows_add_is_minus_a_half_to_a_half_and_by_the_side_that_has_more() -> None:
    mine, theirs = np.repeat([0, 1], [900, 100]), np.repeat([0, 1], [100, 900])
    value, added, taken = shared(mine, theirs, 3)
    assert value == pytest.approx(0.2)
    assert (added[0], added[-1], taken[0], taken[-1]) == pytest.approx((-0.5, 0.5, 0.5, -0.5))
    assert np.abs(shared(mine, mine, 2)[1]).max() == 0
