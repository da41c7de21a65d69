"""Ids that nobody has yet, in the form of those there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

TRIES = 200  # draws for one id before it is given up


def fresh_ids(series: pd.Series, count: int, taken: Iterable[pd.Series], rng: np.random.Generator) -> list[Any] | None:
    """`count` new ids for the column `series`; none is in it or in `taken`. None where the column's form leaves no room.

    Whole numbers go on above the largest. Of text ids the digits are drawn anew, in as many places.
    """
    columns = [series, *taken]
    if pd.api.types.is_integer_dtype(series.dtype):
        top = max(
            (int(column.max()) for column in columns if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any()), default=0
        )
        room = 2**63 - 1 if str(series.dtype).lower() == "int64" else 2**31 - 1 if str(series.dtype).lower() == "int32" else 0
        return list(range(top + 1, top + 1 + count)) if top + count <= room else None
    known = {value for column in columns for value in column.dropna().tolist()}
    forms = [value for value in series.dropna().unique().tolist()[:1000] if isinstance(value, str) and re.search(r"\d", value)]
    if not forms:
        return None
    made: list[Any] = []
    for _ in range(count):
        for _ in range(TRIES):
            form = forms[int(rng.integers(len(forms)))]
            value = re.sub(r"\d", lambda _: str(rng.integers(10)), form)
            if value not in known:
                break
        else:
            return None
        known.add(value)
        made.append(value)
    return made
