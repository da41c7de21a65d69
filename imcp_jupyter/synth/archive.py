"""Models on disk: one zip with ``model.json`` and one ``.npy`` per array. Nothing in it can run code."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput

FORMAT = "imcp-model/1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed file times: equal models give equal bytes


def save_archive(path: Path, engine: str, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Write JSON-able `state` and numeric `arrays`; equal content gives equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        head = json.dumps({"format": FORMAT, "engine": engine, "state": state}, sort_keys=True)
        archive.writestr(zipfile.ZipInfo("model.json", _EPOCH), head, zipfile.ZIP_DEFLATED, 3)
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), buffer.getvalue(), zipfile.ZIP_DEFLATED, 3)


def load_archive(path: Path, engine: str) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read what `save_archive` wrote. Raises `InvalidInput` for another engine's or a broken file."""
    try:
        with zipfile.ZipFile(path) as archive:
            head = json.loads(archive.read("model.json"))
            if head["format"] != FORMAT or head["engine"] != engine:
                raise InvalidInput(
                    f"'{path.name}' is a {head['format']} model of engine '{head['engine']}', not of '{engine}'", field="model"
                )
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            arrays = {name[:-4]: np.load(io.BytesIO(archive.read(name)), allow_pickle=False) for name in names}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"'{path.name}' is not a readable model file: {error}", field="model") from None
    return head["state"], arrays
