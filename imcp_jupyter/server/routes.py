"""Every path under ``imcp/`` and its handler."""

from __future__ import annotations

from tornado.web import RequestHandler

from .handler import UnknownPathHandler
from .health import HealthHandler, ReadyHandler
from .mcp.http import McpHandler
from .mcp.websocket import McpSocket
from .openapi import OpenApiHandler
from .operation import Described, pattern
from .rest.data import DatasetDataHandler
from .rest.jobs import JobEventsHandler, JobHandler, JobsHandler
from .rest.tools import ToolHandler, ToolsHandler
from .rest.workspace import DatasetHandler, DatasetsHandler, ModelHandler, ModelsHandler, ReportHandler, ReportsHandler

DESCRIBED: tuple[type[Described], ...] = (
    HealthHandler,
    ReadyHandler,
    OpenApiHandler,
    ToolsHandler,
    ToolHandler,
    DatasetsHandler,
    DatasetHandler,
    DatasetDataHandler,
    ModelsHandler,
    ModelHandler,
    ReportsHandler,
    ReportHandler,
    JobsHandler,
    JobHandler,
    JobEventsHandler,
)


def rules() -> list[tuple[str, type[RequestHandler]]]:
    """For Tornado, below the base URL. The last one takes whatever is left, so that no path says 404 to a stranger."""
    described = [(pattern(handler), handler) for handler in DESCRIBED]
    transports = [(r"/imcp/mcp/?", McpHandler), (r"/imcp/mcp/ws", McpSocket)]
    return [*transports, *described, (r"/imcp(?:/.*)?", UnknownPathHandler)]
