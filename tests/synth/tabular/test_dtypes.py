from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.dtypes import dtype_of, dtype_state, value_of, value_state

PLAIN = st.one_of(
    st.text(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.decimals(allow_nan=False, allow_infinity=False), st.dates(),
    st.datetimes(), st.times(), st.uuids(), st.binary(), st.none(),
)  # fmt: skip


@given(PLAIN)
def test_a_value_survives_json(value: object) -> None:
    back = value_of(json.loads(json.dumps(value_state(value, "x"))))
    assert back == value and type(back) is type(value)


def test_missing_marks_survive_json() -> None:
    states = json.loads(json.dumps([value_state(mark, "x") for mark in (np.nan, pd.NA, pd.NaT)]))
    nan, missing, not_a_time = (value_of(state) for state in states)
    assert math.isnan(nan) and missing is pd.NA and not_a_time is pd.NaT


def test_numpy_scalars_become_plain_values() -> None:
    assert [type(value_state(value, "x")) for value in (np.int64(3), np.float32(0.5), np.bool_(True))] == [int, float, bool]


def test_a_timestamp_stays_a_timestamp() -> None:
    stamp = pd.Timestamp("2020-01-01T10:00", tz="Europe/Berlin")
    assert value_of(value_state(stamp, "x")) == stamp


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype("int64"), np.dtype("uint8"), np.dtype("float32"), np.dtype("bool"), np.dtype(object), np.dtype("datetime64[us]"),
        pd.Int64Dtype(), pd.BooleanDtype(), pd.StringDtype("python"), pd.StringDtype("pyarrow"), pd.StringDtype("pyarrow", na_value=np.nan),
        pd.DatetimeTZDtype("ns", "Europe/Berlin"), pd.CategoricalDtype(["b", "a"]), pd.CategoricalDtype([3, 1, 2], ordered=True),
        pd.CategoricalDtype(pd.to_datetime(["2020-01-01", "2021-01-01"])), pd.CategoricalDtype([Decimal("1.2"), uuid.UUID(int=3)]),
        pd.CategoricalDtype([dt.date(2020, 1, 1)]),
    ],
    ids=str,
)  # fmt: skip
def test_a_dtype_survives_json(dtype: object) -> None:
    assert dtype_of(json.loads(json.dumps(dtype_state(dtype, "x")))) == dtype


def test_a_value_without_a_plain_form_is_refused_by_column() -> None:
    with pytest.raises(InvalidInput, match="column 'x' holds values of type complex") as caught:
        value_state(1j, "x")
    assert caught.value.field == "x"
