"""The head of a frame as JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..models.dataset import Preview

_LONGEST_CELL = 200  # characters


def preview_of(frame: pd.DataFrame, rows: int) -> Preview:
    """The first `rows` rows; missing cells are None, long texts are cut."""
    head = frame.head(rows)
    columns = [[_cell(value) for value in head[name]] for name in head.columns]
    return Preview(
        columns=[str(name) for name in frame.columns], rows=[list(row) for row in zip(*columns, strict=True)], total_rows=len(frame)
    )


def _cell(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        # JSON numbers are doubles to most readers: larger integers would arrive changed
        return int(value) if abs(int(value)) <= 2**53 else str(int(value))
    if isinstance(value, (float, np.floating)):
        return float(value)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
