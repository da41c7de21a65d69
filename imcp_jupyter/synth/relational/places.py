"""What becomes of every column of a table: drawn with the row, a fresh key, or looked up in a parent."""

from __future__ import annotations

import typing
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column, Table
from ...errors import InvalidInput
from ..tabular.dtypes import dtype_state, missing_mark, value_state
from ..tabular.engine import TabularEngine, TabularModel
from .graph import Graph
from .plan import Ints, Place


def key_columns(table: Table, graph: Graph, name: str) -> list[str]:
    """Columns of the table `name` that are made anew for all rows at once: what others refer to, and ids that are unique.

    A child's rows are picked from several draws, and ids of two draws may be the same.
    """
    keys, foreign = graph.keys(name), graph.foreign_keys(name)
    for column in table.names:
        series = table.frame[column]
        own = table.schema[column].kind == "id" and column not in foreign and column not in keys
        if own and bool(series.notna().all()) and bool(series.is_unique):
            keys.append(column)
    return keys


def place_of(column: Column, keys: Collection[str], foreign: Collection[str]) -> Place:
    name = column.schema.name
    role: typing.Literal["attribute", "key", "foreign"] = "foreign" if name in foreign else "key" if name in keys else "attribute"
    if role == "attribute" or isinstance(column.series.dtype, pd.CategoricalDtype):
        return Place(name, role, {"name": "category" if role != "attribute" else "object"}, None)
    return Place(name, role, dtype_state(column.series.dtype, name), value_state(missing_mark(column.series), name))


def fit_keys(engine: TabularEngine, table: Table, keys: list[str]) -> TabularModel | None:
    """What makes new keys in the format of the real ones, None without keys."""
    if not keys:
        return None
    frame = pd.DataFrame({key: _without_categories(table.frame[key]) for key in keys})
    schemas = {key: {"kind": "id", "pii": table.schema[key].pii, "pii_locale": table.schema[key].pii_locale} for key in keys}
    return engine.fit(Table.of(frame, schemas))


def looked_up(place: Place, keys: npt.NDArray[typing.Any], positions: Ints) -> typing.Any:
    """The foreign key as an array of its dtype: `keys` at `positions`, missing at -1.

    Raises `InvalidInput` when its type has no room for the parent's new keys.
    """
    cells = np.append(keys, np.array([place.missing], dtype=object))[positions]
    try:
        return pd.Series(cells, dtype=place.pandas_dtype).array
    except (OverflowError, ValueError, TypeError):
        raise InvalidInput(
            f"column '{place.name}' of type '{place.pandas_dtype}' has no room for the parent's new keys",
            field=place.name,
            hint="store it in a wider type, such as int64",
        ) from None


def _without_categories(series: pd.Series) -> pd.Series:
    return series.astype(series.cat.categories.dtype) if isinstance(series.dtype, pd.CategoricalDtype) else series
