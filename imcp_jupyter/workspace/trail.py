"""The trail of calls: those that became jobs, and those that left no job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from ..errors import ImcpError
from ..models.job import Principal
from ..models.trail import CallRecord
from .database import Database, now
from .database import calls as table
from .database import jobs as jobs_table

LONGEST = 2_000  # characters of one text among the recorded parameters of a call that left no job


class Trail:
    """Calls by principal. What was turned away before a tool was asked for (no token, foreign origin) is not here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, tool: str, params: dict[str, Any], principal: Principal, error: ImcpError | None, refused: bool = False) -> None:
        """Write down a call that made no job. `params` must be redacted already; `refused` before the tool was run."""
        state = "succeeded" if error is None else "denied" if error.code == "permission_denied" else "refused" if refused else "failed"
        row = {"tool": tool[:200], "state": state, "params": _shortened(params), "subject": principal.subject, "created": now()}
        row |= {"principal": principal.model_dump(), "error": None if error is None else error.to_dict()}
        with self._database.write() as connection:
            connection.execute(table.insert().values(**row))

    def of(self, subject: str) -> list[CallRecord]:
        """The calls of a principal, oldest first."""
        with self._database.read() as connection:
            quick = [row._asdict() | {"job_id": None} for row in connection.execute(table.select().where(table.c.subject == subject))]
            kept = connection.execute(jobs_table.select().where(jobs_table.c.principal["subject"].as_string() == subject))
            jobs = [row._asdict() for row in kept]
        for job in jobs:
            job["job_id"] = job["id"]
            if (job["error"] or {}).get("code") == "permission_denied":
                job["state"] = "denied"
        fields = set(CallRecord.model_fields)
        records = [CallRecord.model_validate({name: row[name] for name in fields}) for row in [*quick, *jobs]]
        return sorted(records, key=lambda record: record.created)

    def subjects(self) -> Iterator[str]:
        """Everybody who called anything."""
        with self._database.read() as connection:
            quick = connection.execute(select(table.c.subject).distinct()).scalars().all()
            jobs = connection.execute(select(jobs_table.c.principal["subject"].as_string()).distinct()).scalars().all()
        return iter(sorted({*quick, *jobs}))


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key)[:200]: _shortened(item) for key, item in list(value.items())[:100]}
    if isinstance(value, (list, tuple)):
        return [_shortened(item) for item in value[:100]]
    if isinstance(value, str):
        return value[:LONGEST]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)[:LONGEST]
