"""What a tool sees of the workspace while its job runs; outputs are staged here and published all at once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.engine import Connection

from ..models.dataset import DatasetInfo, TableSchema, dataset_name
from ..models.generation import ModelInfo
from ..models.job import Principal
from ..models.validation import ReportDocument
from . import database
from .datasets import dataset_row
from .sources import Source, open_source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from .workspace import Workspace

_REPORT_EVERY = 0.1  # seconds between two progress writes to the database


@dataclass
class JobContext:
    """One running job. `seed` is always set: the caller's, or one drawn for this job."""

    workspace: Workspace
    job_id: str
    principal: Principal
    seed: int
    versions: dict[str, str]
    inputs: dict[str, str] = field(default_factory=dict)
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    on_progress: Callable[[float, str], None] | None = None
    kill: Callable[[str], bool] | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    _sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    _moves: list[tuple[Path, Path]] = field(default_factory=list)
    _rows: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    _writes: list[Callable[[Connection], None]] = field(default_factory=list)
    _last_report: float = 0.0

    def source(self, reference: str, parameter: str) -> Source:
        """The data that `reference` names, for the parameter `parameter`; opened once."""
        key = (reference, parameter)
        if key not in self._sources:
            self._sources[key] = open_source(reference, parameter, self.workspace.datasets, self.frames, self.workspace.settings, self.seed)
        return self._sources[key]

    def progress(self, share: float, message: str) -> None:
        """Tell how far the job is (0..1). Raises `JobCancelled` when somebody asked for its end."""
        if self.on_progress is not None:
            self.on_progress(share, message)
        moment = time.monotonic()
        if moment - self._last_report >= _REPORT_EVERY:
            self._last_report = moment
            self.workspace.jobs.report(self.job_id, share, message)

    def part(self, start: float, end: float) -> Callable[[float, str], None]:
        """A progress callback for the part of the job between two shares."""
        return lambda share, message: self.progress(start + share * (end - start), message)

    def cancel(self, job_id: str) -> None:
        """End another job: at once where this process has its worker, else when it next tells of its progress."""
        self.workspace.jobs.request_cancel(job_id)
        if self.kill is not None:
            self.kill(job_id)

    def log(self, message: str) -> None:
        self.workspace.jobs.write_log(self.job_id, message)

    def stage_dataset(
        self,
        name: str,
        data: pd.DataFrame | Iterable[pd.DataFrame],
        schema: TableSchema,
        origin: Literal["imported", "synthetic"],
        lineage: dict[str, Any] | Callable[[], dict[str, Any]],
        like: pd.DataFrame | pa.Schema | None = None,
    ) -> DatasetInfo:
        """Write `data` aside as the next version of `name`; it appears when the job succeeds.

        `data` is a frame, or blocks of one that are written as they come; `like` settles their types (see `data.stream`). `lineage`
        may be asked for once they are written.
        """
        import pandas as pd

        from ..data.stream import write_blocks

        version = self.workspace.datasets.reserve(dataset_name(name))
        target = self.workspace.datasets.file_of(name, version)
        aside = self._aside(target)
        written = write_blocks([data] if isinstance(data, pd.DataFrame) else data, aside, like)
        own = lineage() if callable(lineage) else lineage
        info = DatasetInfo(
            name=name,
            version=version,
            rows=written.rows,
            bytes=aside.stat().st_size,
            content_hash=written.content_hash,
            created=datetime.now(UTC),
            origin=origin,
            table_schema=schema,
            job_id=self.job_id,
            lineage={"inputs": self.inputs, "seed": self.seed, "versions": self.versions} | own,
        )
        self._rows.append((database.datasets, dataset_row(info, target.name)))
        self.outputs[info.reference] = info.content_hash
        return info

    def stage_model(self, engine: str, engine_version: str, dataset: str, save: Callable[[Path], None]) -> ModelInfo:
        """Let `save` write a model file aside; it appears when the job succeeds."""
        model_id = f"{engine.replace(':', '-')}-{secrets.token_hex(6)}"
        target = self.workspace.models_folder / f"{model_id}.zip"
        aside = self._aside(target)
        save(aside)
        info = ModelInfo(
            id=model_id,
            engine=engine,
            engine_version=engine_version,
            dataset=dataset,
            created=datetime.now(UTC),
            job_id=self.job_id,
            bytes=aside.stat().st_size,
        )
        self._rows.append((database.models, info.model_dump(mode="json") | {"file": target.name}))
        self.outputs[f"model:{model_id}"] = model_id
        return info

    def stage_report(self, document: ReportDocument) -> ReportDocument:
        """Keep `document` under a fresh id; it appears when the job succeeds."""
        document = document.model_copy(update={"id": secrets.token_hex(8)})
        row = {
            "id": document.id,
            "kind": document.kind,
            "subject": document.synthetic.name,
            "score": document.score,
            "level": document.level,
            "badge": document.badge,
            "document": document.model_dump(mode="json"),
            "job_id": self.job_id,
            "created": document.created.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        self._rows.append((database.reports, row))
        self.outputs[f"report:{document.id}"] = str(document.id)
        return document

    def move_files(self) -> None:
        """Put staged files where they belong. They stay invisible: no row names them yet, and no other job uses their names."""
        for aside, target in self._moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(aside, target)

    def publish(self, connection: Connection) -> None:
        """Insert the staged rows, in the transaction that ends the job."""
        for table, row in self._rows:
            connection.execute(table.insert().values(**row))
        for write in self._writes:
            write(connection)

    def publish_with(self, write: Callable[[Connection], None]) -> None:
        """Let `write` take part in the transaction that ends the job."""
        self._writes.append(write)

    def discard(self) -> None:
        """Remove every staged file of a job that did not succeed."""
        for aside, target in self._moves:
            aside.unlink(missing_ok=True)
            target.unlink(missing_ok=True)

    def _aside(self, target: Path) -> Path:
        folder = self.workspace.staging_folder / self.job_id
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / target.name
        self._moves.append((aside, target))
        return aside
