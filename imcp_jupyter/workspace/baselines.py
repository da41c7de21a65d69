"""The baselines of suites, in the workspace."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from ..models.suite import Baseline
from .database import Database
from .database import baselines as table


class Baselines:
    """``baselines.find("suite")`` is a `Baseline`, None before the suite's first run; iteration gives all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, suite: str) -> Baseline | None:
        with self._database.read() as connection:
            row = connection.execute(table.select().where(table.c.suite == suite)).first()
        return None if row is None else Baseline.model_validate(row._asdict())

    def __iter__(self) -> Iterator[Baseline]:
        with self._database.read() as connection:
            rows = connection.execute(table.select().order_by(table.c.suite)).all()
        return iter([Baseline.model_validate(row._asdict()) for row in rows])


def store_baseline(baseline: Baseline, connection: Connection) -> None:
    """Put `baseline` in the place of the suite's earlier one, in the caller's transaction."""
    row = baseline.model_dump(mode="json")
    query = insert(table).values(**row)
    connection.execute(query.on_conflict_do_update(index_elements=["suite"], set_={"scores": row["scores"], "updated": row["updated"]}))
