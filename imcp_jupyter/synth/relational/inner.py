"""The models of single tables inside the file of a model of several."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..constraints.model import model_type
from ..signing import Signer
from ..tabular.engine import TabularModel


def bytes_of(model: TabularModel, signer: Signer | None) -> npt.NDArray[np.uint8]:
    """What `model` writes to its file, signed where there is a signer."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.zip"
        if signer is None:
            model.save(file)
        else:
            model.save_signed(file, signer)
        return np.frombuffer(file.read_bytes(), dtype=np.uint8)


def model_of(engine: str, content: npt.NDArray[np.uint8], signer: Signer | None) -> TabularModel:
    """What `bytes_of` was given. Raises `InvalidInput` as the model's `load` and `load_signed` do."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.zip"
        file.write_bytes(content.tobytes())
        kind = model_type(engine, file)
        return kind.load(file) if signer is None else kind.load_signed(file, signer)
