"""Tables that are hard to learn: each comes back as it was (dtype, type of cell, gaps), or is refused by one named rule."""

from __future__ import annotations

import datetime as dt
import fractions
import pathlib
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import ImcpError

N = 150
RNG = np.random.default_rng(0)
X = RNG.normal(size=N)
WHOLE = RNG.integers(0, 10**5, N)
THIRDS = [None, "a", "b"] * (N // 3)


def odd(cells: Any) -> pd.DataFrame:
    return pd.DataFrame({"odd": cells, "x": X[: len(cells)]})


def days(start: str, unit: str) -> np.ndarray[Any, Any]:
    return np.datetime64(start, unit) + np.arange(N) * np.timedelta64(86_400, "s").astype(f"timedelta64[{unit}]")


def objects(cells: list[Any]) -> pd.DataFrame:
    return odd(pd.Series(cells, dtype=object))


KEPT: dict[str, pd.DataFrame] = {
    "only missing": odd([None] * N),
    "only missing numbers": odd([np.nan] * N),
    "only missing text": odd(pd.array([None] * N, dtype="string")),
    "only missing category": odd(pd.Categorical([None] * N, categories=["a"])),
    "constant": odd(["k"] * N),
    "constant number": odd([3.5] * N),
    "single category": odd(pd.Categorical(["k"] * N, categories=["j", "k"])),
    "unused levels": odd(pd.Categorical(["b", "a", "a"] * (N // 3), categories=["z", "b", "a"])),
    "50 k categories": pd.DataFrame(
        {"odd": [f"c{number:06d}" for number in RNG.integers(0, 50_000, 60_000)], "x": RNG.normal(size=60_000)}
    ),
    "dates before 1900": odd(pd.date_range("1850-01-01", periods=N)),
    "microseconds before 1678": odd(days("1500-01-01", "us")),
    "seconds before 1678": odd(days("1066-01-01", "s")),
    "seconds before our era": odd(days("-0100-01-01", "s")),
    "seconds after 2262": odd(days("9000-01-01", "s")),
    "zoned microseconds before 1678": odd(pd.Series(days("1500-01-01", "us")).dt.tz_localize("UTC")),
    "days as objects": odd([dt.date(1999, 1, 1) + dt.timedelta(days=number) for number in range(N)]),
    "days before 1678, with gaps": objects([None if n % 9 == 0 else dt.date(1500, 1, 1) + dt.timedelta(days=n) for n in range(N)]),
    "days as text before 1678": odd([(dt.date(1500, 1, 1) + dt.timedelta(days=number)).isoformat() for number in range(N)]),
    "Arrow's days": odd(pd.Series([dt.date(1990, 1, 1) + dt.timedelta(days=n) for n in range(N)]).astype("date32[pyarrow]")),
    "times of day": odd([dt.time(number % 24, number % 60) for number in range(N)]),
    "near 2**60": odd(2**60 + WHOLE),
    "above 2**63": odd(np.uint64(2**63) + WHOLE.astype(np.uint64)),
    "decimals": odd([Decimal(number) / 100 for number in WHOLE.tolist()]),
    "decimals with gaps": objects([None if number % 7 == 0 else Decimal(number) / 100 for number in WHOLE.tolist()]),
    "Arrow's decimals": odd(pd.Series([Decimal(n) / 100 for n in WHOLE.tolist()]).astype(pd.ArrowDtype(pa.decimal128(10, 2)))),
    "emoji and odd names": pd.DataFrame({"😀 ok\n": X, "": X * 2, "n" * 5_000: X * 3, "a\x00b": X * 4}),
    "2 rows of 300 columns": pd.DataFrame(RNG.normal(size=(2, 300)), columns=[f"c{number}" for number in range(300)]),
    "bytes": odd([bytes([number % 5]) for number in range(N)]),
    "durations": odd(pd.to_timedelta(WHOLE, unit="s")),
    "durations with gaps": odd(pd.Series(pd.to_timedelta(WHOLE, unit="ms")).where(X > -1)),
    "durations in seconds": odd(pd.Series(pd.to_timedelta(WHOLE, unit="s")).astype("timedelta64[s]")),
    "Arrow's durations": odd(pd.array(pd.to_timedelta(WHOLE, unit="s"), dtype="duration[us][pyarrow]")),
    "Int64": odd(pd.array([None, 1, 5] * (N // 3), dtype="Int64")),
    "boolean": odd(pd.array([None, True, False] * (N // 3), dtype="boolean")),
    "string[pyarrow]": odd(pd.array(THIRDS, dtype="string[pyarrow]")),
    "bool[pyarrow]": odd(pd.array([None, True, False, True, True] * (N // 5), dtype="bool[pyarrow]")),
    "time64[pyarrow]": odd(pd.Series([dt.time(number % 24) for number in range(N)]).astype("time64[us][pyarrow]")),
    "binary[pyarrow]": odd(pd.Series([bytes([number % 3]) for number in range(N)]).astype("binary[pyarrow]")),
    "float16": odd(X.astype(np.float16)),
    "huge floats": odd(RNG.choice([1e308, -1e308, 1e300], N)),
    "tiny floats": odd(X * 1e-310),
    "uuids": odd([uuid.UUID(int=number) for number in range(N)]),
    "text with NUL": odd(["a\x00", "b", "c"] * (N // 3)),
    "long text": odd(["t" * 100_000, "b", "c"] * (N // 3)),
    "named index": odd(X * 2).set_index(pd.Index([1] * N, name="odd")),
    "index of several levels": odd(X * 2).set_index(pd.MultiIndex.from_product([range(N // 3), range(3)], names=["a", "x"])),
    "named column axis": odd(X * 2).rename_axis(columns="k"),
}

READ_BACK_OTHERWISE = {"Arrow's decimals", "string[pyarrow]"}  # pandas reads decimals as objects, and text into its default storage

RENAMED: dict[str, tuple[Any, list[str]]] = {  # names become text
    "MultiIndex columns": (pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]), ["('a', 'b')", "('a', 'c')"]),
    "whole numbers": ([0, 1], ["0", "1"]),
    "None": ([None, "x"], ["None", "x"]),
    "tuples": (pd.Index([("a", 1), ("b", 2)], tupleize_cols=False), ["('a', 1)", "('b', 2)"]),
    "a categorical": (pd.CategoricalIndex(["a", "b"]), ["a", "b"]),
}

ZONED = [pd.Timestamp("2020-01-01", tz=zone) for zone in ("UTC", "Europe/Berlin", "Asia/Tokyo")] * (N // 3)

REFUSED: dict[str, tuple[pd.DataFrame, str, str]] = {
    "time zones mixed": (objects(ZONED), "mixes time zones: Asia/Tokyo, Europe/Berlin, UTC", "utc=True"),
    "whole numbers beyond 64 bits": (objects([2**70 + number for number in range(N)]), "beyond 64 bits", "astype(str)"),
    "signed with unsigned 64 bits": (objects([2**63, -1] * (N // 2)), "beyond 64 bits", "astype(str)"),
    "infinite decimals": (objects([Decimal("Infinity"), Decimal(1)] * (N // 2)), "75 infinite values", "finite limit"),
    "infinite objects": (objects([float("inf"), 1.5] * (N // 2)), "75 infinite values", "finite limit"),
    "infinity": (odd([np.inf] + [1.5] * (N - 1)), "1 infinite value", "finite limit"),
    "Float64 infinity": (odd(pd.array([np.inf] + [1.5] * (N - 1), dtype="Float64")), "1 infinite value", "finite limit"),
    "decimals of 30 digits": (objects([Decimal("1" + "0" * 29 + str(number % 10)) for number in range(N)]), "more than 15 digits", "text"),
    "lists": (odd([[1]] * N), "nested values", "flatten"),
    "frozen sets": (objects([frozenset({number % 3}) for number in range(N)]), "nested values", "flatten"),
    "Arrow's lists": (odd(pd.Series([[1]] * N).astype(pd.ArrowDtype(pa.list_(pa.int64())))), "nested values", "flatten"),
    "Arrow's dictionaries": (
        odd(pd.Series(["a", "b"] * (N // 2)).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())))),
        "which pandas cannot group",
        "astype('category')",
    ),
    "bytes that differ": (odd([number.to_bytes(4, "big") for number in range(N)]), "cannot be an id", "another kind"),
    "periods": (odd(pd.period_range("2000-01", periods=N, freq="M")), "holds periods", "to_timestamp"),
    "intervals": (odd(pd.cut(pd.Series(X), 5)), "of type Interval", "astype(str)"),
    "durations as objects": (objects([dt.timedelta(seconds=number) for number in range(N)]), "durations as objects", "to_timedelta"),
    "complex": (odd(X + 1j), "complex numbers", "real and imaginary"),
    "complex objects": (objects([1j] * N), "of type complex", "astype(str)"),
    "sparse": (odd(pd.arrays.SparseArray([0, 0, 1] * (N // 3))), "is sparse", "to_dense"),
    "long double": (odd(X.astype(np.longdouble)), "which no file keeps", "float64"),
    "paths": (objects([pathlib.PurePosixPath(f"/{number % 4}") for number in range(N)]), "of type PurePosixPath", "astype(str)"),
    "fractions": (objects([fractions.Fraction(number % 5, 7) for number in range(N)]), "of type Fraction", "astype(str)"),
}
REFUSED_TABLES: dict[str, tuple[pd.DataFrame, str]] = {
    "duplicate names": (pd.DataFrame([[1, 2]] * N, columns=["a", "a"]), "'a' occurs more than once"),
    "duplicate names as text": (pd.DataFrame([[1, 2]] * N, columns=[1, "1"]), "'1' occurs more than once"),
    "a name that is not Unicode": (pd.DataFrame({"a\ud800": X}), "is not valid Unicode"),
    "one row": (odd([1]), "1 row"),
    "no rows": (odd([]), "no rows"),
    "no columns": (pd.DataFrame(index=range(5)), "no columns"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("hard")
        patch.setenv("IMCP_HOME", str(folder))
        yield folder


def alike(made: pd.DataFrame, real: pd.DataFrame) -> None:
    for name in real:
        assert made[name].isna().all() == real[name].isna().all()
        assert real[name].isna().any() or not made[name].isna().any()
        if not real[name].isna().all():
            assert type(made[name].dropna().iloc[0]) is type(real[name].dropna().iloc[0])


@pytest.mark.parametrize("engine", ["cart", "copula"])
@pytest.mark.parametrize("case", KEPT)
def test_a_hard_table_is_learned_stored_drawn_and_completed(home: Path, case: str, engine: str) -> None:
    real = KEPT[case]
    made = imcp.generate_tabular(real, rows=60, engine=engine, seed=1)
    alike(made.data, real)
    if case not in READ_BACK_OTHERWISE:
        assert list(made.data.dtypes) == list(real.dtypes)
    drawn = made.model.sample(60, seed=1)  # from the stored model
    alike(drawn, real)
    assert list(drawn.dtypes) == list(real.dtypes)
    given = drawn.columns[:-1]
    filled = made.model.complete(drawn[given], seed=2)
    assert list(filled.columns) == list(real.columns)
    whole = drawn[given].notna().all(axis=1)
    pd.testing.assert_frame_equal(filled.loc[whole, given], drawn.loc[whole, given])


@pytest.mark.parametrize("case", RENAMED)
def test_names_of_columns_become_text(home: Path, case: str) -> None:
    columns, names = RENAMED[case]
    real = pd.DataFrame(RNG.normal(size=(N, 2)), columns=columns)
    assert list(imcp.generate_tabular(real, rows=20, engine="copula", seed=1).data.columns) == names


def test_datetimes_as_objects_become_a_datetime_column(home: Path) -> None:
    real = objects([dt.datetime(1500, 1, 1) + dt.timedelta(hours=number) for number in range(N)])
    assert imcp.generate_tabular(real, rows=20, engine="copula", seed=1).data["odd"].dtype == "datetime64[us]"


@pytest.mark.parametrize("engine", ["cart", "copula"])
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_learned_is_refused_by_column_rule_and_remedy(home: Path, case: str, engine: str) -> None:
    frame, words, hint = REFUSED[case]
    with pytest.raises(ImcpError) as caught:
        imcp.generate_tabular(frame, engine=engine, seed=1)
    assert caught.value.code == "invalid_input"
    assert caught.value.field == "odd"
    assert words in caught.value.message
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("case", REFUSED_TABLES)
def test_a_table_that_cannot_be_learned_is_refused_by_its_rule(home: Path, case: str) -> None:
    frame, words = REFUSED_TABLES[case]
    with pytest.raises(ImcpError) as caught:
        imcp.generate_tabular(frame, engine="copula", seed=1)
    assert caught.value.field == "data"
    assert words in caught.value.message


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_durations_are_numbers_with_a_unit(home: Path, engine: str) -> None:
    seconds = 60 * RNG.integers(1, 90, 1_000)
    real = pd.DataFrame({"wait": pd.to_timedelta(seconds, unit="s"), "cost": seconds * 0.1 + RNG.normal(size=1_000)})
    made = imcp.generate_tabular(real, rows=1_000, engine=engine, seed=1, conditions={"wait": {"min": "20 minutes", "max": "1h"}})
    assert made.data["wait"].between(pd.Timedelta("20min"), pd.Timedelta("60min")).all()
    assert (made.data["wait"].dt.total_seconds() % 60 == 0).all()
    assert made.data["wait"].dt.total_seconds().corr(made.data["cost"]) > 0.8
    with pytest.raises(ImcpError, match="holds durations, which"):
        made.model.sample(5, seed=1, conditions={"wait": {"min": 20}})
    assert 0 <= imcp.run_gatf_validation(made.data, real=real).score <= 100


def test_validation_judges_days_before_1678(home: Path) -> None:
    real = KEPT["days before 1678, with gaps"]
    made = imcp.generate_tabular(real, engine="copula", seed=1)
    assert 0 <= imcp.run_gatf_validation(made.data, real=real).score <= 100
    assert imcp.validate_data(made.data, real=real).score > 0.5
