"""Which tools there are. Built-in ones are the `Tool` classes in the modules of this package."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from functools import cache
from typing import Any

from ..errors import InvalidInput, NotFound, did_you_mean
from .tool import Tool

AnyTool = Tool[Any, Any]
MODULES_VARIABLE = "IMCP_TOOL_MODULES"  # comma-separated modules with more `Tool` classes, for every process of the workspace


@cache
def _tools() -> dict[str, AnyTool]:
    package = __name__.rpartition(".")[0]
    folder = [os.path.dirname(__file__)]
    modules = [f"{package}.{info.name}" for info in pkgutil.iter_modules(folder)]
    modules += [name.strip() for name in os.environ.get(MODULES_VARIABLE, "").split(",") if name.strip()]
    found: dict[str, AnyTool] = {}
    for name in modules:
        for tool in _tools_in(name):
            found[tool.name] = tool
    return found


def _tools_in(module_name: str) -> list[AnyTool]:
    module = importlib.import_module(module_name)
    classes = [kind for kind in vars(module).values() if inspect.isclass(kind) and issubclass(kind, Tool) and not inspect.isabstract(kind)]
    return [kind() for kind in classes if kind.__module__ == module_name and kind is not Tool]


def register(tool: AnyTool) -> None:
    """Add a tool to this process (`IMCP_TOOL_MODULES` adds it to all). Raises `InvalidInput` when its name is taken."""
    if tool.name in _tools():
        raise InvalidInput(f"there already is a tool '{tool.name}'", field="name")
    _tools()[tool.name] = tool


def unregister(name: str) -> None:
    _tools().pop(name, None)


def all_tools() -> list[AnyTool]:
    """All tools, by name."""
    return sorted(_tools().values(), key=lambda tool: tool.name)


def find_tool(name: str) -> AnyTool:
    """The tool called `name`. Raises `NotFound` naming the nearest."""
    tool = _tools().get(name)
    if tool is None:
        raise NotFound(f"there is no tool '{name}'", field="tool", hint=did_you_mean(name, _tools()))
    return tool
