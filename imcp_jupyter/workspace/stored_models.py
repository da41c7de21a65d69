"""The fitted models of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Row

from ..errors import NotFound, did_you_mean
from ..models.generation import ModelInfo
from .database import Database
from .database import models as table


class StoredModels:
    """``models["id"]`` is a `ModelInfo`; `path` says where its file is."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def __getitem__(self, model_id: str) -> ModelInfo:
        with self._database.read() as connection:
            row = connection.execute(table.select().where(table.c.id == model_id)).first()
        if row is None:
            known = [info.id for info in self.list()]
            raise NotFound(f"there is no model '{model_id}'", field="model", hint=did_you_mean(model_id, known))
        return _info(row)

    def path(self, model_id: str) -> Path:
        """Raises `NotFound`."""
        return self._folder / f"{self[model_id].id}.zip"

    def list(self) -> list[ModelInfo]:
        """Newest first."""
        with self._database.read() as connection:
            return [_info(row) for row in connection.execute(table.select().order_by(table.c.created.desc()))]

    def __iter__(self) -> Iterator[ModelInfo]:
        return iter(self.list())


def _info(row: Row[Any]) -> ModelInfo:
    values = row._asdict()
    return ModelInfo.model_validate({name: values[name] for name in ModelInfo.model_fields})
