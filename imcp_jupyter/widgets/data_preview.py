"""A grid over a table of any length: the view asks for the rows it shows, the kernel keeps the table."""

from __future__ import annotations

from typing import Any

import traitlets

from .base import Widget
from .fallback import grid_html
from .pages import PageRequest, Pages
from .rpc import Reply

BLOCK_ROWS = 128
BLOCK_COLUMNS = 32
_STATIC_ROWS = 20
_STATIC_COLUMNS = 30


class DataPreview(Widget):
    """`DataPreview(frame)` shows a pandas frame, an Arrow table or anything with ``to_pandas()``.

    The frame is not copied: a change in place shows when rows are fetched again. Raises `InvalidInput` for anything else.
    """

    _info = traitlets.Dict().tag(sync=True)
    _first = traitlets.Bytes().tag(sync=True)

    def __init__(self, frame: Any, *, height: int = 360) -> None:
        self._pages = Pages(frame)
        first = self._pages.page(PageRequest(start=0, count=BLOCK_ROWS, columns=list(range(min(BLOCK_COLUMNS, len(self._pages.names))))))
        info = {
            "rows": self._pages.rows,
            "columns": self._pages.columns(),
            "labels": first.labels,
            "block_rows": BLOCK_ROWS,
            "block_columns": BLOCK_COLUMNS,
            "height": height,
        }
        super().__init__("grid", {"page": self._page}, _info=info, _first=first.ipc)

    def _page(self, params: dict[str, Any]) -> Reply:
        page = self._pages.page(PageRequest.model_validate(params))
        return Reply({"rows": page.rows, "labels": page.labels}, [page.ipc])

    def to_html(self) -> str:
        columns = self._pages.columns()[:_STATIC_COLUMNS]
        head = self._pages.page(PageRequest(start=0, count=_STATIC_ROWS, columns=list(range(len(columns)))))
        return grid_html(columns, head, self.to_text())

    def to_text(self) -> str:
        return f"DataPreview: {self._pages.rows:,} rows × {len(self._pages.names):,} columns"
