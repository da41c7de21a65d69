"""The datasets of a workspace: versions in Parquet files, rows in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Row

from ..data.samples import SAMPLES, find_sample
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import DatasetInfo, Reference
from ..models.generation import DataCard
from .database import Database, names
from .database import datasets as table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from ..data.table import Table


class Dataset:
    """One dataset version. Loads nothing until asked."""

    def __init__(self, info: DatasetInfo, path: Path) -> None:
        self.info = info
        self.path = path

    @property
    def reference(self) -> str:
        return self.info.reference

    @property
    def card(self) -> DataCard | None:
        """How a synthetic dataset was made; None for what was imported or bundled."""
        found = self.info.lineage.get("card")
        return None if found is None else DataCard.model_validate(found)

    def to_pandas(self) -> pd.DataFrame:
        import pandas as pd

        frame = pd.read_parquet(self.path)
        # Parquet has no seconds: a column of seconds comes back in milliseconds.
        coarse = {
            column.name: column.dtype
            for column in self.info.table_schema.columns
            if column.dtype.startswith(("datetime64[s", "timedelta64[s")) and column.name in frame
        }
        return frame.astype(coarse) if coarse else frame

    def to_arrow(self) -> pa.Table:
        import pyarrow.parquet as pq

        return pq.read_table(self.path)

    def to_table(self) -> Table:
        """The frame with the schema that was recorded with it."""
        from ..data.table import Table

        return Table(self.to_pandas(), self.info.table_schema)

    def __repr__(self) -> str:
        return f"<Dataset {self.reference}: {self.info.rows:,} rows × {len(self.info.table_schema.columns)} columns, {self.info.origin}>"


class Datasets:
    """``datasets["name"]``, ``["name@2"]`` and ``["demo:adult"]`` are `Dataset`s; iteration gives the newest version of each name."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def __getitem__(self, text: str) -> Dataset:
        """Raises `NotFound` naming the nearest dataset."""
        reference = Reference.parse(text, field="dataset")
        if reference.kind == "demo":
            return _sample_dataset(reference.name)
        if reference.kind != "dataset":
            raise InvalidInput(
                f"'{text}' is a {reference.kind}, not a dataset of the workspace", field="dataset", hint="import_data brings it in"
            )
        query = table.select().where(table.c.name == reference.name).order_by(table.c.version.desc()).limit(1)
        if reference.version is not None:
            query = query.where(table.c.version == reference.version)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            hint = did_you_mean(text, self._known(reference)) or "list_datasets shows the datasets there are"
            raise NotFound(f"there is no dataset '{text}'", field="dataset", hint=hint)
        return Dataset(_info(row), self._folder / row.file)

    def find(self, text: str) -> DatasetInfo:
        return self[text].info

    def __contains__(self, text: str) -> bool:
        try:
            self[text]
        except NotFound:
            return False
        return True

    def list(self, all_versions: bool = False, samples: bool = False) -> list[DatasetInfo]:
        """What there is, newest first; only the newest version of each name unless `all_versions`."""
        query = table.select().order_by(table.c.created.desc())
        if not all_versions:
            newest = select(table.c.name, func.max(table.c.version).label("version")).group_by(table.c.name).subquery()
            query = query.join(newest, (table.c.name == newest.c.name) & (table.c.version == newest.c.version))
        with self._database.read() as connection:
            found = [_info(row) for row in connection.execute(query)]
        return found + [_sample_dataset(name).info for name in SAMPLES] if samples else found

    def __iter__(self) -> Iterator[DatasetInfo]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def reserve(self, name: str) -> int:
        """The next version number of `name`. A job that fails leaves a gap, never a clash."""
        query = insert(names).values(name=name, last_version=1)
        query = query.on_conflict_do_update(index_elements=["name"], set_={"last_version": names.c.last_version + 1})
        with self._database.write() as connection:
            return int(connection.execute(query.returning(names.c.last_version)).scalar_one())

    def file_of(self, name: str, version: int) -> Path:
        return self._folder / f"{name}@{version}.parquet"

    def _known(self, reference: Reference) -> Sequence[str]:
        known = self.list(all_versions=reference.version is not None)
        return [info.reference if reference.version is not None else info.name for info in known]


def dataset_row(info: DatasetInfo, file: str) -> dict[str, Any]:
    """`info` as a row of the datasets table."""
    return info.model_dump(mode="json") | {"file": file}


def _info(row: Row[Any]) -> DatasetInfo:
    return DatasetInfo.model_validate({key: value for key, value in row._asdict().items() if key != "file"})


_sample_infos: dict[str, DatasetInfo] = {}


def _sample_dataset(name: str) -> Dataset:
    """A bundled table as a dataset, typed once per process."""
    sample = find_sample(name, field="dataset")
    if name not in _sample_infos:
        from datetime import UTC, datetime

        import pandas as pd

        from ..data.table import Table

        typed = Table.of(pd.read_parquet(sample.path))
        _sample_infos[name] = DatasetInfo(
            name=f"demo:{name}",
            version=1,
            rows=typed.n_rows,
            bytes=sample.path.stat().st_size,
            content_hash=typed.content_hash,
            created=datetime.fromtimestamp(sample.path.stat().st_mtime, UTC),
            origin="bundled",
            table_schema=typed.schema,
            lineage={"licence": sample.licence, "title": sample.title},
        )
    return Dataset(_sample_infos[name], sample.path)
