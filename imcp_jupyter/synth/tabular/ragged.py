"""Lists of arrays of different lengths as two flat arrays each, for model files with few entries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def pack(name: str, parts: Sequence[Array], dtype: npt.DTypeLike) -> dict[str, Array]:
    """`parts` end to end under `name`, and where each begins under `name` + '.at'."""
    at = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=at[1:])
    flat = np.concatenate([np.asarray(part, dtype=dtype) for part in parts]) if parts else np.empty(0, dtype=dtype)
    return {name: flat, f"{name}.at": at}


def unpack(name: str, arrays: dict[str, Array]) -> list[Array]:
    """What `pack` packed, as views."""
    flat, at = arrays[name], arrays[f"{name}.at"]
    return [flat[low:high] for low, high in pairwise(at.tolist())]
