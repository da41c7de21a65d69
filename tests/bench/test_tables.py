from __future__ import annotations

from bench.tables import census, wide
from imcp_jupyter.data.table import Table, content_hash


def test_the_same_seed_gives_the_same_people() -> None:
    assert content_hash(census(500, seed=3)) == content_hash(census(500, seed=3)) != content_hash(census(500, seed=4))


def test_the_census_has_every_kind_of_trouble() -> None:
    frame = census(5_000)
    kinds = {column.kind for column in Table.of(frame).schema.columns}
    assert frame.shape == (5_000, 16)
    assert kinds == {"continuous", "integer", "categorical", "ordinal", "boolean", "datetime"}
    assert frame.isna().any().sum() == 3
    assert (frame.gain == 0).mean() > 0.9
    assert frame.wealth.max() > 20 * frame.wealth.quantile(0.9) / 4


def test_wide_tables_have_as_many_columns_as_asked_for() -> None:
    assert wide(50, 37).shape == (50, 37)
