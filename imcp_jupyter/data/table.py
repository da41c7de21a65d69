"""A typed view of a frame: every column as numbers or codes, computed once and cached."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..models.dataset import NUMERIC_KINDS, ColumnSchema, TableSchema
from .cells import Distinct, ObjectCells
from .check import checked_cells
from .datetimes import is_dates, is_duration, nanoseconds, read_objects, read_text
from .infer import infer_schema

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

HASH_ROWS = 65_536  # rows of one batch of a content hash


@dataclass(frozen=True)
class Column:
    """One column.

    Exactly one view is natural for a kind: `values` for continuous, integer and datetime, `codes` for the others;
    asking a discrete column for `values` gives its codes as numbers.
    """

    schema: ColumnSchema
    series: pd.Series
    distinct: Distinct | None = None  # of object columns, where it is known

    @property
    def is_numeric(self) -> bool:
        return self.schema.kind in NUMERIC_KINDS

    @cached_property
    def missing(self) -> Mask:
        """(n_rows,) bool."""
        if self.distinct is not None:
            return self.distinct.codes < 0
        return np.asarray(self.series.isna().to_numpy(), dtype=bool)

    @cached_property
    def values(self) -> Floats:
        """(n_rows,) float64, NaN where missing; datetimes as nanoseconds since 1970 UTC, durations as nanoseconds."""
        if self.schema.kind == "datetime":
            return _nanoseconds(self.series, self.schema.datetime_format)
        if is_duration(self.series.dtype):
            return nanoseconds(self.series)
        if self.is_numeric:
            return self.series.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(self.codes < 0, np.nan, self.codes)

    @cached_property
    def _factorized(self) -> tuple[Codes, npt.NDArray[Any]]:
        if isinstance(self.series.dtype, pd.CategoricalDtype):
            codes = self.series.cat.codes.to_numpy()
            used = np.bincount(codes[codes >= 0], minlength=len(self.series.cat.categories)) > 0
            remap = np.append(np.cumsum(used) - 1, -1)
            return remap[codes].astype(np.int32), np.asarray(self.series.cat.categories, dtype=object)[used]
        distinct = self.distinct or Distinct.of(self.series)
        order = _sorted_positions(distinct.values)
        rank = np.empty(len(order) + 1, dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        rank[-1] = -1
        return rank[distinct.codes], distinct.values.astype(object)[order]

    @property
    def codes(self) -> Codes:
        """(n_rows,) int32 positions in `categories`, -1 where missing."""
        return self._factorized[0]

    @property
    def categories(self) -> npt.NDArray[Any]:
        """(n_levels,) object: the distinct values that occur, sorted (in category order for pandas categoricals)."""
        return self._factorized[1]


class Table:
    """A checked frame with its schema. Build with `Table.of`; treat as immutable."""

    def __init__(self, frame: pd.DataFrame, schema: TableSchema, cells: ObjectCells | None = None) -> None:
        self.frame = frame
        self.schema = schema
        self._cells = cells
        self._columns: dict[str, Column] = {}

    @classmethod
    def of(
        cls, frame: pd.DataFrame, schema: Mapping[str, Any] | TableSchema | None = None, field: str = "data", min_rows: int = 1
    ) -> Table:
        """Check `frame` and type it. `schema` is a whole schema or overrides by column name."""
        frame, cells = checked_cells(frame, field=field, min_rows=min_rows)
        return cls(frame, schema if isinstance(schema, TableSchema) else infer_schema(frame, schema, cells), cells)

    @property
    def names(self) -> list[str]:
        return self.schema.names

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    def __getitem__(self, name: str) -> Column:
        column = self._columns.get(name)
        if column is None:
            distinct = None if self._cells is None else self._cells[name]
            column = self._columns[name] = Column(self.schema[name], self.frame[name], distinct)
        return column

    def select_rows(self, positions: npt.NDArray[Any]) -> Table:
        """The rows at `positions` under the same schema."""
        return Table(self.frame.iloc[positions].reset_index(drop=True), self.schema)

    def select_columns(self, names: list[str]) -> Table:
        """Only the columns `names`, in that order. Raises `NotFound`."""
        schema = TableSchema(columns=[self.schema[name] for name in names])
        return Table(self.frame[names], schema, self._cells)

    @cached_property
    def content_hash(self) -> str:
        return content_hash(self.frame)


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of the typed content (column names, types, values) of `frame`, as hex. The index does not count."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    running = ContentHash(table.schema)
    running.update(table)
    return running.hexdigest()


class ContentHash:
    """`content_hash` of a table that comes in parts, each but the last a multiple of `HASH_ROWS` rows."""

    def __init__(self, schema: Any) -> None:
        import pyarrow as pa

        self._schema = schema.remove_metadata()
        self._sink = _HashSink()
        self._writer = pa.ipc.new_stream(pa.PythonFile(self._sink, mode="w"), self._schema)

    def update(self, part: Any) -> None:
        """Count in an Arrow table of the schema."""
        # Batches of a fixed size, copied: the hash must depend neither on how the parts were cut, nor on the bytes that
        # follow a slice in its buffer, which Arrow writes as padding.
        for batch in part.replace_schema_metadata(None).combine_chunks().to_batches(max_chunksize=HASH_ROWS):
            self._writer.write_batch(batch.take(np.arange(batch.num_rows)))

    def hexdigest(self) -> str:
        """The hash of all parts; ends the counting."""
        self._writer.close()
        return self._sink.digest.hexdigest()


class _HashSink:
    """A file that keeps only the hash of what is written to it."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.closed = False

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None:
        self.closed = True


def _nanoseconds(series: pd.Series, form: str | None) -> Floats:
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return nanoseconds(series)
    if form is not None:
        return nanoseconds(read_text(series, form))
    return nanoseconds(read_objects(series) if is_dates(series.dropna()) else pd.to_datetime(series, errors="coerce"))


def _sorted_positions(levels: Any) -> npt.NDArray[np.intp]:
    values = np.asarray(levels)
    try:
        return np.argsort(values, kind="stable")
    except TypeError:  # objects without an order among themselves
        return np.argsort(np.asarray([str(value) for value in values]), kind="stable")
