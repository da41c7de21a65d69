"""``api/v1/openapi.json``: OpenAPI 3.1 from the handlers' own descriptions and the tool registry."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jupyter_server.utils import url_path_join
from pydantic import BaseModel

from .._version import __version__
from ..models.job import Job
from .handler import ImcpHandler, allowed
from .operation import Described, Operation, Query
from .problem import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from ..tools.registry import AnyTool


class OpenApiHandler(Described, ImcpHandler):
    path = "api/v1/openapi.json"
    operations = {"get": Operation("This description", "application/json")}

    @allowed("read")
    async def get(self) -> None:
        from .routes import DESCRIBED  # it lists this handler, too

        await self.runtime.opened()
        self.finish_json(await asyncio.to_thread(_describe, DESCRIBED, url_path_join(self.base_url, "imcp")))


def _describe(handlers: Sequence[type[Described]], server_url: str) -> dict[str, Any]:
    from ..tools.registry import all_tools

    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for handler in handlers:
        paths[f"/{handler.path}"] = {method: _operation(handler, operation, schemas) for method, operation in handler.operations.items()}
    generic = paths["/api/v1/tools/{name}"].pop("post")
    for tool in all_tools():
        paths[f"/api/v1/tools/{tool.name}"] = {"post": _tool_operation(tool, generic, schemas)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "imcp_jupyter", "version": __version__, "description": "Synthetic data in a Jupyter workspace"},
        "servers": [{"url": server_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "a token of the Jupyter server"}},
        },
    }


def _operation(handler: type[Described], operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", handler.path)
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    described: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": parameters + [_query(query) for query in operation.query],
        "responses": {
            str(operation.status): {"description": operation.summary, "content": _content(operation, schemas)},
            "default": {"description": "a problem", "content": {MEDIA_TYPE: {"schema": _model(Problem, schemas)}}},
        },
    }
    described["responses"] |= {str(status): {"description": text} for status, text in operation.also.items()}
    return described


def _tool_operation(tool: AnyTool, generic: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """`generic` is the operation of any tool."""
    arguments = _hoisted(tool.input_schema(), f"{tool.name}.", schemas)
    result = _hoisted(tool.output_schema(), f"{tool.name}.", schemas)
    return {
        "operationId": tool.name,
        "summary": tool.title,
        "description": tool.description,
        "parameters": [parameter for parameter in generic["parameters"] if parameter["in"] == "query"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": arguments}}},
        "responses": {
            "200": {"description": "the result", "content": {"application/json": {"schema": result}}},
            "202": {"description": "the job, not finished", "content": {"application/json": {"schema": _model(Job, schemas)}}},
            "default": generic["responses"]["default"],
        },
    }


def _query(query: Query) -> dict[str, Any]:
    return {"name": query.name, "in": "query", "required": False, "schema": query.schema, "description": query.description}


def _content(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    if operation.returns is None:
        return {"application/json": {"schema": {"type": "object"}}}
    if isinstance(operation.returns, str):
        return {operation.returns: {}}
    schema = _model(operation.returns, schemas)
    if operation.many:
        schema = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": schema}}}
    return {"application/json": {"schema": schema}}


def _model(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    if model.__name__ not in schemas:
        schemas[model.__name__] = {}  # holds the place while its own parts are added
        schemas[model.__name__] = _hoisted(model.model_json_schema(mode="serialization"), "", schemas)
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _hoisted(schema: dict[str, Any], prefix: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """`schema` with its ``$defs`` moved to `schemas`: references in OpenAPI start at the document, not at the schema."""
    for name, part in schema.get("$defs", {}).items():
        schemas.setdefault(prefix + name, _relinked(part, prefix))
    return {key: _relinked(value, prefix) for key, value in schema.items() if key != "$defs"}


def _relinked(value: Any, prefix: str) -> Any:
    if isinstance(value, dict):
        return {
            key: item.replace("#/$defs/", f"#/components/schemas/{prefix}") if key == "$ref" else _relinked(item, prefix)
            for key, item in value.items()
        }
    return [_relinked(item, prefix) for item in value] if isinstance(value, list) else value
