"""The validation reports of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from ..errors import NotFound, did_you_mean
from ..models.validation import ReportDocument, ReportInfo
from .database import Database
from .database import reports as table


class StoredReports:
    """``reports["id"]`` is a `ReportDocument`; iteration gives `ReportInfo`s, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def document(self, report_id: str) -> ReportDocument:
        """Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(select(table.c.document).where(table.c.id == report_id)).first()
        if row is None:
            known = [info.id for info in self.list()]
            raise NotFound(f"there is no report '{report_id}'", field="report", hint=did_you_mean(report_id, known))
        return ReportDocument.model_validate(row.document)

    def __getitem__(self, report_id: str) -> ReportDocument:
        return self.document(report_id)

    def list(self) -> list[ReportInfo]:
        columns = [table.c[name] for name in ReportInfo.model_fields]
        with self._database.read() as connection:
            return [_info(row) for row in connection.execute(select(*columns).order_by(table.c.created.desc()))]

    def __iter__(self) -> Iterator[ReportInfo]:
        return iter(self.list())


def _info(row: Row[Any]) -> ReportInfo:
    return ReportInfo.model_validate(row._asdict())
