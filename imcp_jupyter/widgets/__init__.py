"""Floor 7: notebook widgets. Importing this package is cheap; ipywidgets and anywidget load with the first widget."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data_preview import DataPreview
    from .trust_report import TrustReport

__all__ = ["DataPreview", "TrustReport"]

_MODULES = {"DataPreview": "data_preview", "TrustReport": "trust_report"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
