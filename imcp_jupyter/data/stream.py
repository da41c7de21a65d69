"""Write a table that is larger than memory: block after block into one Parquet file, hashed on the way."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import InvalidInput
from .table import HASH_ROWS, ContentHash

if TYPE_CHECKING:
    import pyarrow as pa

_HEAD = 4_096  # rows that tell whether the values of a column repeat


@dataclass(frozen=True)
class Written:
    rows: int
    content_hash: str


def write_blocks(blocks: Iterable[pd.DataFrame], target: Path, like: pd.DataFrame | pa.Schema | None = None) -> Written:
    """Write frames of the same columns and dtypes as one Parquet table; memory is bounded by one block.

    `like` is a frame or an Arrow schema of the same columns that settles types which the first block leaves open: a column without a value
    there, the digits of decimals.

    Every block but the last has a multiple of `HASH_ROWS` rows, so that the hash equals `content_hash` of the whole frame.
    Raises `InvalidInput` when there is no block, or naming the column that changes its type from one block to the next.
    """
    import pyarrow as pa

    file: _File | None = None
    rows = 0
    pending: Future[None] | None = None
    # One block is written and hashed while the next is drawn: compression and hashing leave the interpreter free.
    with ThreadPoolExecutor(1, thread_name_prefix="write") as writing:
        try:
            for block in blocks:
                if rows % HASH_ROWS:
                    raise InvalidInput(f"only the last block may have other than a multiple of {HASH_ROWS:,} rows", field="blocks")
                if file is None:
                    file = _File(_settled(pa.Schema.from_pandas(block, preserve_index=False), like), block, target)
                if pending is not None:
                    pending.result()
                pending = writing.submit(file.add, block)
                rows += len(block)
            if pending is not None:
                pending.result()
        finally:
            writing.shutdown(wait=True)
            if file is not None:
                file.close()
    if file is None:
        raise InvalidInput("there is nothing to write", field="blocks")
    return Written(rows, file.hash.hexdigest())


class _File:
    """One Parquet file in the making, a row group for each block, and the hash of what is in it."""

    def __init__(self, schema: Any, first: pd.DataFrame, target: Path) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self.hash = ContentHash(schema)
        self._writer = pq.ParquetWriter(target, schema, use_dictionary=_repeating(first))

    def add(self, block: pd.DataFrame) -> None:
        part = _converted(block, self._schema)
        self._writer.write_table(part)
        self.hash.update(part)

    def close(self) -> None:
        self._writer.close()


def _repeating(block: pd.DataFrame) -> list[str]:
    """The columns that are smaller and faster to write as a dictionary: others pay for one that is thrown away."""
    head = block.iloc[:_HEAD]
    return [str(name) for name in block.columns if head[name].nunique() * 4 <= len(head)]


def _settled(schema: Any, like: pd.DataFrame | pa.Schema | None) -> Any:
    import pyarrow as pa

    if like is None:
        return schema
    wanted = like if isinstance(like, pa.Schema) else pa.Schema.from_pandas(like, preserve_index=False)
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
