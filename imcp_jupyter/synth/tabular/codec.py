"""A whole table to features and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ...models.dataset import DISCRETE_KINDS
from .features import Draw, Feature
from .freetext import TextCodec
from .identifiers import IdCodec
from .lattice import NumericCodec
from .levels import LevelCodec
from .pii.codec import FakeCodec
from .pii.fit import fit_fakes

if TYPE_CHECKING:
    from ...data.table import Column, Table

ColumnCodec = NumericCodec | LevelCodec | IdCodec | TextCodec | FakeCodec


class TableCodec:
    """The codecs of all columns, in column order."""

    def __init__(self, columns: list[ColumnCodec]) -> None:
        self.columns = columns

    @classmethod
    def fit(cls, table: Table) -> tuple[TableCodec, list[Feature]]:
        """The codec of `table` and its features. Raises `InvalidInput` naming a column that cannot be kept."""
        codecs: list[ColumnCodec] = []
        features: list[Feature] = []
        fakes = fit_fakes(table)
        for name in table.names:
            codec, parts = fakes[name] if name in fakes else fit_column(table[name])
            codecs.append(codec)
            features += parts
        return cls(codecs), features

    def owners(self) -> list[str]:
        """The column that each feature belongs to."""
        return [codec.name for codec in self.columns for _ in range(codec.n_features)]

    def decode(self, drawn: list[npt.NDArray[Any]], draw: Draw) -> pd.DataFrame:
        """The frame for `drawn`, one (n_rows,) array per feature."""
        columns: dict[str, Any] = {}
        at = 0
        for codec in self.columns:
            parts = drawn[at : at + codec.n_features]
            at += codec.n_features
            columns[codec.name] = codec.decode(parts, draw)
        return pd.DataFrame(columns, index=pd.RangeIndex(draw.rows), copy=False)

    def state(self) -> list[dict[str, Any]]:
        return [{"codec": codec.kind, "state": codec.state()} for codec in self.columns]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {f"column{number}.{name}": array for number, codec in enumerate(self.columns) for name, array in codec.arrays().items()}

    @classmethod
    def restore(cls, state: list[dict[str, Any]], arrays: dict[str, npt.NDArray[Any]]) -> TableCodec:
        codecs: list[ColumnCodec] = []
        for number, item in enumerate(state):
            prefix = f"column{number}."
            own = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
            codecs.append(restore_column(item["codec"], item["state"], own))
        return cls(codecs)


def fit_column(column: Column) -> tuple[ColumnCodec, list[Feature]]:
    """The codec of one column and its features. Raises `InvalidInput` naming a column that cannot be kept."""
    kind = column.schema.kind
    if isinstance(column.series.dtype, pd.CategoricalDtype) and kind not in DISCRETE_KINDS | {"constant"}:
        name = column.schema.name
        raise InvalidInput(
            f"column '{name}' is a pandas categorical, which cannot hold new values of kind '{kind}'",
            field=name,
            hint=f"use df['{name}'].astype(object)",
        )
    if column.missing.all():  # whatever the kind: there is nothing else to learn
        return LevelCodec.fit(column)
    if kind in ("continuous", "integer", "datetime"):
        return NumericCodec.fit(column)
    if kind == "id" and isinstance(column.series[~column.missing].iloc[0], Decimal):  # an amount, however distinct
        return NumericCodec.fit(column)
    if kind == "id":
        return IdCodec.fit(column)
    if kind == "text":
        return TextCodec.fit(column)
    return LevelCodec.fit(column)


def restore_column(kind: str, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> ColumnCodec:
    """The codec that a model file holds as its `kind`, `state` and `arrays`."""
    if kind == NumericCodec.kind:
        return NumericCodec(state)
    if kind == LevelCodec.kind:
        return LevelCodec(state)
    if kind == IdCodec.kind:
        return IdCodec.restore(state, arrays)
    if kind == FakeCodec.kind:
        return FakeCodec.restore(state, arrays)
    return TextCodec.restore(state, arrays)
