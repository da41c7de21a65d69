"""From a dataset reference to a table: the one place that knows where data can come from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..config import Settings
from ..data.formats import read_table
from ..data.parts import TableFiles
from ..data.table import Table, content_hash
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import Reference, TableSchema, name_from_path
from .datasets import Datasets

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from ..data.scan import TableScan

FRAME_PREFIX = "frame:"  # a frame that the calling process passed along; never leaves that process


@dataclass
class Source:
    """Data before it is loaded. `label` is fit for names and reports.

    A source that is too large to load has a `scan`: `frame` and `table` are then a uniform sample of its rows. `lineage` is how a
    dataset of the workspace came to be.
    """

    label: str
    field: str
    load: Callable[[], pd.DataFrame]
    known_hash: str | None = None
    schema: TableSchema | None = None
    scan: TableScan | None = None
    lineage: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @cached_property
    def frame(self) -> pd.DataFrame:
        return self.load() if self.scan is None else self.scan.sample

    @cached_property
    def content_hash(self) -> str:
        if self.known_hash is not None:
            return self.known_hash
        return content_hash(self._checked) if self.scan is None else self.scan.content_hash

    @property
    def rows(self) -> int:
        """Rows of the whole source."""
        return len(self.frame) if self.scan is None else self.scan.rows

    @property
    def is_sampled(self) -> bool:
        return self.scan is not None and self.rows > len(self.frame)

    @property
    def key(self) -> str:
        """What a result depends on besides the content: label, lineage, and how many rows of a large source are looked at."""
        lineage = hashlib.sha256(json.dumps(self.lineage, sort_keys=True, default=str).encode()).hexdigest() if self.lineage else ""
        return f"{self.label}#{lineage}" if self.scan is None else f"{self.label}?rows={self.scan.sample_rows}#{lineage}"

    @property
    def title(self) -> str:
        """The label, which says so where only a sample is looked at."""
        return f"{self.label} ({len(self.frame):,} of {self.rows:,} rows)" if self.is_sampled else self.label

    def blocks(self) -> Iterator[pd.DataFrame]:
        """All rows, in frames that fit `JobContext.stage_dataset`."""
        return iter([self._checked]) if self.scan is None else self.scan.blocks()

    @property
    def like(self) -> pd.DataFrame | pa.Schema:
        """What settles the types of blocks, for `JobContext.stage_dataset`."""
        return self.frame if self.scan is None else self.scan.schema

    @cached_property
    def _checked(self) -> pd.DataFrame:
        from ..data.check import checked_frame

        # A hash needs a frame that Arrow can hold, so broken frames must be refused before.
        return checked_frame(self.frame, field=self.field)

    def table(self, overrides: Mapping[str, Any] | None = None, min_rows: int = 1) -> Table:
        """The checked, typed table; `overrides` win over the recorded schema."""
        if self.schema is not None and not overrides:
            return Table.of(self.frame, self.schema, field=self.field, min_rows=min_rows)
        table = Table.of(self.frame, overrides, field=self.field, min_rows=min_rows)
        if self.scan is None:
            return table
        columns = [
            column.model_copy(update={"missing": True}) if column.name in self.scan.missing else column for column in table.schema.columns
        ]
        return Table.of(table.frame, TableSchema(columns=columns), field=self.field)


def open_source(
    text: str, field: str, datasets: Datasets, frames: Mapping[str, pd.DataFrame], settings: Settings | None = None, seed: int = 0
) -> Source:
    """Find what `text` refers to; `seed` is that of the sample of a large source. Raises `NotFound` or `InvalidInput` naming `field`."""
    settings = settings or Settings.load()
    if text.startswith(FRAME_PREFIX):
        name = text[len(FRAME_PREFIX) :]
        if name not in frames:
            raise NotFound(f"there is no frame '{name}' in this process", field=field, hint=did_you_mean(name, frames))
        return Source(name, field, lambda: frames[name])
    reference = Reference.parse(text, field)
    if reference.kind in ("dataset", "demo"):
        try:
            found = datasets[text]
        except NotFound as error:
            raise NotFound(error.message, field=field, hint=error.hint) from None
        info = found.info
        scan = _scan(TableFiles.find(str(found.path), field), settings, seed)
        made = {"created": info.created.isoformat(), "job_id": info.job_id} if info.origin == "synthetic" else {}
        lineage = made | info.lineage
        return Source(info.name.removeprefix("demo:"), field, found.to_pandas, info.content_hash, info.table_schema, scan, lineage)
    if reference.kind == "path" or reference.name.startswith("file://"):
        files = TableFiles.find(reference.name.removeprefix("file://"), field)
        scan = _scan(files, settings, seed)
        return Source(name_from_path(files.label), field, lambda: _whole(files, settings), scan=scan)
    kind = "frames of other kernels" if reference.kind == "kernel" else "object stores"
    raise InvalidInput(
        f"'{text}' cannot be read from here: {kind} are not connected",
        field=field,
        hint="use a dataset of the workspace, demo:adult, or a local .csv, .parquet or .arrow file",
    )


def _scan(files: TableFiles, settings: Settings, seed: int) -> TableScan | None:
    if files.size <= settings.whole_source_bytes:
        return None
    from ..data.scan import TableScan

    return TableScan(files, settings.sample_rows, seed)


def _whole(files: TableFiles, settings: Settings) -> pd.DataFrame:
    if len(files.files) == 1 and not files.keys:
        return read_table(files.files[0], files.field)
    import pandas as pd

    from ..data.scan import TableScan

    return pd.concat(list(TableScan(files, settings.sample_rows, 0).blocks()), ignore_index=True)
