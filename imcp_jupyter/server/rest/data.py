"""``api/v1/datasets/{reference}/data``: a whole dataset, streamed with no more than a batch of it in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from tornado.iostream import StreamClosedError

from ..handler import ImcpHandler, allowed
from ..operation import Described, Operation, Query

_CHUNK_BYTES = 1024 * 1024
_BATCH_ROWS = 16_384
_FORMAT = Query("format", {"enum": ["arrow", "parquet", "csv"], "default": "arrow"}, "Arrow IPC stream, Parquet file or CSV")


class DatasetDataHandler(Described, ImcpHandler):
    path = "api/v1/datasets/{reference}/data"
    operations = {"get": Operation("The rows of a dataset", "application/vnd.apache.arrow.stream", query=(_FORMAT,))}

    @allowed("read")
    async def get(self, reference: str) -> None:
        workspace = (await self.runtime.opened()).workspace
        kind = self.choice("format", tuple(_FORMATS))
        dataset = await asyncio.to_thread(workspace.datasets.__getitem__, reference)
        media_type, chunks_of = _FORMATS[kind]
        self.set_header("Content-Type", media_type)
        self.set_attachment_header(f"{dataset.info.name.removeprefix('demo:')}.{kind}")
        await self._stream(chunks_of(dataset.path))

    async def _stream(self, chunks: Iterator[bytes]) -> None:
        """Each chunk is made in a thread when the client has taken the one before."""
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:
                return


def _parquet(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _arrow(path: Path) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = _Sink()
    with pq.ParquetFile(path) as file:
        with pa.ipc.new_stream(pa.PythonFile(sink, "w"), file.schema_arrow) as writer:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                writer.write_batch(batch)
                yield sink.taken()
        yield sink.taken()


def _csv(path: Path) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    sink = _Sink()
    with pq.ParquetFile(path) as file:
        with pyarrow.csv.CSVWriter(pa.PythonFile(sink, "w"), file.schema_arrow) as writer:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                writer.write_batch(batch)
                yield sink.taken()
        yield sink.taken()


class _Sink:
    """A file that only remembers what was written since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


_FORMATS: dict[str, tuple[str, Callable[[Path], Iterator[bytes]]]] = {
    "arrow": ("application/vnd.apache.arrow.stream", _arrow),
    "parquet": ("application/vnd.apache.parquet", _parquet),
    "csv": ("text/csv; charset=utf-8", _csv),
}
