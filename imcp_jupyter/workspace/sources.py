"""From a dataset reference to a table: the one place that knows where data can come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.formats import format_of, read_table
from ..data.table import Table, content_hash
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import Reference, TableSchema, name_from_path
from .datasets import Datasets

if TYPE_CHECKING:
    import pandas as pd

FRAME_PREFIX = "frame:"  # a frame that the calling process passed along; never leaves that process


@dataclass
class Source:
    """Data before it is loaded. `label` is fit for names and reports."""

    label: str
    field: str
    load: Callable[[], pd.DataFrame]
    known_hash: str | None = None
    schema: TableSchema | None = None

    @cached_property
    def frame(self) -> pd.DataFrame:
        return self.load()

    @cached_property
    def content_hash(self) -> str:
        return self.known_hash or content_hash(self._checked)

    @cached_property
    def _checked(self) -> pd.DataFrame:
        from ..data.check import checked_frame

        # A hash needs a frame that Arrow can hold, so broken frames must be refused before.
        return checked_frame(self.frame, field=self.field)

    def table(self, overrides: Mapping[str, Any] | None = None, min_rows: int = 1) -> Table:
        """The checked, typed table; `overrides` win over the recorded schema."""
        if self.schema is not None and not overrides:
            return Table.of(self.frame, self.schema, field=self.field, min_rows=min_rows)
        return Table.of(self.frame, overrides, field=self.field, min_rows=min_rows)


def open_source(text: str, field: str, datasets: Datasets, frames: Mapping[str, pd.DataFrame]) -> Source:
    """Find what `text` refers to. Raises `NotFound` or `InvalidInput` naming `field`."""
    if text.startswith(FRAME_PREFIX):
        name = text[len(FRAME_PREFIX) :]
        if name not in frames:
            raise NotFound(f"there is no frame '{name}' in this process", field=field, hint=did_you_mean(name, frames))
        return Source(name, field, lambda: frames[name])
    reference = Reference.parse(text, field)
    if reference.kind in ("dataset", "demo"):
        try:
            found = datasets[text]
        except NotFound as error:
            raise NotFound(error.message, field=field, hint=error.hint) from None
        info = found.info
        return Source(info.name.removeprefix("demo:"), field, found.to_pandas, info.content_hash, info.table_schema)
    if reference.kind == "path" or reference.name.startswith("file://"):
        path = Path(reference.name.removeprefix("file://")).expanduser()
        if not path.is_file():
            raise NotFound(f"there is no file '{path}'", field=field)
        format_of(path, field)
        return Source(name_from_path(path.name), field, lambda: read_table(path, field))
    kind = "frames of other kernels" if reference.kind == "kernel" else "object stores"
    raise InvalidInput(
        f"'{text}' cannot be read from here: {kind} are not connected",
        field=field,
        hint="use a dataset of the workspace, demo:adult, or a local .csv, .parquet or .arrow file",
    )
