"""What all widgets share: the bundle, the answer to a view's questions, and a static picture for saved notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..errors import NotFound
from .rpc import Method, answer

STATIC = Path(__file__).parent / "static"


@cache
def bundle(name: str) -> str:
    """The text of a built file. Raises `NotFound` where a source tree was never built."""
    path = STATIC / name
    if not path.is_file():
        raise NotFound(f"the widget bundle '{name}' is not built", hint="run 'npm ci && npm run build' in js/, or install a wheel")
    return path.read_text(encoding="utf-8")


class Widget(anywidget.AnyWidget):
    """Base of the widgets. `_view` tells the bundle which one to draw."""

    # Traits with dynamic defaults, not anywidget's file paths: those are read at import and may start a watcher thread.
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _view = traitlets.Unicode().tag(sync=True)

    def __init__(self, view: str, methods: Mapping[str, Method] | None = None, **state: Any) -> None:
        self._methods = dict(methods or {})
        super().__init__(_view=view, **state)
        self.on_msg(self._on_question)

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return bundle("imcp.js")

    @traitlets.default("_css")
    def _default_css(self) -> str:
        return bundle("imcp.css")

    def _on_question(self, _widget: Any, content: Any, _buffers: Any) -> None:
        replied = answer(self._methods, content)
        if replied is not None:
            message, buffers = replied
            self.send(message, buffers)

    def to_html(self) -> str:
        """A static picture: no script, no style sheet, every value escaped."""
        raise NotImplementedError

    def to_text(self) -> str:
        """The widget as one paragraph of plain text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        drawn = super()._repr_mimebundle_(**kwargs)
        if drawn is None:
            return None
        # Front ends with a kernel rank the widget's own type above text/html; the others show the static picture.
        data, metadata = drawn
        return data | {"text/html": self.to_html(), "text/plain": self.to_text()}, metadata
