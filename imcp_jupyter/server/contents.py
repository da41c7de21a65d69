"""Reading the workspace for the wire: one place for REST and MCP resources. Everything here blocks: call it in a thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..errors import NotFound
from ..models.dataset import DatasetInfo, Preview
from ..models.generation import DataCard
from ..models.ledger import PrivacyAccount

if TYPE_CHECKING:
    from ..workspace.workspace import Workspace

SCHEME = "imcp://"
PREVIEW_ROWS = 20


class DatasetContent(DatasetInfo):
    """A dataset with its first rows, its data card where it is synthetic, and what private releases of it have spent."""

    card: DataCard | None
    preview: Preview
    privacy: PrivacyAccount


def read_dataset(workspace: Workspace, reference: str) -> dict[str, Any]:
    """Raises `NotFound` or `InvalidInput`."""
    dataset = workspace.datasets[reference]
    preview = first_rows(dataset.path, PREVIEW_ROWS)
    privacy = workspace.ledger.account(dataset.info.content_hash, dataset.info.name)
    return DatasetContent(**dataset.info.model_dump(), card=dataset.card, preview=preview, privacy=privacy).model_dump(mode="json")


def read_model(workspace: Workspace, model_id: str) -> dict[str, Any]:
    return workspace.models[model_id].model_dump(mode="json")


def read_report(workspace: Workspace, report_id: str) -> dict[str, Any]:
    return workspace.reports.document(report_id).model_dump(mode="json")


def read_report_briefly(workspace: Workspace, report_id: str) -> dict[str, Any]:
    """Without what only pictures need: an agent pays for every byte."""
    document = workspace.reports.document(report_id)
    return document.model_dump(mode="json", exclude={"distributions", "pair_map", "distances"})


def read_job(workspace: Workspace, job_id: str) -> dict[str, Any]:
    return workspace.jobs.get(job_id).model_dump(mode="json")


READERS: dict[str, Callable[[Workspace, str], dict[str, Any]]] = {
    "datasets": read_dataset,
    "models": read_model,
    "reports": read_report_briefly,
    "jobs": read_job,
}


def read_uri(workspace: Workspace, uri: str) -> dict[str, Any]:
    """What ``imcp://KIND/KEY`` names. Raises `NotFound` or `InvalidInput`."""
    kind, slash, key = uri.removeprefix(SCHEME).partition("/")
    if not (uri.startswith(SCHEME) and slash and key and kind in READERS):
        raise NotFound(f"'{uri}' is not {SCHEME}KIND/NAME with KIND one of {', '.join(READERS)}", field="uri")
    return READERS[kind](workspace, unquote(key))


def first_rows(path: Path, count: int) -> Preview:
    """The first `count` rows of a Parquet file; reads no more than the row group they are in."""
    import pyarrow.parquet as pq

    from ..data.preview import preview_of

    with pq.ParquetFile(path) as file:
        head = next(file.iter_batches(batch_size=count), None)
        frame = file.schema_arrow.empty_table().to_pandas() if head is None else head.to_pandas()
        return preview_of(frame, count).model_copy(update={"total_rows": file.metadata.num_rows})
