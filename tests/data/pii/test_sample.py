from __future__ import annotations

import numpy as np
import pandas as pd

from imcp_jupyter.data.pii.sample import SAMPLE_ROWS, SAMPLE_VALUES, sample_of


def test_long_columns_are_looked_at_in_a_capped_sample() -> None:
    sample = sample_of(pd.Series([f"v{n}" for n in range(5 * SAMPLE_ROWS)]))
    assert sample is not None and len(sample.values) == SAMPLE_VALUES and sample.unique == 1.0


def test_repeated_values_are_looked_at_once_and_count_by_their_cells() -> None:
    sample = sample_of(pd.Series(["a"] * 30 + ["b"] * 10 + [None] * 5))
    assert sample is not None and sorted(sample.values) == ["a", "b"]
    assert sample.share(sample.where(lambda value: value == "a")) == 0.75


def test_whole_floats_are_read_as_whole_numbers_and_fractions_are_left_out() -> None:
    sample = sample_of(pd.Series([4.0, np.nan, 7.0]))
    assert sample is not None and sample.values == ["4", "7"] and sample.numeric
    assert sample_of(pd.Series([0.5, 1.0])) is None
