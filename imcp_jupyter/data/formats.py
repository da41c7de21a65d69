"""Read and write tables as files: CSV, TSV, Parquet, Arrow (Feather)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from ..errors import InvalidInput, NotFound
from ..models.dataset import DATA_SUFFIXES

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["csv", "tsv", "parquet", "arrow"]
_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}


def format_of(path: str | Path, field: str = "path") -> Format:
    """The format by file ending. Raises `InvalidInput` that lists the endings."""
    low = str(path).lower()
    for suffix in sorted(_BY_SUFFIX, key=len, reverse=True):
        if low.endswith(suffix):
            return _BY_SUFFIX[suffix]
    raise InvalidInput(f"'{path}' has no known data file ending", field=field, hint="endings: " + ", ".join(DATA_SUFFIXES))


def read_table(path: str | Path, field: str = "data") -> pd.DataFrame:
    """Read a local file into a frame. Raises `NotFound`, or `InvalidInput` for an ending or content that cannot be read."""
    import pandas as pd

    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFound(f"there is no file '{path}'", field=field)
    kind = format_of(path, field)
    try:
        if kind == "parquet":
            return pd.read_parquet(path)
        if kind == "arrow":
            return pd.read_feather(path)
        frame = pd.read_csv(path, sep="\t" if kind == "tsv" else ",", low_memory=False)
    except (ValueError, OSError) as error:  # pandas' and pyarrow's parse errors are ValueErrors or OSErrors
        raise InvalidInput(f"'{path.name}' cannot be read as {kind}: {str(error).splitlines()[0]}", field=field) from None
    refuse_renamed_duplicates(path, frame, "\t" if kind == "tsv" else ",", field)
    return frame


def write_table(frame: pd.DataFrame, target: str | Path | BinaryIO, kind: Format) -> None:
    """Write `frame` (its index is dropped) to a path or a binary file."""
    if kind == "parquet":
        frame.to_parquet(target, index=False)
    elif kind == "arrow":
        frame.reset_index(drop=True).to_feather(target)
    else:
        frame.to_csv(target, sep="\t" if kind == "tsv" else ",", index=False)


def refuse_renamed_duplicates(path: Path, frame: pd.DataFrame, separator: str, field: str) -> None:
    """pandas renames a second column 'a' to 'a.1' without a word; the user should hear of it."""
    import pandas as pd

    if not any("." in str(name) for name in frame.columns):
        return
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str).iloc[0]
    twice = header[header.duplicated()]
    if len(twice):
        raise InvalidInput(
            f"column name '{twice.iloc[0]}' occurs more than once in '{path.name}'", field=field, hint="column names must be unique"
        )
