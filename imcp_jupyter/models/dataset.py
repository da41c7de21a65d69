"""Columns, schemas, dataset references and what the workspace says of a dataset."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..errors import InvalidInput, NotFound, did_you_mean
from .pii import PiiKind

ColumnKind = Literal["continuous", "integer", "categorical", "ordinal", "boolean", "datetime", "id", "text", "constant"]
NUMERIC_KINDS: frozenset[str] = frozenset({"continuous", "integer", "datetime"})
DISCRETE_KINDS: frozenset[str] = frozenset({"categorical", "ordinal", "boolean"})

DATA_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".arrow", ".feather")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}")


class ColumnSchema(BaseModel):
    """One column: its kind, how it is stored, and what keeps it valid."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: ColumnKind
    dtype: str = Field(description="pandas dtype of the column in the frame")
    missing: bool = Field(False, description="missing values occur")
    decimals: int | None = Field(None, description="decimal places of a continuous column, where all values share them")
    datetime_format: str | None = Field(None, description="strftime format of a datetime that is stored as text")
    order: list[Any] | None = Field(None, description="levels of an ordinal column, lowest first")
    pii: PiiKind | None = Field(None, description="kind of personal data that gets fakes; see docs/pii.md")
    pii_locale: str | None = Field(None, description="where the fakes are from")


class TableSchema(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: list[ColumnSchema]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> ColumnSchema:
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFound(f"there is no column '{name}'", field=name, hint=did_you_mean(name, self.names))


class Reference(BaseModel):
    """A parsed dataset reference: one grammar on every face.

    ``name`` · ``name@version`` · ``kernel:KERNEL_ID/frame`` · ``demo:adult`` · a path or URI.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["dataset", "kernel", "demo", "path", "uri"]
    name: str
    version: int | None = None
    kernel_id: str | None = None

    def __str__(self) -> str:
        if self.kind == "kernel":
            return f"kernel:{self.kernel_id}/{self.name}"
        if self.kind == "demo":
            return f"demo:{self.name}"
        return f"{self.name}@{self.version}" if self.version is not None else self.name

    @classmethod
    def parse(cls, text: str, field: str = "data") -> Reference:
        """Parse `text`. Raises `InvalidInput` naming `field` when it fits no form."""
        text = text.strip()
        if not text:
            raise InvalidInput("a dataset reference must not be empty", field=field, hint=_FORMS)
        if text.startswith("kernel:"):
            kernel_id, slash, frame = text[len("kernel:") :].partition("/")
            if not (slash and kernel_id and frame.isidentifier()):
                raise InvalidInput(f"'{text}' is not kernel:KERNEL_ID/frame with an identifier as frame", field=field)
            return cls(kind="kernel", name=frame, kernel_id=kernel_id)
        if text.startswith("demo:"):
            return cls(kind="demo", name=text[len("demo:") :])
        if "://" in text:
            return cls(kind="uri", name=text)
        if "/" in text or "\\" in text or text.startswith("~") or text.lower().endswith(DATA_SUFFIXES):
            return cls(kind="path", name=text)
        name, at, version = text.partition("@")
        if at and not (version.isdecimal() and int(version) >= 1):
            raise InvalidInput(f"'{version}' is not a version: a version is a whole number from 1", field=field)
        return cls(kind="dataset", name=dataset_name(name, field), version=int(version) if at else None)


_FORMS = "use name, name@version, demo:adult, kernel:ID/frame, a path or a URI"


def dataset_name(name: str, field: str = "name") -> str:
    """`name` itself if it can name a dataset; raises `InvalidInput` otherwise."""
    if _NAME.fullmatch(name) is None or name.lower().endswith(DATA_SUFFIXES):
        raise InvalidInput(
            f"'{name}' cannot name a dataset",
            field=field,
            hint="letters, digits, '_', '-' and '.', at most 128, without a file ending such as .csv",
        )
    return name


def name_from_path(path: str) -> str:
    """A dataset name made from a file name: ``/tmp/My data.csv`` → ``My_data``."""
    base = PurePath(path).name
    for suffix in sorted(DATA_SUFFIXES, key=len, reverse=True):
        if base.lower().endswith(suffix):
            base = base[: -len(suffix)]
            break
    return re.sub(r"[^A-Za-z0-9_\-]+", "_", base).strip("_-")[:128] or "dataset"


class DatasetInfo(BaseModel):
    """A dataset version as the workspace lists it."""

    name: str
    version: int
    rows: int
    bytes: int
    content_hash: str = Field(description="SHA-256 of the typed content, the same for equal tables")
    created: datetime
    origin: Literal["imported", "synthetic", "bundled"]
    table_schema: TableSchema
    job_id: str | None = None
    lineage: dict[str, Any] = Field(default_factory=dict, description="inputs by content hash, parameters, seed, versions")

    @property
    def reference(self) -> str:
        return self.name if self.origin == "bundled" else f"{self.name}@{self.version}"


class Preview(BaseModel):
    """The first rows of a table, as JSON values."""

    columns: list[str]
    rows: list[list[Any]]
    total_rows: int
