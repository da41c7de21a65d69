from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.features import Draw, Numeric
from imcp_jupyter.synth.tabular.lattice import NumericCodec


def there_and_back(frame: pd.DataFrame, **schema: object) -> pd.Series:
    """The column as its codec gives it back from its own features."""
    table = Table.of(frame, schema or None)
    codec, features = NumericCodec.fit(table["x"])
    parts = [np.nan_to_num(feature.values) if isinstance(feature, Numeric) else feature.codes for feature in features]
    return pd.Series(codec.decode(parts, Draw(len(frame), np.random.default_rng(0), 0, 0)), name="x")


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=30).map(lambda low: [value - value % 2**11 for value in low]))
def test_any_integers_stay_integers_of_their_range(values: list[int]) -> None:
    frame = pd.DataFrame({"x": np.array(values, dtype=np.int64)})
    back = there_and_back(frame, x="integer")
    assert back.dtype == np.int64
    assert back.between(frame["x"].min(), frame["x"].max()).all()


@given(st.integers(-(2**62), 2**62), st.lists(st.integers(0, 2**40), min_size=2, max_size=30))
def test_integers_far_from_zero_are_exact(base: int, offsets: list[int]) -> None:
    frame = pd.DataFrame({"x": np.array([base + offset for offset in offsets], dtype=np.int64)})
    pd.testing.assert_series_equal(there_and_back(frame, x="integer"), frame["x"])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=30), st.integers(0, 4))
def test_decimals_are_exact(values: list[int], places: int) -> None:
    frame = pd.DataFrame({"x": np.round(np.array(values) / 10.0**places, places)})
    pd.testing.assert_series_equal(there_and_back(frame, x="continuous"), frame["x"], rtol=0, atol=0)


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 255)), min_size=2, max_size=30).filter(
        lambda cells: any(cell is not None for cell in cells)
    )
)
def test_nullable_integers_keep_their_gaps(values: list[int | None]) -> None:
    frame = pd.DataFrame({"x": pd.array(values, dtype="UInt8")})
    pd.testing.assert_series_equal(there_and_back(frame, x="integer"), frame["x"])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_keep_their_unit(unit: str) -> None:
    frame = pd.DataFrame({"x": pd.date_range("1850-01-01", periods=50, freq="37h").astype(f"datetime64[{unit}]")})
    pd.testing.assert_series_equal(there_and_back(frame), frame["x"])


def test_years_far_away_survive_in_seconds() -> None:
    frame = pd.DataFrame({"x": np.array(["0900-05-01", "3400-01-01", "2020-02-29"], dtype="datetime64[s]")})
    pd.testing.assert_series_equal(there_and_back(frame), frame["x"])


def test_midnights_of_a_time_zone_stay_midnights() -> None:
    frame = pd.DataFrame({"x": pd.date_range("2021-01-01", periods=365, tz="Europe/Berlin")})
    table = Table.of(frame)
    codec, _ = NumericCodec.fit(table["x"])
    drawn = pd.Series(codec.decode([np.arange(0.0, 364.0, 1.0)], Draw(364, np.random.default_rng(0), 0, 0)))
    assert (drawn.dt.hour == 0).all() and drawn.dtype == frame["x"].dtype


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"])
def test_datetimes_stored_as_text_keep_their_format(form: str) -> None:
    text = pd.Series(pd.date_range("1799-03-01", periods=60, freq="19D").strftime(form), name="x", dtype=object)
    text[3] = None
    pd.testing.assert_series_equal(there_and_back(text.to_frame()), text)


def test_text_with_an_offset_keeps_it() -> None:
    frame = pd.DataFrame({"x": [f"2020-01-{day:02d}T10:00:00+0100" for day in range(1, 29)]})
    back = there_and_back(frame, x={"kind": "datetime", "datetime_format": "%Y-%m-%dT%H:%M:%S%z"})
    pd.testing.assert_series_equal(back, frame["x"])


def test_a_cell_that_does_not_fit_the_format_is_named() -> None:
    frame = pd.DataFrame({"x": ["2020-01-01", "yesterday"]})
    with pytest.raises(InvalidInput, match="'yesterday' does not fit the datetime format '%Y-%m-%d'"):
        there_and_back(frame, x={"kind": "datetime", "datetime_format": "%Y-%m-%d"})


def test_a_common_step_is_kept() -> None:
    table = Table.of(pd.DataFrame({"x": [100, 600, 1100, 5100]}))
    codec, _ = NumericCodec.fit(table["x"])
    drawn = codec.decode([np.linspace(0, 10, 40)], Draw(40, np.random.default_rng(0), 0, 0))
    assert set((np.asarray(drawn) - 100) % 500) == {0}


def test_what_lies_outside_the_range_is_brought_back() -> None:
    codec, _ = NumericCodec.fit(Table.of(pd.DataFrame({"x": [5, 9, 7]}))["x"])
    assert list(codec.decode([np.array([-3.0, 99.0])], Draw(2, np.random.default_rng(0), 0, 0))) == [5, 9]
