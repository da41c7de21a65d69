"""pandas dtypes and plain values as JSON, so that a stored model gives back the very columns it was fitted on."""

from __future__ import annotations

import base64
import datetime as dt
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput

_TAG = "$"
_WRITERS: dict[type, tuple[str, Callable[[Any], str]]] = {
    pd.Timestamp: ("timestamp", lambda value: value.isoformat()),
    dt.datetime: ("datetime", lambda value: value.isoformat()),
    dt.date: ("date", lambda value: value.isoformat()),
    dt.time: ("time", lambda value: value.isoformat()),
    Decimal: ("decimal", str),
    uuid.UUID: ("uuid", str),
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
    float: ("float", repr),  # only NaN and infinities come here: JSON has no word for them
}
_READERS: dict[str, Callable[[str], Any]] = {
    "timestamp": pd.Timestamp,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "decimal": Decimal,
    "uuid": uuid.UUID,
    "bytes": base64.b64decode,
    "float": float,
    "none": lambda _: None,
    "na": lambda _: pd.NA,
    "nat": lambda _: pd.NaT,
}


def value_state(value: Any, column: str) -> Any:
    """`value` as something JSON keeps. Raises `InvalidInput` naming `column` for a type without a plain form."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return {_TAG: "none" if value is None else "na" if value is pd.NA else "nat", "v": ""}
    if isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    for kind, (tag, write) in _WRITERS.items():
        if isinstance(value, kind):
            return {_TAG: tag, "v": write(value)}
    raise InvalidInput(
        f"column '{column}' holds values of type {type(value).__name__}, which a model cannot keep",
        field=column,
        hint=f"convert it to text or numbers, for example df['{column}'].astype(str)",
    )


def value_of(state: Any) -> Any:
    """The value that `value_state` wrote."""
    return _READERS[state[_TAG]](state["v"]) if isinstance(state, dict) else state


def dtype_state(dtype: Any, column: str) -> dict[str, Any]:
    """`dtype` as JSON. Raises `InvalidInput` naming `column` for a dtype that its name does not give back."""
    if isinstance(dtype, pd.CategoricalDtype):
        values = [value_state(value, column) for value in dtype.categories]
        return {"category": values, "of": dtype_state(dtype.categories.dtype, column), "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.StringDtype):
        return {"string": dtype.storage, "nan": dtype.na_value is not pd.NA}
    if isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("decimal128"):  # pandas does not read this name
        return {"decimal": [dtype.pyarrow_dtype.precision, dtype.pyarrow_dtype.scale]}
    state = {"name": str(dtype)}
    try:
        known = bool(dtype_of(state) == dtype)
    except (TypeError, NotImplementedError):  # dtypes of other libraries
        known = False
    if not known or isinstance(dtype, pd.SparseDtype) or getattr(dtype, "kind", "O") in "cV":
        raise InvalidInput(
            f"column '{column}' has dtype '{dtype}', which cannot be made", field=column, hint="convert it to numbers, datetimes or text"
        )
    return state


def dtype_of(state: dict[str, Any]) -> Any:
    """The dtype that `dtype_state` wrote."""
    if "category" in state:
        values = pd.Index([value_of(value) for value in state["category"]], dtype=dtype_of(state["of"]))
        return pd.CategoricalDtype(values, ordered=state["ordered"])
    if "string" in state:
        return pd.StringDtype(state["string"], na_value=np.nan if state["nan"] else pd.NA)
    if "decimal" in state:
        import pyarrow as pa

        return pd.ArrowDtype(pa.decimal128(*state["decimal"]))
    return pd.api.types.pandas_dtype(state["name"])


def missing_mark(series: pd.Series, missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """The object that stands for a missing value in `series` (None, NaN, NA or NaT); `missing` (n_rows,) where it is known."""
    if missing is None:
        missing = np.asarray(series.isna().to_numpy(), dtype=bool)
    if not len(missing):
        return None
    first = int(missing.argmax())
    return series.iloc[first] if missing[first] else None
