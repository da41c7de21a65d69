"""Numbers back to a column's dtype. Knows the schema only: no range, no level of the real data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ....models.dataset import ColumnSchema
from ..dtypes import dtype_of, dtype_state
from ..features import Floats, Mask

DAY = 86_400.0 * 1e9  # nanoseconds
SECOND = 1e9


def nullable(dtype: Any) -> bool:
    """Whether a column of `dtype` can hold a missing value."""
    return not (isinstance(dtype, np.dtype) and dtype.kind in "iub")


def public_dtype(dtype: Any, column: str) -> dict[str, Any]:
    """`dtype` as JSON, without the categories of a pandas categorical: they are learned or given like any other level.

    Raises `InvalidInput` naming `column` for a dtype that cannot be kept.
    """
    if isinstance(dtype, pd.CategoricalDtype):
        return {"categorical": True, "ordered": bool(dtype.ordered)}
    return dtype_state(dtype, column)


def numbers(values: Floats, missing: Mask, schema: ColumnSchema, dtype: dict[str, Any], exact: bool) -> Any:
    """`values` (n_rows,) of a continuous or integer column as an array of its dtype; `exact` makes `decimal.Decimal`s."""
    target = dtype_of(dtype)
    kind = np.dtype(getattr(target, "numpy_dtype", target)).kind
    if exact:
        places = schema.decimals or 0
        cells = [None if gap else Decimal(round(value * 10.0**places)).scaleb(-places) for value, gap in zip(values, missing, strict=True)]
        return pd.Series(cells, dtype=object).array
    if schema.kind == "integer":
        values = np.rint(values)
    elif schema.decimals is not None:
        values = np.round(values, schema.decimals)
    if kind in "iu":
        info = np.iinfo(np.dtype(getattr(target, "numpy_dtype", target)))
        top = float(info.max) if float(info.max) <= info.max else float(np.nextafter(float(info.max), 0.0))
        whole = np.clip(np.where(missing, 0.0, values), float(info.min), top).astype(info.dtype)
        if isinstance(target, np.dtype):
            return whole
        array = pd.array(whole, dtype=target)
    else:
        if isinstance(target, np.dtype):
            return np.where(missing, np.nan, values).astype(target)
        array = pd.array(values, dtype=target)
    array[missing] = pd.NA
    return array


def stamps(values: Floats, missing: Mask, schema: ColumnSchema, dtype: dict[str, Any]) -> Any:
    """`values` (n_rows,) nanoseconds since 1970 UTC as an array of a datetime column's dtype."""
    target = dtype_of(dtype)
    whole = np.where(missing, 0.0, values).astype(np.int64)
    whole[missing] = np.iinfo(np.int64).min  # NaT
    index = pd.DatetimeIndex(whole.view("datetime64[ns]"))
    if schema.datetime_format is not None and not pd.api.types.is_datetime64_any_dtype(target):
        if "%z" in schema.datetime_format:
            index = index.tz_localize("UTC")
        text = pd.Series(index.strftime(schema.datetime_format), dtype=object)
        text[missing] = None
        return text.astype(target).array
    if target == np.dtype(object):
        cells = index.date
        cells[missing] = None
        return cells
    zone = getattr(target, "tz", None) or getattr(getattr(target, "pyarrow_dtype", None), "tz", None)
    if zone is not None:
        index = index.tz_localize("UTC").tz_convert(zone)
    return pd.Series(index).astype(target).array
