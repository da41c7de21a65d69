"""Models of related tables among the stored models."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..signing import Signer
from ..tabular.registry import find_engine
from .tables_model import TablesModel

if TYPE_CHECKING:
    from ...config import Settings


def holds_tables(path: Path) -> bool:
    """Whether the file at `path` is a model of several tables, by what it says of itself."""
    return _engine_of(path) in _READERS


def load_tables(path: Path, signer: Signer, settings: Settings) -> TablesModel:
    """The model in `path`, of which `holds_tables` is true.

    Raises `InvalidInput` for a wrong signature or an engine that is switched off, `MissingExtra` for one that is not installed.
    """
    if _engine_of(path) == "relational":
        from .model import RelationalModel

        return RelationalModel.load_signed(path, signer)
    from .hma import HmaTables

    find_engine(HmaTables.engine, settings).require()
    return HmaTables.load_signed(path, signer)


_READERS = ("relational", "sdv:hma/tables")  # names without their modules: asking must not load SciPy


def _engine_of(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read("model.json")).get("engine"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
