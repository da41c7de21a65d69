"""``api/v1/datasets``, ``models``, ``reports``: what the workspace holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ...models.dataset import DatasetInfo
from ...models.generation import ModelInfo
from ...models.validation import ReportDocument, ReportInfo
from ..contents import DatasetContent, read_dataset, read_model, read_report
from ..handler import ImcpHandler, allowed
from ..operation import Described, Operation, Query

if TYPE_CHECKING:
    from ...workspace.workspace import Workspace

_VERSIONS = Query("versions", {"enum": ["newest", "all"], "default": "newest"}, "only the newest version of each name, or all")
_SAMPLES = Query("samples", {"type": "boolean", "default": False}, "the bundled demo datasets too")
_BY_TYPE = {"application/json": "json", "text/html": "html", "text/markdown": "md", "application/pdf": "pdf"}
_FORMS = tuple(_BY_TYPE.values())
_REPORT_FORMAT = Query(
    "format", {"enum": list(_FORMS), "default": "json"}, "the document, a page to read, a Markdown summary or a PDF; else the Accept header"
)


class DatasetsHandler(Described, ImcpHandler):
    path = "api/v1/datasets"
    operations = {"get": Operation("The datasets, newest first", DatasetInfo, many=True, query=(_VERSIONS, _SAMPLES))}

    @allowed("read")
    async def get(self) -> None:
        workspace = (await self.runtime.opened()).workspace
        all_versions = self.choice("versions", ("newest", "all")) == "all"
        samples = self.choice("samples", ("false", "true")) == "true"
        found = await asyncio.to_thread(workspace.datasets.list, all_versions, samples)
        self.finish_json({"items": [info.model_dump(mode="json") for info in found]})


class DatasetHandler(Described, ImcpHandler):
    path = "api/v1/datasets/{reference}"
    operations = {"get": Operation("A dataset (name, name@version or demo:NAME) with its first rows", DatasetContent)}

    @allowed("read")
    async def get(self, reference: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        self.finish_json(await asyncio.to_thread(read_dataset, workspace, reference))


class ModelsHandler(Described, ImcpHandler):
    path = "api/v1/models"
    operations = {"get": Operation("The fitted models, newest first", ModelInfo, many=True)}

    @allowed("read")
    async def get(self) -> None:
        workspace = (await self.runtime.opened()).workspace
        found = await asyncio.to_thread(workspace.models.list)
        self.finish_json({"items": [info.model_dump(mode="json") for info in found]})


class ModelHandler(Described, ImcpHandler):
    path = "api/v1/models/{id}"
    operations = {"get": Operation("A fitted model", ModelInfo)}

    @allowed("read")
    async def get(self, model_id: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        self.finish_json(await asyncio.to_thread(read_model, workspace, model_id))


class ReportsHandler(Described, ImcpHandler):
    path = "api/v1/reports"
    operations = {"get": Operation("The validation reports, newest first", ReportInfo, many=True)}

    @allowed("read")
    async def get(self) -> None:
        workspace = (await self.runtime.opened()).workspace
        found = await asyncio.to_thread(workspace.reports.list)
        self.finish_json({"items": [info.model_dump(mode="json") for info in found]})


class ReportHandler(Described, ImcpHandler):
    path = "api/v1/reports/{id}"
    operations = {"get": Operation("A report with all its checks", ReportDocument, query=(_REPORT_FORMAT,))}

    @allowed("read")
    async def get(self, report_id: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        form = self._form()
        self.set_header("Vary", "Accept")
        if form == "json":
            self.finish_json(await asyncio.to_thread(read_report, workspace, report_id))
            return
        media_type, content = await asyncio.to_thread(_rendered, workspace, report_id, form)
        self.set_header("Content-Type", media_type)
        if form == "html":
            # The page shows text from data: in a sandbox it has an origin of its own and cannot use the reader's session.
            self.set_header("Content-Security-Policy", f"{self.content_security_policy}; sandbox allow-scripts")
        self.finish(content)

    def _form(self) -> str:
        """What the query asks for, else the first known type that the Accept header names, else JSON. Raises `InvalidInput`."""
        if self.get_query_argument("format", None) is not None:
            return self.choice("format", _FORMS)
        for part in self.request.headers.get("Accept", "").split(","):
            form = _BY_TYPE.get(part.partition(";")[0].strip().lower())
            if form is not None:
                return form
        return "json"


def _rendered(workspace: Workspace, report_id: str, form: str) -> tuple[str, bytes]:
    """Raises `NotFound`, or `MissingExtra` for a PDF without its library."""
    from ...gatf.report import FORMATS, content_of

    media_type = FORMATS[form].media_type
    content = content_of(workspace.reports.document(report_id), form)
    return (f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type), content
