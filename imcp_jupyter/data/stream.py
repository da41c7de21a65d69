"""Write a table that is larger than memory: block after block into one Parquet file, hashed on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InvalidInput
from .table import HASH_ROWS, ContentHash


@dataclass(frozen=True)
class Written:
    rows: int
    content_hash: str


def write_blocks(blocks: Iterable[pd.DataFrame], target: Path, like: pd.DataFrame | None = None) -> Written:
    """Write frames of the same columns and dtypes as one Parquet table; memory is bounded by one block.

    `like` is a frame of the same columns that settles types which the first block leaves open: a column without a value
    there, the digits of decimals.

    Every block but the last has a multiple of `HASH_ROWS` rows, so that the hash equals `content_hash` of the whole frame.
    Raises `InvalidInput` when there is no block, or naming the column that changes its type from one block to the next.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    running: ContentHash | None = None
    schema: Any = None
    rows = 0
    try:
        for block in blocks:
            if rows % HASH_ROWS:
                raise InvalidInput(f"only the last block may have other than a multiple of {HASH_ROWS:,} rows", field="blocks")
            if writer is None or running is None:
                schema = _settled(pa.Schema.from_pandas(block, preserve_index=False), like)
                running, writer = ContentHash(schema), pq.ParquetWriter(target, schema)
            part = _converted(block, schema)
            writer.write_table(part)
            running.update(part)
            rows += len(block)
    finally:
        if writer is not None:
            writer.close()
    if running is None:
        raise InvalidInput("there is nothing to write", field="blocks")
    return Written(rows, running.hexdigest())


def _settled(schema: Any, like: pd.DataFrame | None) -> Any:
    import pyarrow as pa

    if like is None:
        return schema
    wanted = pa.Schema.from_pandas(like, preserve_index=False)
    for position, field in enumerate(schema):
        if pa.types.is_null(field.type) or pa.types.is_decimal(field.type):
            schema = schema.set(position, field.with_type(wanted.field(field.name).type))
    return schema


def _converted(block: pd.DataFrame, schema: Any) -> Any:
    import pyarrow as pa

    try:
        return pa.Table.from_pandas(block, schema=schema, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        column = next((str(name) for name in block.columns if f"column {name} " in str(error)), None)
        raise InvalidInput("a later block does not fit the type of the first", field=column) from error
