"""One table in one or many files: a file, a folder, or a glob; read piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput, NotFound
from ..models.dataset import DATA_SUFFIXES
from .formats import Format, format_of, refuse_renamed_duplicates

if TYPE_CHECKING:
    import pandas as pd

PIECE_ROWS = 65_536  # rows that are in memory at once, whatever the files hold
_CELL_BYTES = 8  # a number, or the pointer to an object
_KEY = re.compile(r"([^=/\\]+)=([^=/\\]*)")  # a folder of a Hive-partitioned table: year=2024


@dataclass(frozen=True)
class TableFiles:
    """The files of one table, in the order of their paths. Values in folder names (``year=2024/``) become columns."""

    root: Path
    files: tuple[Path, ...]
    kind: Format
    field: str

    @classmethod
    def find(cls, text: str, field: str = "data") -> TableFiles:
        """Raises `NotFound` where there is no file, `InvalidInput` for files of no or of several formats."""
        path = Path(text).expanduser()
        if path.is_file():
            return cls(path.parent, (path,), format_of(path, field), field)
        if path.is_dir():
            root, found = path, path.rglob("*")
        elif has_magic(text):
            root = Path(path.anchor, *_before_magic(path))
            found = root.glob(str(path.relative_to(root)))
        else:
            raise NotFound(f"there is no file '{path}'", field=field)
        files = tuple(sorted(file for file in found if file.is_file() and _is_data(file.relative_to(root))))
        if not files:
            raise NotFound(f"there is no data file in '{path}'", field=field, hint="endings: " + ", ".join(DATA_SUFFIXES))
        kinds = sorted({format_of(file, field) for file in files})
        if len(kinds) > 1:
            raise InvalidInput(
                f"'{path}' mixes files of the formats {', '.join(kinds)}", field=field, hint="name one: " + f"{path}/*.parquet"
            )
        return cls(root, files, kinds[0], field)

    @property
    def label(self) -> str:
        return (self.files[0] if len(self.files) == 1 else self.root).name

    @property
    def keys(self) -> list[str]:
        """The columns that folder names give."""
        return [name for name, _ in _hive(self.files[0].relative_to(self.root))]

    @cached_property
    def size(self) -> int:
        """About the bytes that the table takes in memory: 8 per cell, or those of text files. Raises `InvalidInput` for a broken file."""
        return sum(self._size(file) for file in self.files)

    def _size(self, file: Path) -> int:
        from pyarrow import dataset

        if self.kind in ("csv", "tsv"):
            return file.stat().st_size
        with self._reading(file):
            found = dataset.dataset(file, format="parquet" if self.kind == "parquet" else "ipc")
            return int(found.count_rows() * len(found.schema) * _CELL_BYTES)

    def pieces(self, columns: list[str] | None = None, text: frozenset[str] = frozenset()) -> Iterator[pd.DataFrame]:
        """Frames of at most `PIECE_ROWS` rows, with the types that each piece has by itself.

        Only `columns` where given; the columns `text` of CSV files are read as text. Raises `InvalidInput` for a broken file.
        """
        for file in self.files:
            keys = {name: value for name, value in self._keys(file).items() if columns is None or name in columns}
            reader = _READERS[self.kind](file, columns, text, self.field)
            while True:
                with self._reading(file):
                    piece = next(reader, None)
                if piece is None:
                    break
                yield piece.assign(**keys) if keys else piece

    @contextmanager
    def _reading(self, file: Path) -> Iterator[None]:
        try:
            yield
        except InvalidInput:
            raise
        except (ValueError, OSError) as error:  # pandas' and pyarrow's parse errors are ValueErrors or OSErrors
            message = f"'{file.name}' cannot be read as {self.kind}: {str(error).splitlines()[0]}"
            raise InvalidInput(message, field=self.field) from None

    def _keys(self, file: Path) -> dict[str, Any]:
        return {name: int(value) if name in self._whole_keys else value for name, value in _hive(file.relative_to(self.root))}

    @cached_property
    def _whole_keys(self) -> frozenset[str]:
        values: dict[str, set[str]] = {}
        for file in self.files:
            for name, value in _hive(file.relative_to(self.root)):
                values.setdefault(name, set()).add(value)
        return frozenset(name for name, seen in values.items() if all(re.fullmatch(r"-?\d{1,18}", value) for value in seen))


def _before_magic(path: Path) -> list[str]:
    parts: list[str] = []
    for part in path.parts[1:] if path.anchor else path.parts:
        if has_magic(part):
            break
        parts.append(part)
    return parts


def _is_data(path: Path) -> bool:
    """Writers keep marks and checksums beside the data under names that begin with _ or a dot."""
    return path.name.lower().endswith(DATA_SUFFIXES) and not any(part.startswith(("_", ".")) for part in path.parts)


def _hive(path: Path) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for part in path.parts[:-1] if (found := _KEY.fullmatch(part))]


def _parquet(file: Path, columns: list[str] | None, text: frozenset[str], field: str) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        wanted = None if columns is None else [name for name in parquet.schema_arrow.names if name in columns]
        for batch in parquet.iter_batches(batch_size=PIECE_ROWS, columns=wanted):
            yield pa.Table.from_batches([batch]).to_pandas()


def _arrow(file: Path, columns: list[str] | None, text: frozenset[str], field: str) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    from pyarrow import ipc

    with pa.memory_map(str(file)) as mapped, ipc.open_file(mapped) as arrow:
        for number in range(arrow.num_record_batches):
            batch = arrow.get_batch(number)
            for start in range(0, batch.num_rows, PIECE_ROWS):
                table = pa.Table.from_batches([batch.slice(start, PIECE_ROWS)])
                frame: pd.DataFrame = table.to_pandas()
                yield frame if columns is None else frame[[name for name in frame.columns if name in columns]]


def _csv(file: Path, columns: list[str] | None, text: frozenset[str], field: str, separator: str = ",") -> Iterator[pd.DataFrame]:
    import pandas as pd

    wanted = None if columns is None else lambda name: name in columns
    head = pd.read_csv(file, sep=separator, nrows=0)
    refuse_renamed_duplicates(file, head, separator, field)
    dtype = {name: str for name in head.columns if name in text}
    with pd.read_csv(file, sep=separator, chunksize=PIECE_ROWS, usecols=wanted, dtype=dtype, low_memory=False) as chunks:
        for chunk in chunks:
            yield chunk.reset_index(drop=True)


def _tsv(file: Path, columns: list[str] | None, text: frozenset[str], field: str) -> Iterator[pd.DataFrame]:
    return _csv(file, columns, text, field, "\t")


_READERS = {"parquet": _parquet, "arrow": _arrow, "csv": _csv, "tsv": _tsv}
