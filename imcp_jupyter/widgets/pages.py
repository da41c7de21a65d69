"""Windows of a table as Arrow buffers, in any order, without a copy of the table."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from ..errors import InvalidInput, NotFound, did_you_mean
from .cells import cell_array, column_kind, plain_text

MAX_PAGE_ROWS = 1_000
_MAX_ORDERS = 4  # 4 to 8 bytes per row each

Positions = npt.NDArray[Any]
Operator = Literal["=", "≠", "<", "≤", ">", "≥", "contains", "missing", "present"]


class SortKey(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    column: int | str = Field(description="position, or name of the first column that bears it")
    descending: bool = False


class Condition(BaseModel):
    """Rows where a column is so. Missing values fulfil 'missing' and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: int | str
    operator: Operator
    value: float | str | bool | None = None


class PageRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0)
    count: int = Field(ge=1, le=MAX_PAGE_ROWS)
    columns: list[int | str] | None = None
    sort: list[SortKey] = Field(default_factory=list)
    filter: list[Condition] = Field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """`ipc` is an Arrow stream whose fields are named by column position, since names may repeat."""

    ipc: bytes
    labels: list[str]
    rows: int
    """Rows of the whole table under the filter."""


class Pages:
    """A table that is read by windows. Holds the caller's frame itself; safe to ask from several threads."""

    def __init__(self, data: Any) -> None:
        self._frame, self.names = _as_frame(data)
        self._orders: OrderedDict[Any, Positions] = OrderedDict()
        self._known_rows = len(self._frame)
        self._lock = Lock()

    @property
    def rows(self) -> int:
        return len(self._frame)

    def columns(self) -> list[dict[str, Any]]:
        """Name and kind of every column."""
        return [{"name": name, "kind": column_kind(self._series(position))} for position, name in enumerate(self.names)]

    def page(self, request: PageRequest) -> Page:
        """The asked window; rows past the end are left out. Raises `NotFound` for an unknown column."""
        order = self._order(request)
        rows = self.rows if order is None else len(order)
        stop = min(request.start + request.count, rows)
        window: slice | Positions = slice(request.start, stop) if order is None else order[request.start : stop]
        wanted = range(len(self.names)) if request.columns is None else [self._position(column, "columns") for column in request.columns]
        arrays = [cell_array(self._series(position).iloc[window]) for position in wanted]
        table = pa.Table.from_arrays(arrays, names=[str(position) for position in wanted])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return Page(sink.getvalue().to_pybytes(), [plain_text(label) for label in self._frame.index[window]], rows)

    def _series(self, position: int) -> pd.Series:
        return self._frame.iloc[:, position]

    def _position(self, column: int | str, field: str) -> int:
        if isinstance(column, str):
            if column not in self.names:
                raise NotFound(f"there is no column '{column}'", field=field, hint=did_you_mean(column, self.names))
            return self.names.index(column)
        if not 0 <= column < len(self.names):
            raise NotFound(f"there is no column {column}: the table has {len(self.names)}", field=field)
        return column

    def _order(self, request: PageRequest) -> Positions | None:
        """Positions of the rows to show, in order; None for all rows as they are."""
        if not request.sort and not request.filter:
            return None
        keys = [(self._position(key.column, "sort"), key.descending) for key in request.sort]
        conditions = [(self._position(one.column, "filter"), one.operator, one.value) for one in request.filter]
        name = (tuple(keys), tuple(conditions))
        with self._lock:
            if len(self._frame) != self._known_rows:  # the owner changed the frame in place
                self._orders.clear()
                self._known_rows = len(self._frame)
            order = self._orders.get(name)
            if order is None:
                order = self._orders[name] = self._compute_order(keys, conditions)
            self._orders.move_to_end(name)
            while len(self._orders) > _MAX_ORDERS:
                self._orders.popitem(last=False)
        return order

    def _compute_order(self, keys: list[tuple[int, bool]], conditions: list[tuple[int, Operator, Any]]) -> Positions:
        size = np.uint32 if self.rows < 2**32 else np.int64
        kept = np.ones(self.rows, dtype=bool)
        for column, operator, value in conditions:
            kept &= _fulfils(self._series(column), operator, value)
        positions = np.flatnonzero(kept).astype(size)
        for column, descending in reversed(keys):  # stable sorts from the last key to the first
            ranks, missing = _ranks(self._series(column))
            positions = positions[_stable_order(ranks[positions], missing[positions], descending)]
        return positions


def _as_frame(data: Any) -> tuple[pd.DataFrame, list[str]]:
    if isinstance(data, pd.Series):
        data = data.to_frame(data.name if data.name is not None else "values")
    if isinstance(data, pd.DataFrame):
        return data, [plain_text(name) for name in data.columns]
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    if isinstance(data, pa.Table):
        # pandas' Arrow types hold the Arrow buffers themselves: no copy, and repeated names do not matter.
        arrays = {i: pd.Series(pd.arrays.ArrowExtensionArray(data.column(i)), copy=False) for i in range(data.num_columns)}
        return pd.DataFrame(arrays, index=pd.RangeIndex(data.num_rows), copy=False), [plain_text(name) for name in data.column_names]
    if callable(getattr(data, "to_pandas", None)):
        return _as_frame(data.to_pandas())
    raise InvalidInput(
        f"a table is needed, got {type(data).__name__}",
        field="frame",
        hint="pass a pandas frame, an Arrow table or what has to_pandas()",
    )


def _ranks(series: pd.Series) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Numbers that order like the values, and where values are missing (their numbers mean nothing)."""
    missing = np.asarray(series.isna(), dtype=bool)
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        return series.to_numpy(), missing
    if isinstance(dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy(), missing
    try:
        codes, levels = pd.factorize(series)
    except (TypeError, NotImplementedError, pa.ArrowException):  # unhashable cells, or a type that Arrow cannot encode
        codes, levels = pd.factorize(series.map(plain_text))
    order = _level_order(levels)
    rank = np.empty(len(levels) + 1, dtype=np.int64)
    rank[order] = np.arange(len(levels))
    return rank[codes], missing


def _level_order(levels: Any) -> npt.NDArray[np.intp]:
    try:
        return np.asarray(pd.Series(levels).sort_values(kind="stable").index, dtype=np.intp)
    except (TypeError, ValueError, NotImplementedError, pa.ArrowException):  # no order among them
        return np.argsort(np.asarray([plain_text(level) for level in levels], dtype=object), kind="stable")


def _stable_order(ranks: npt.NDArray[Any], missing: npt.NDArray[np.bool_], descending: bool) -> npt.NDArray[np.intp]:
    present = np.flatnonzero(~missing)
    values = ranks[present]
    order = np.argsort(values[::-1] if descending else values, kind="stable")
    if descending:  # sorting the reversed array and reversing the result keeps equal values in their original order
        order = len(values) - 1 - order[::-1]
    return np.concatenate([present[order], np.flatnonzero(missing)])


def _fulfils(series: pd.Series, operator: Operator, value: Any) -> npt.NDArray[np.bool_]:
    missing = np.asarray(series.isna(), dtype=bool)
    if operator == "missing":
        return missing
    if operator == "present":
        return ~missing
    if value is None:
        raise InvalidInput(f"the condition '{operator}' needs a value", field="filter")
    if operator == "contains":
        found = series.map(plain_text).str.contains(str(value), case=False, regex=False)
    else:
        found = _compare(series, operator, value)
    fulfilled: npt.NDArray[np.bool_] = np.asarray(found, dtype=bool) & ~missing
    return fulfilled


def _compare(series: pd.Series, operator: Operator, value: Any) -> Any:
    """Numbers compare as numbers, everything else as text."""
    comparisons = {"=": np.equal, "≠": np.not_equal, "<": np.less, "≤": np.less_equal, ">": np.greater, "≥": np.greater_equal}
    compare = comparisons[operator]
    if not pd.api.types.is_numeric_dtype(series.dtype):
        return compare(np.asarray(series.map(plain_text), dtype=object), str(value))
    try:
        return compare(series.to_numpy(dtype=np.float64, na_value=np.nan), float(value))
    except ValueError:
        raise InvalidInput(f"'{value}' is not a number", field="filter", hint="the column holds numbers") from None
