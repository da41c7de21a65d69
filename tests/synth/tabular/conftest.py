"""Both native engines, and frames that exercise every kind and dtype."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.cart import CartEngine
from imcp_jupyter.synth.tabular.copula import CopulaEngine
from imcp_jupyter.synth.tabular.engine import TabularEngine, TabularModel

ROWS = 1_500


@pytest.fixture(params=[CartEngine, CopulaEngine], ids=["cart", "copula"])
def engine(request: pytest.FixtureRequest) -> TabularEngine:
    made: TabularEngine = request.param()
    return made


@pytest.fixture(scope="session")
def adult_cart(adult: pd.DataFrame) -> TabularModel:
    return CartEngine().fit(Table.of(adult))


@pytest.fixture(scope="session")
def adult_copula(adult: pd.DataFrame) -> TabularModel:
    return CopulaEngine().fit(Table.of(adult))


@pytest.fixture(scope="session")
def every_dtype() -> pd.DataFrame:
    """One column for each way pandas keeps a modelled value."""
    rng = np.random.default_rng(0)
    normal = rng.normal(size=ROWS)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, ROWS), unit="D")
    words = rng.choice(["a", "b", "ccc"], ROWS)
    return pd.DataFrame(
        {
            "int64": rng.integers(0, 90, ROWS),
            "int32": rng.integers(-5, 500, ROWS).astype(np.int32),
            "uint8": rng.integers(0, 255, ROWS).astype(np.uint8),
            "uint64": rng.integers(2**63, 2**63 + 1000, ROWS, dtype=np.uint64),
            "near 2**60": rng.integers(2**60, 2**60 + 10**6, ROWS),
            "wide int64": rng.integers(-(2**62), 2**62, ROWS),
            "float64": normal,
            "whole float64": rng.integers(0, 50, ROWS) * 1.0,
            "float32": normal.astype(np.float32),
            "cents float32": (normal * 10).round(2).astype(np.float32),
            "Int64": pd.array(rng.integers(0, 1000, ROWS), dtype="Int64"),
            "Float64": pd.array(normal, dtype="Float64"),
            "bool": rng.random(ROWS) < 0.3,
            "boolean": pd.array(rng.random(ROWS) < 0.5, dtype="boolean"),
            "zero or one": rng.integers(0, 2, ROWS),
            "object": words.astype(object),
            "string": pd.array(words, dtype="string"),
            "string[pyarrow]": pd.array(words, dtype="string[pyarrow]"),
            "category": pd.Categorical(words, categories=["ccc", "unused", "b", "a"]),
            "ordered": pd.Categorical(words, categories=["a", "b", "ccc"], ordered=True),
            "category of int": pd.Categorical(rng.integers(0, 5, ROWS)),
            "datetime64[ns]": days,
            "datetime64[s]": days.astype("datetime64[s]"),
            "Europe/Berlin": days.tz_localize("Europe/Berlin"),
            "date as text": days.strftime("%d.%m.%Y").astype(object),
            "int64[pyarrow]": pd.array(rng.integers(0, 99, ROWS), dtype="int64[pyarrow]"),
            "double[pyarrow]": pd.array(normal, dtype="double[pyarrow]"),
            "timestamp[us][pyarrow]": pd.array(days, dtype="timestamp[us][pyarrow]"),
            "😀 emoji": normal * 3,
        }
    )


@pytest.fixture(scope="session")
def every_dtype_with_gaps(every_dtype: pd.DataFrame) -> pd.DataFrame:
    """The columns that can hold a missing value, with a fifth of them missing."""
    rng = np.random.default_rng(1)
    gaps = every_dtype.copy()
    for name in gaps:
        if isinstance(gaps[name].dtype, np.dtype) and gaps[name].dtype.kind in "iub":
            continue
        gaps.loc[rng.random(ROWS) < 0.2, name] = None
    return gaps
