"""Synthetic data in Jupyter, for people and AI agents on one workspace.

Every tool is a function here: ``imcp_jupyter.generate_tabular(frame, rows=1000, seed=7)``. Nothing heavy is imported
until it is used.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from .api import Generated, GeneratedTables, LocalWorkspace, Report

_MODULES = ("widgets", "client", "errors", "tools")
_API = ("Generated", "GeneratedTables", "Report")


def workspace(home: str | Path | None = None) -> LocalWorkspace:
    """The workspace in `home`, by default the one that ``IMCP_HOME`` or the Jupyter data folder names."""
    from .api import workspace as open_workspace

    return open_workspace(home)


def __getattr__(name: str) -> Any:
    import importlib

    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name.startswith("_"):
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    api = importlib.import_module(".api", __name__)
    return getattr(api, name) if name in _API else api.tool_function(name)


def __dir__() -> list[str]:
    from .tools.registry import all_tools

    return sorted([*globals(), *_MODULES, *_API, *(tool.name for tool in all_tools())])


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext imcp_jupyter``"""
    from .kernel.magics import load

    load(shell)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.extension import IMCP

    return [{"module": "imcp_jupyter.server", "app": IMCP}]


class _FrontDoor(ModuleType):
    """Importing the package ``imcp_jupyter.workspace`` would put it in the place of the function of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "workspace" and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _FrontDoor

__all__ = ["Generated", "GeneratedTables", "Report", "__version__", "workspace"]
