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
_REPORT_FORMAT = Query("format", {"enum": ["json", "html"], "default": "json"}, "the document, or a page to read")


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
        if self.choice("format", ("json", "html")) == "json":
            self.finish_json(await asyncio.to_thread(read_report, workspace, report_id))
            return
        page = await asyncio.to_thread(_page, workspace, report_id)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        # The page shows text from data: in a sandbox it has an origin of its own and cannot use the reader's session.
        self.set_header("Content-Security-Policy", f"{self.content_security_policy}; sandbox allow-scripts")
        self.finish(page)


def _page(workspace: Workspace, report_id: str) -> str:
    """Raises `NotFound`."""
    from ...gatf.report import render_html

    return render_html(workspace.reports.document(report_id))
