"""The types that a table in pieces would have if it were read whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput
from .check import checked_frame
from .parts import TableFiles

_TRUTH = {word: word.lower() == "true" for word in ("True", "TRUE", "true", "False", "FALSE", "false")}  # as pandas.read_csv has it


@dataclass(frozen=True)
class WholeTypes:
    """`dtypes` by column and the Arrow `schema` of the whole table, its `rows`, and which columns have a missing value anywhere."""

    rows: int
    dtypes: dict[str, Any]
    schema: Any
    missing: frozenset[str]
    text: frozenset[str]

    @classmethod
    def of(cls, files: TableFiles) -> WholeTypes:
        """Reads every piece. Raises `InvalidInput` naming the column that files do not agree on."""
        words = files.kind in ("csv", "tsv")
        columns: dict[str, _Column] = {}
        rows = 0
        for piece in files.pieces():
            names = [str(name) for name in piece.columns]
            if not columns:
                checked_frame(piece, files.field, min_rows=0)  # names that occur twice
                columns = {name: _Column(name, words) for name in names}
            elif names != list(columns):
                odd = next((name for name in [*names, *columns] if (name in names) != (name in columns)), names[0])
                raise InvalidInput(f"column '{odd}' is not in every file, or not at the same place", field=odd)
            for position, column in enumerate(columns.values()):
                if len(piece):
                    column.add(piece.iloc[:, position])
            rows += len(piece)
        if not rows:
            raise InvalidInput("the table has no rows; at least 1 are needed", field=files.field)
        dtypes = {name: column.dtype for name, column in columns.items()}
        missing = frozenset(name for name, column in columns.items() if column.missing)
        text = frozenset(name for name, dtype in dtypes.items() if words and dtype == np.dtype(object))
        return cls(rows, dtypes, _schema(columns), missing, text)

    def settled(self, piece: pd.DataFrame) -> pd.DataFrame:
        """`piece` with the dtypes of the whole table."""
        import pyarrow as pa

        changed: dict[str, Any] = {}
        for name, dtype in self.dtypes.items():
            series = piece[name]
            if name in self.text and pa.types.is_boolean(self.schema.field(name).type):
                changed[name] = series.map(_TRUTH)
            elif series.dtype != dtype:
                changed[name] = series.astype(object).where(series.notna(), None) if dtype == np.dtype(object) else series.astype(dtype)
        return piece.assign(**changed) if changed else piece

    def arrow(self, block: pd.DataFrame) -> Any:
        """`block` as an Arrow table of the schema. Raises `InvalidInput` naming a column of another type."""
        import pyarrow as pa

        try:
            return pa.Table.from_pandas(block, schema=self.schema, preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            column = next((str(name) for name in block.columns if f"column {name} " in str(error)), None)
            raise InvalidInput("the files hold values of different types", field=column) from error


class _Column:
    """What is known of one column as pieces come in. `words`: from text files, where types are guessed piece by piece."""

    def __init__(self, name: str, words: bool) -> None:
        self.name = name
        self.dtype: Any = None
        self.arrow: Any = None  # of columns of objects
        self.missing = False
        self._words = words
        self._blank = True  # nothing but gaps so far

    def add(self, series: pd.Series) -> None:
        gaps = series.isna()
        blank = bool(gaps.all())
        self.missing = self.missing or bool(gaps.any())
        if self.dtype is None:
            self.dtype = series.dtype
        elif series.dtype != self.dtype:
            self.dtype = self._common(series, blank)
        self._blank = self._blank and blank
        if series.dtype == np.dtype(object) and not blank:
            self._follow_objects(series)

    def _common(self, series: pd.Series, blank: bool) -> Any:
        old, new = self.dtype, series.dtype
        if _is_number(old) and _is_number(new):
            return np.promote_types(old, new)  # type: ignore[arg-type]  # both are numpy's
        if self._blank or blank:
            known = old if blank else new
            if _is_number(known) and known.kind in "iu":
                return np.dtype(np.float64)
            return np.dtype(object) if known == np.dtype(bool) else known
        if isinstance(old, pd.CategoricalDtype) and isinstance(new, pd.CategoricalDtype):
            return pd.CategoricalDtype(old.categories.append(new.categories.difference(old.categories, sort=False)), old.ordered)
        if self._words and np.dtype(object) not in (old, new):
            import pyarrow as pa

            self.arrow = pa.string()
        elif np.dtype(object) not in (old, new):
            raise InvalidInput(f"column '{self.name}' is {old} in one part of the data and {new} in another", field=self.name)
        return np.dtype(object)

    def _follow_objects(self, series: pd.Series) -> None:
        import pyarrow as pa

        if self.arrow is not None and pa.types.is_string(self.arrow):
            return
        try:
            found = pa.array(series, from_pandas=True).type
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            return  # broken cells: the check of the pieces names them
        self.arrow = found if self.arrow is None else _wider(self.arrow, found)


def _is_number(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def _wider(one: Any, other: Any) -> Any:
    """The Arrow type of cells of both types: decimals get the digits that all cells need."""
    import pyarrow as pa

    if pa.types.is_decimal(one) and pa.types.is_decimal(other):
        scale = max(one.scale, other.scale)
        return pa.decimal128(max(one.precision - one.scale, other.precision - other.scale) + scale, scale)
    return other if pa.types.is_string(other) else one


def _schema(columns: dict[str, _Column]) -> Any:
    import pyarrow as pa

    plain = pd.DataFrame({name: pd.Series([], dtype=column.dtype) for name, column in columns.items()})
    schema = pa.Schema.from_pandas(plain, preserve_index=False)
    for position, column in enumerate(columns.values()):
        if column.dtype == np.dtype(object):
            schema = schema.set(position, schema.field(position).with_type(column.arrow or pa.null()))
    return schema
