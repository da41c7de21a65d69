"""The workspace's database: SQLite in WAL mode, one short transaction per change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.engine import Connection

from ..errors import Conflict

SCHEMA_VERSION = 1
metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

names = Table(  # the last version handed out per dataset name, so that a reference is known before its data is committed
    "names",
    metadata,
    Column("name", String, primary_key=True),
    Column("last_version", Integer, nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("content_hash", String, nullable=False, index=True),
    Column("origin", String, nullable=False),
    Column("table_schema", JSON, nullable=False),
    Column("lineage", JSON, nullable=False),
    Column("file", String, nullable=False),
    Column("job_id", String),
    Column("created", String, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", String, primary_key=True),
    Column("engine", String, nullable=False),
    Column("engine_version", String, nullable=False),
    Column("dataset", String, nullable=False),
    Column("file", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("job_id", String),
    Column("created", String, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("level", String, nullable=False),
    Column("badge", String, nullable=False),
    Column("document", JSON, nullable=False),
    Column("job_id", String),
    Column("created", String, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("tool", String, nullable=False),
    Column("state", String, nullable=False),
    Column("progress", Float, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
    Column("params", JSON, nullable=False),
    Column("principal", JSON, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("seed", Integer),
    Column("cache_key", String, index=True),
    Column("cached_from", String),
    Column("result", JSON),
    Column("error", JSON),
    Column("owner", String, nullable=False),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("created", String, nullable=False),
    Column("started", String),
    Column("finished", String),
)
Index("jobs_by_time", jobs.c.created)
Index("jobs_by_state", jobs.c.state)

job_log = Table(
    "job_log",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("time", String, nullable=False),
    Column("level", String, nullable=False),
    Column("message", Text, nullable=False),
)

ledger = Table(  # every spend of privacy; rows are never deleted, only given back
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content_hash", String, nullable=False, index=True),
    Column("label", String, nullable=False),
    Column("state", String, nullable=False),
    Column("epsilon", Float, nullable=False),
    Column("delta", Float, nullable=False),
    Column("rho", Float, nullable=False),
    Column("delta_levels", Float, nullable=False),
    Column("job_id", String),
    Column("principal", JSON, nullable=False),
    Column("model", String),
    Column("dataset", String),
    Column("created", String, nullable=False),
)

privacy_budgets = Table(  # of datasets that have one of their own
    "privacy_budgets",
    metadata,
    Column("content_hash", String, primary_key=True),
    Column("label", String, nullable=False),
    Column("epsilon", Float, nullable=False),
    Column("created", String, nullable=False),
)

calls = Table(  # calls that made no job: quick looks, and what was refused
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tool", String, nullable=False),
    Column("state", String, nullable=False),
    Column("params", JSON, nullable=False),
    Column("principal", JSON, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("error", JSON),
    Column("created", String, nullable=False),
)

baselines = Table(  # scores that the next run of a suite is held against
    "baselines",
    metadata,
    Column("suite", String, primary_key=True),
    Column("scores", JSON, nullable=False),
    Column("updated", String, nullable=False),
)


class Database:
    """Short transactions on one SQLite file, safe for many threads and processes."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        self._prepare()

    def _prepare(self) -> None:
        with self.write() as connection:
            metadata.create_all(connection)
            found = connection.execute(meta.select().where(meta.c.key == "schema")).first()
            if found is None:
                connection.execute(meta.insert().values(key="schema", value=str(SCHEMA_VERSION)))
            elif int(found.value) != SCHEMA_VERSION:
                raise Conflict(
                    f"the workspace has schema {found.value}, this version reads schema {SCHEMA_VERSION}",
                    field="IMCP_HOME",
                    hint="use another IMCP_HOME or the version of imcp_jupyter that made it",
                )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that takes the write lock first: two writers queue instead of failing half-way."""
        with self._engine.connect().execution_options(imcp_write=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def now() -> str:
    """The time as ISO text in UTC with microseconds, so that text order is time order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _on_connect(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # the driver must not begin on its own; see _on_begin
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("imcp_write") else "BEGIN")
