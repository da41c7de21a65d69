from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.infer import infer_schema
from imcp_jupyter.errors import InvalidInput, NotFound

N = 60
WORDS = ["alpha", "beta", "gamma", "delta", "rho"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.linspace(0, 1, N), "continuous"),
        (np.arange(N) % 7, "integer"),
        ([1.0, 2.0, np.nan] * 20, "boolean"),
        ([1.0, 2.0, 3.0, np.nan] * 15, "integer"),
        ([True, False] * 30, "boolean"),
        ([True, None] * 30, "boolean"),
        ([0, 1] * 30, "boolean"),
        (WORDS * 12, "categorical"),
        (["yes", "no"] * 30, "categorical"),
        (pd.Categorical(WORDS * 12), "categorical"),
        (pd.Categorical(WORDS * 12, ordered=True), "ordinal"),
        (pd.date_range("2020-01-01", periods=N), "datetime"),
        (pd.date_range("2020-01-01", periods=N, tz="Europe/Berlin"), "datetime"),
        ([f"2021-03-{i % 28 + 1:02d}" for i in range(N)], "datetime"),
        (np.arange(1000, 1000 + N), "id"),
        ([f"C-{i:05d}" for i in range(N)], "id"),
        ([f"the {i} quick brown foxes jumped over {i} dogs" for i in range(N)], "text"),
        ([7] * N, "constant"),
        ([None] * N, "constant"),
        ([dt.date(2020, 1, 1 + i % 28) for i in range(N)], "datetime"),
        ([Decimal(i % 5) / 4 for i in range(N)], "continuous"),
    ],
)
def test_kinds_are_inferred(values: object, kind: str) -> None:
    assert infer_schema(pd.DataFrame({"x": values}))["x"].kind == kind


def test_overrides_win() -> None:
    frame = pd.DataFrame({"zip": np.arange(N) % 9, "grade": ["b", "a"] * 30})
    schema = infer_schema(frame, {"zip": "categorical", "grade": {"kind": "ordinal", "order": ["b", "a"]}})
    assert schema["zip"].kind == "categorical"
    assert schema["grade"].order == ["b", "a"]


def test_an_override_of_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'income'"):
        infer_schema(pd.DataFrame({"income": [1, 2]}), {"incom": "id"})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'number' is not a column kind"):
        infer_schema(pd.DataFrame({"income": [1, 2]}), {"income": "number"})


@pytest.mark.parametrize("kind", ["datetime", "continuous"])
def test_an_override_that_does_not_fit_the_values_names_the_column(kind: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        infer_schema(pd.DataFrame({"word": WORDS}), {"word": kind})
    assert caught.value.field == "word"


def test_decimals_and_formats_are_recorded() -> None:
    schema = infer_schema(pd.DataFrame({"price": [1.25, 2.5, 3.0], "day": ["2020-01-02", "2020-02-03", "2021-01-01"]}))
    assert schema["price"].decimals == 2
    assert schema["day"].datetime_format == "%Y-%m-%d"


def test_the_census_is_typed_as_a_person_would(adult: pd.DataFrame) -> None:
    kinds = {column.name: column.kind for column in infer_schema(adult).columns}
    assert {name for name, kind in kinds.items() if kind == "integer"} == {
        "age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"
    }  # fmt: skip
    assert sum(kind == "categorical" for kind in kinds.values()) == 9
