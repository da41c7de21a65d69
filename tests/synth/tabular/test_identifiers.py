from __future__ import annotations

import re
import uuid

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.copula import CopulaEngine
from imcp_jupyter.synth.tabular.engine import BLOCK_ROWS
from imcp_jupyter.synth.tabular.identifiers import _permuted

RNG = np.random.default_rng(0)
UUIDS = [str(uuid.UUID(bytes=RNG.bytes(16), version=4)) for _ in range(500)]
FORMATS: dict[str, tuple[list[object], str]] = {
    "dashed": ([f"AB-{number:05d}" for number in RNG.permutation(90_000)[:500]], r"AB-\d{5}"),
    "mixed letters": ([f"{'XYZ'[number % 3]}{number:06d}q" for number in RNG.permutation(900_000)[:500]], r"[XYZ]\d{6}q"),
    "uuid": (list(UUIDS), r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "of two lengths": ([f"K{number}" for number in range(50, 550)], r"K\d+"),
    "numbers": (list(RNG.permutation(900_000)[:500] + 100_000), r"[1-9]\d{5}"),
}


def drawn(values: list[object], rows: int, seed: int = 1) -> pd.Series:
    return CopulaEngine().fit(Table.of(pd.DataFrame({"id": values}), {"id": "id"})).sample(rows, seed)["id"]


@pytest.mark.parametrize("name", FORMATS)
def test_ids_are_new_unique_and_in_the_format(name: str) -> None:
    real, pattern = FORMATS[name]
    found = drawn(real, 2_000)
    assert found.is_unique
    assert not set(found) & set(real)
    fitting = [re.fullmatch(pattern, str(value)) is not None for value in found]
    assert np.mean(fitting) > (0.9 if name != "of two lengths" else 0.3)


def test_ids_are_unique_over_all_blocks() -> None:
    assert drawn([f"{number:08d}x" for number in range(100)], 2 * BLOCK_ROWS + 100).is_unique


def test_ids_go_on_counting() -> None:
    assert list(drawn(list(range(100, 150)), 4)) == [150, 151, 152, 153]
    assert list(drawn(list(range(500, 250, -5)), 3)) == [505, 510, 515]


def test_ids_depend_on_the_seed() -> None:
    real = FORMATS["dashed"][0]
    assert list(drawn(real, 50, seed=1)) != list(drawn(real, 50, seed=2))


def test_a_full_pattern_grows_by_a_digit() -> None:
    real: list[object] = [f"A{number:02d}" for number in range(100)]
    found = drawn(real, 5_000)
    assert found.is_unique and not set(found) & set(real)
    assert found.str.fullmatch(r"A\d{3,4}").all()


def test_numbers_of_two_lengths_never_meet() -> None:
    found = drawn([*range(1, 60, 2), *range(100, 900, 7)], 3_000)
    assert found.is_unique and (found > 0).all()


def test_negative_numbers_keep_their_sign_and_stay_unique() -> None:
    found = drawn([-int(value) for value in RNG.permutation(90_000)[:300] + 10_000], 1_000)
    assert found.is_unique and (found < 0).all()


def test_missing_ids_come_at_their_rate_and_the_others_stay_unique() -> None:
    real = [None if number % 4 == 0 else f"u{number:05d}" for number in range(800)]
    found = drawn(real, 2_000)
    assert found.isna().mean() == pytest.approx(0.25, abs=0.04)
    assert found.dropna().is_unique


def test_objects_of_uuid_come_back_as_uuid() -> None:
    real: list[object] = [uuid.UUID(text) for text in UUIDS]
    found = drawn(real, 300)
    assert all(isinstance(value, uuid.UUID) for value in found) and found.is_unique


def test_an_integer_type_that_is_full_is_an_error_that_names_the_column() -> None:
    table = Table.of(pd.DataFrame({"key": np.arange(100, dtype=np.int8)}))
    with pytest.raises(InvalidInput, match="no room for 1000 new ids") as caught:
        CopulaEngine().fit(table).sample(1_000, seed=1)
    assert caught.value.field == "key"


def test_fractions_are_no_ids() -> None:
    with pytest.raises(InvalidInput, match="cannot be an id"):
        CopulaEngine().fit(Table.of(pd.DataFrame({"x": [0.5, 1.5, 2.5]}), {"x": "id"}))


@pytest.mark.parametrize("room", [1, 2, 3, 10, 1000, 65_537])
def test_the_permutation_meets_every_number_once(room: int) -> None:
    assert sorted(_permuted(np.arange(room, dtype=np.int64), room, key=9)) == list(range(room))
