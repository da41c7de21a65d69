"""Cells as a view can draw them: numbers, truth values and text. Anything else becomes text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

MAX_TEXT = 500  # characters of one cell
_HEAD = 1_000  # rows of an object column that are looked at for its kind
_KIND_OF_OBJECTS = {
    "string": "text",
    "boolean": "boolean",
    "integer": "integer",
    "floating": "decimal",
    "mixed-integer-float": "decimal",
    "decimal": "decimal",
    "datetime": "datetime",
    "datetime64": "datetime",
    "date": "date",
    "timedelta": "duration",
    "bytes": "bytes",
    "empty": "empty",
}


def column_kind(series: pd.Series) -> str:
    """A word for what the column stores, from its type alone (never a pass over all rows)."""
    dtype = series.dtype
    types = pd.api.types
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if types.is_bool_dtype(dtype):
        return "boolean"
    if types.is_integer_dtype(dtype):
        return "integer"
    if types.is_float_dtype(dtype):
        return "decimal"
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_kind(dtype.pyarrow_dtype)
    if types.is_datetime64_any_dtype(dtype):
        return "datetime"
    if types.is_timedelta64_dtype(dtype):
        return "duration"
    if isinstance(dtype, pd.StringDtype):
        return "text"
    head = series.iloc[:_HEAD].dropna()
    if head.map(lambda cell: isinstance(cell, (list, dict, set, tuple, np.ndarray))).any():
        return "nested"
    return _KIND_OF_OBJECTS.get(types.infer_dtype(head, skipna=True), "mixed")


def _arrow_kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return "category"
    if pa.types.is_timestamp(kind):
        return "datetime"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_duration(kind):
        return "duration"
    if pa.types.is_decimal(kind):
        return "decimal"
    if pa.types.is_nested(kind):
        return "nested"
    if pa.types.is_null(kind):
        return "empty"
    return "text" if _is_text(kind) else "mixed"


def cell_array(series: pd.Series) -> pa.Array:
    """`series` as an Arrow array of integers, floats, booleans or text; missing values (and NaN) are null."""
    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):  # mixed types, huge integers, lone surrogates
        return _text_array(series)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_float16(array.type):
        return array.cast(pa.float32())
    if pa.types.is_floating(array.type):  # an Arrow column may hold NaN beside nulls
        return pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    if pa.types.is_integer(array.type) or pa.types.is_boolean(array.type):
        return array
    if _is_text(array.type):
        return pc.utf8_slice_codeunits(array.cast(pa.string()), 0, MAX_TEXT)
    return _text_array(series)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _text_array(series: pd.Series) -> pa.Array:
    missing = np.asarray(series.isna(), dtype=bool)
    return pa.array([None if gone else plain_text(cell) for cell, gone in zip(series, missing, strict=True)], pa.string())


def plain_text(cell: Any) -> str:
    """`cell` as valid Unicode of at most `MAX_TEXT` characters."""
    try:
        text = str(cell)
    except Exception:  # a hostile or broken __str__ of a user's object
        return f"<{type(cell).__name__}>"
    if isinstance(cell, datetime):
        text = text.removesuffix(" 00:00:00")
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
