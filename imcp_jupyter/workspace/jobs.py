"""Job rows: states change only by compare-and-swap, outputs become visible only in the transaction that ends the job."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from ..errors import Conflict, ImcpError, JobCancelled, NotFound
from ..models.job import FINAL_STATES, Job, JobState, LogLine, Principal
from .database import Database, job_log, now
from .database import jobs as table
from .owners import Owner, is_alive

LOST = {"code": "lost", "message": "the process that ran this job ended before the job did", "field": None, "hint": "run it again"}


class Jobs:
    """The jobs of a workspace, newest first. ``jobs["id"]`` is `get`."""

    def __init__(self, database: Database, owners: Path, owner: Callable[[], Owner]) -> None:
        self._database = database
        self._owners = owners
        self._owner = owner

    def create(self, tool: str, params: dict[str, Any], principal: Principal, seed: int | None = None) -> Job:
        """A queued job of this process. `params` must be redacted already."""
        job_id = secrets.token_hex(8)
        row = {"id": job_id, "tool": tool, "state": "queued", "params": params, "principal": principal.model_dump(), "seed": seed}
        row |= {"inputs": {}, "outputs": {}, "versions": {}, "owner": self._owner().id, "created": now()}
        with self._database.write() as connection:
            connection.execute(table.insert().values(**row))
        return self.get(job_id)

    def start(self, job_id: str) -> None:
        """queued → running. Raises `JobCancelled` when it was cancelled while it waited."""
        with self._database.write() as connection:
            self._swap(connection, job_id, ("queued",), state="running", started=now())

    def describe(self, job_id: str, *, inputs: dict[str, str], versions: dict[str, str], seed: int | None, cache_key: str | None) -> None:
        """Record what decides the result of a running job."""
        with self._database.write() as connection:
            self._swap(connection, job_id, ("running",), inputs=inputs, versions=versions, seed=seed, cache_key=cache_key)

    def report(self, job_id: str, progress: float, message: str) -> None:
        """Progress of a running job. Raises `JobCancelled` when somebody asked for its end."""
        with self._database.write() as connection:
            self._swap(connection, job_id, ("running",), progress=min(max(progress, 0.0), 1.0), message=message)

    def write_log(self, job_id: str, message: str, level: str = "info") -> None:
        with self._database.write() as connection:
            self._add_log(connection, job_id, level, message)

    def succeed(self, job_id: str, result: dict[str, Any], outputs: dict[str, str], publish: Callable[[Connection], None]) -> None:
        """running → succeeded, together with whatever `publish` writes: all of it or nothing."""
        with self._database.write() as connection:
            self._swap(connection, job_id, ("running",), state="succeeded", progress=1.0, result=result, outputs=outputs, finished=now())
            publish(connection)

    def succeed_from_cache(self, job_id: str, earlier: Job, result: dict[str, Any]) -> None:
        with self._database.write() as connection:
            values = {"result": result, "outputs": earlier.outputs, "cached_from": earlier.id, "finished": now(), "message": "from cache"}
            self._swap(connection, job_id, ("running",), state="succeeded", progress=1.0, **values)

    def fail(self, job_id: str, error: ImcpError) -> None:
        """→ failed, or cancelled for `JobCancelled`; a job that has already ended stays as it is."""
        state: JobState = "cancelled" if isinstance(error, JobCancelled) else "failed"
        with self._database.write() as connection:
            changed = connection.execute(
                table.update()
                .where(table.c.id == job_id, table.c.state.in_(("queued", "running")))
                .values(state=state, error=error.to_dict(), finished=now(), message=error.message)
            )
            if changed.rowcount:
                self._add_log(connection, job_id, "error", str(error))

    def request_cancel(self, job_id: str) -> Job:
        """Ask for the end of a job; a queued one ends at once. Raises `NotFound`, or `Conflict` when it has ended."""
        with self._database.write() as connection:
            row = connection.execute(select(table.c.state).where(table.c.id == job_id)).first()
            if row is None:
                raise _no_job(job_id)
            if row.state in FINAL_STATES:
                raise Conflict(f"job '{job_id}' has already ended: {row.state}", field="job_id")
            connection.execute(table.update().where(table.c.id == job_id).values(cancel_requested=True))
            if row.state == "queued":
                error = JobCancelled("cancelled before it began").to_dict()
                connection.execute(table.update().where(table.c.id == job_id).values(state="cancelled", error=error, finished=now()))
        return self.get(job_id)

    def cancel_requested(self, job_id: str) -> bool:
        with self._database.read() as connection:
            return bool(connection.execute(select(table.c.cancel_requested).where(table.c.id == job_id)).scalar())

    def find_cached(self, cache_key: str) -> Job | None:
        """The newest succeeded job with this key."""
        query = table.select().where(table.c.cache_key == cache_key, table.c.state == "succeeded", table.c.cached_from.is_(None))
        with self._database.read() as connection:
            row = connection.execute(query.order_by(table.c.created.desc()).limit(1)).first()
        return _job(row) if row is not None else None

    def get(self, job_id: str) -> Job:
        """Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(table.select().where(table.c.id == job_id)).first()
        if row is None:
            raise _no_job(job_id)
        if row.state not in FINAL_STATES and self.sweep():
            return self.get(job_id)
        return _job(row)

    __getitem__ = get

    def list(self, limit: int = 100, state: JobState | None = None, tool: str | None = None) -> list[Job]:
        """The newest `limit` jobs."""
        self.sweep()
        query = table.select().order_by(table.c.created.desc()).limit(limit)
        if state is not None:
            query = query.where(table.c.state == state)
        if tool is not None:
            query = query.where(table.c.tool == tool)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query)]

    def __iter__(self) -> Iterator[Job]:
        return iter(self.list())

    def __len__(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def log(self, job_id: str, after: int = 0) -> Sequence[LogLine]:
        """Log lines with a number above `after`, oldest first."""
        query = job_log.select().where(job_log.c.job_id == job_id, job_log.c.seq > after).order_by(job_log.c.seq)
        with self._database.read() as connection:
            return [LogLine.model_validate(row._asdict()) for row in connection.execute(query)]

    def sweep(self) -> int:
        """Mark the unfinished jobs of processes that are gone as lost; returns how many."""
        query = select(table.c.owner).where(table.c.state.in_(("queued", "running"))).distinct()
        with self._database.read() as connection:
            owners = [row.owner for row in connection.execute(query)]
        dead = [owner for owner in owners if not is_alive(self._owners, owner)]
        if not dead:
            return 0
        with self._database.write() as connection:
            changed = connection.execute(
                table.update()
                .where(table.c.owner.in_(dead), table.c.state.in_(("queued", "running")))
                .values(state="lost", error=LOST, message=LOST["message"], finished=now())
            )
        return changed.rowcount

    def _swap(self, connection: Connection, job_id: str, expected: tuple[str, ...], **values: Any) -> None:
        changed = connection.execute(
            table.update()
            .where(table.c.id == job_id, table.c.state.in_(expected), table.c.cancel_requested.is_(False))
            .values(**values)
            .returning(table.c.id)
        ).first()
        if changed is None:
            raise JobCancelled("the job was cancelled")

    def _add_log(self, connection: Connection, job_id: str, level: str, message: str) -> None:
        last = connection.execute(select(func.max(job_log.c.seq)).where(job_log.c.job_id == job_id)).scalar()
        connection.execute(job_log.insert().values(job_id=job_id, seq=(last or 0) + 1, time=now(), level=level, message=message))


def _no_job(job_id: str) -> NotFound:
    return NotFound(f"there is no job '{job_id}'", field="job_id", hint="list_jobs shows the jobs there are")


def _job(row: Row[Any]) -> Job:
    values = row._asdict()
    return Job.model_validate({name: values[name] for name in Job.model_fields})
