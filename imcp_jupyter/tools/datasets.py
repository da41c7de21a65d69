"""Bring data into the workspace and look at it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from ..data.preview import preview_of
from ..models.dataset import ColumnSchema, DatasetInfo, Preview, Reference, dataset_name
from ..models.generation import DataCard
from ..workspace.context import JobContext
from ..workspace.sources import FRAME_PREFIX
from .tool import Annotations, DataRef, Link, Params, Result, Tool

DatasetName = Annotated[str, AfterValidator(dataset_name)]


def dataset_link(info: DatasetInfo) -> Link:
    return Link(uri=f"imcp://datasets/{info.reference}", name=info.reference, title=f"{info.rows:,} rows, {info.origin}")


class ImportParams(Params):
    source: DataRef = Field(description="file to read: .csv, .tsv, .parquet, .arrow; or a folder of such files")
    name: DatasetName | None = Field(None, description="name in the workspace; made from the file name when left out")
    table_schema: dict[str, Any] | None = Field(
        None, description='kinds that override the inferred ones, by column: {"zip": "categorical"} or {"zip": {"kind": "id"}}'
    )


class ImportResult(Result):
    dataset: str
    rows: int
    columns: list[ColumnSchema]
    preview: Preview


class ImportData(Tool[ImportParams, ImportResult]):
    name = "import_data"
    title = "Import data"
    description = "Read a table from a file into the workspace as a new dataset version. Infers what each column holds; overrides win."
    verb = "import"
    example = "people.csv --name people"
    icon = "import"
    annotations = Annotations(open_world=True)

    def run(self, params: ImportParams, context: JobContext) -> ImportResult:
        source = context.source(params.source, "source")
        context.progress(0.1, f"reading {source.label}")
        table = source.table(params.table_schema)
        context.progress(0.6, "writing")
        info = context.stage_dataset(
            params.name or source.label, source.blocks(), table.schema, "imported", {"source": source.label}, like=source.like
        )
        return ImportResult(
            summary=f"Imported {info.rows:,} rows × {len(table.names)} columns as {info.reference}.",
            dataset=info.reference,
            rows=info.rows,
            columns=table.schema.columns,
            preview=preview_of(table.frame, context.workspace.settings.preview_rows).model_copy(update={"total_rows": info.rows}),
            links=[dataset_link(info)],
        )


class ListDatasetsParams(Params):
    all_versions: bool = Field(False, description="every version, not only the newest of each name")


class DatasetRow(BaseModel):
    dataset: str
    rows: int
    columns: int
    origin: str
    created: str
    epsilon_spent: float | None = Field(None, description="ε of all private releases of it together; null where there was none")
    epsilon_left: float | None = None


class ListDatasetsResult(Result):
    datasets: list[DatasetRow]


class ListDatasets(Tool[ListDatasetsParams, ListDatasetsResult]):
    name = "list_datasets"
    title = "List datasets"
    description = "The datasets of the workspace, newest first, and the bundled demo datasets."
    verb = "datasets"
    icon = "dataset"
    annotations = Annotations(read_only=True, idempotent=True)
    runs = "inline"

    def run(self, params: ListDatasetsParams, context: JobContext) -> ListDatasetsResult:
        found = context.workspace.datasets.list(params.all_versions, samples=True)
        accounts = {account.content_hash: account for account in context.workspace.ledger}
        rows = [
            DatasetRow(
                dataset=info.reference,
                rows=info.rows,
                columns=len(info.table_schema.columns),
                origin=info.origin,
                created=info.created.isoformat(timespec="seconds"),
                epsilon_spent=accounts[info.content_hash].spent if info.content_hash in accounts else None,
                epsilon_left=accounts[info.content_hash].left if info.content_hash in accounts else None,
            )
            for info in found
        ]
        own = sum(row.origin != "bundled" for row in rows)
        return ListDatasetsResult(
            summary=f"{own} dataset{'' if own == 1 else 's'} in the workspace, {len(rows) - own} bundled.",
            datasets=rows,
            links=[dataset_link(info) for info in found],
        )


class PreviewParams(Params):
    dataset: DataRef
    rows: int = Field(10, ge=1, le=20, description="rows to show")


class PreviewResult(Result):
    columns: list[ColumnSchema]
    card: DataCard | None = Field(None, description="how a synthetic dataset of the workspace was made")
    preview: Preview


class PreviewDataset(Tool[PreviewParams, PreviewResult]):
    name = "preview_dataset"
    title = "Preview a dataset"
    description = "The schema and the first rows of a dataset or file."
    verb = "preview"
    example = "demo:adult --rows 5"
    icon = "dataset"
    annotations = Annotations(read_only=True, idempotent=True)
    runs = "inline"

    def run(self, params: PreviewParams, context: JobContext) -> PreviewResult:
        source = context.source(params.dataset, "dataset")
        table = source.table()
        return PreviewResult(
            summary=f"{params.dataset}: {source.rows:,} rows × {len(table.names)} columns.",
            columns=table.schema.columns,
            card=_card(params.dataset, context),
            preview=preview_of(table.frame, params.rows).model_copy(update={"total_rows": source.rows}),
        )


def _card(reference: str, context: JobContext) -> DataCard | None:
    if reference.startswith(FRAME_PREFIX) or Reference.parse(reference, "dataset").kind != "dataset":
        return None
    return context.workspace.datasets[reference].card
