from __future__ import annotations

import numpy as np
import pandas as pd

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.features import Discrete, Draw
from imcp_jupyter.synth.tabular.levels import LevelCodec


def test_levels_and_gaps_come_back_as_they_were(every_dtype_with_gaps: pd.DataFrame) -> None:
    table = Table.of(every_dtype_with_gaps)
    for name in table.names:
        if table.schema[name].kind not in ("categorical", "ordinal", "boolean"):
            continue
        codec, features = LevelCodec.fit(table[name])
        back = codec.decode([feature.codes for feature in features if isinstance(feature, Discrete)], _draw(table.n_rows))
        pd.testing.assert_series_equal(pd.Series(back, name=name), every_dtype_with_gaps[name])


def test_a_single_level_needs_no_feature() -> None:
    codec, features = LevelCodec.fit(Table.of(pd.DataFrame({"x": ["k"] * 5}))["x"])
    assert features == [] and list(codec.decode([], _draw(3))) == ["k"] * 3


def test_an_ordinal_column_is_coded_in_its_order() -> None:
    table = Table.of(pd.DataFrame({"x": ["high", "low", "mid"]}), {"x": {"kind": "ordinal", "order": ["low", "mid", "high"]}})
    _, features = LevelCodec.fit(table["x"])
    assert isinstance(features[0], Discrete) and list(features[0].codes) == [2, 0, 1]


def test_none_and_nan_are_given_back_as_such() -> None:
    for mark in (None, np.nan):
        codec, _ = LevelCodec.fit(Table.of(pd.DataFrame({"x": np.array(["a", mark, "b"], dtype=object)}))["x"])
        found = codec.decode([np.array([2])], _draw(1))[0]
        assert found is None if mark is None else np.isnan(found)


def _draw(rows: int) -> Draw:
    return Draw(rows, np.random.default_rng(0), 0, 0)
