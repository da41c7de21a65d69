"""Partial rows as features: what is given, what is to be drawn, and how drawn cells get back between the given ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput, NotFound, did_you_mean
from .codec import ColumnCodec, TableCodec
from .features import Mask
from .lattice import NumericCodec
from .levels import LevelCodec


@dataclass(frozen=True)
class Given:
    """One feature of partial rows: (n_rows,) `cells`, of which those `known` are given.

    `present`: what is drawn must not be the code of a missing value, which is `absent` (None where there is none).
    """

    cells: npt.NDArray[Any]
    known: Mask
    present: bool
    absent: int | None
    whole: bool = False


def given_features(frame: pd.DataFrame, codec: TableCodec) -> list[Given]:
    """The features of `frame`. A missing cell of a column that `frame` has is to be drawn, and not as missing.

    Raises `NotFound` for a column or value that the model does not know.
    """
    names = [column.name for column in codec.columns]
    if not frame.columns.is_unique:
        raise InvalidInput("column names must differ from each other", field="partial")
    for name in frame.columns:
        if name not in names:
            raise NotFound(f"there is no column '{name}'", field="partial", hint=did_you_mean(str(name), names))
    features: list[Given] = []
    for column in codec.columns:
        features += _column(column, frame.get(column.name), len(frame))
    return features


def merged(frame: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """`drawn` under the index of `frame`, with the given cells of `frame` as they are."""
    columns: dict[str, Any] = {}
    for name in drawn:
        fresh = drawn[name].set_axis(frame.index)
        if name not in frame:
            columns[str(name)] = fresh
            continue
        own = frame[name]
        known = own.notna()
        columns[str(name)] = own if known.all() else _spliced(own, fresh, known)
    return pd.DataFrame(columns, index=frame.index)


def _spliced(own: pd.Series, fresh: pd.Series, known: pd.Series) -> pd.Series:
    cells = fresh.astype(object)
    cells[known] = own[known].astype(object)
    for dtype in (fresh.dtype, own.dtype):
        try:
            cast = cells.astype(dtype)
        except (TypeError, ValueError, OverflowError):
            continue
        if (cast[known].astype(object) == own[known].astype(object)).all():
            return cast
    return cells


def _column(codec: ColumnCodec, series: pd.Series | None, rows: int) -> list[Given]:
    if not codec.n_features:
        return []
    open_codes = Given(np.zeros(rows, dtype=np.int32), np.zeros(rows, dtype=bool), False, None)
    present = Given(np.zeros(rows, dtype=np.int32), np.ones(rows, dtype=bool), True, 1)
    if isinstance(codec, NumericCodec):
        gates = [(open_codes if series is None else present)] if codec.gated else []
        if codec.fixed:
            return gates
        if series is None:
            return [*gates, Given(np.zeros(rows), open_codes.known, False, None)]
        return [*gates, Given(codec.encode(series), series.notna().to_numpy(), True, None, codec.whole)]
    if series is None:
        return [open_codes]
    if isinstance(codec, LevelCodec):
        last = len(codec.levels) - 1
        return [Given(codec.encode(series), series.notna().to_numpy(), True, last if codec.has_missing else None)]
    return [present]
