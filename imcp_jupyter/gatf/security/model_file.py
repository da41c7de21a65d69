"""What in a model file could run code or fill a disk, told without loading it."""

from __future__ import annotations

import pickletools
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from ...errors import NotFound

LARGEST = 4 << 30  # bytes that an archive may unpack to
DENSEST = 1_000  # times that a member may grow; arrays of zeros grow up to 1,030 times, which `LARGE_ENOUGH` forgives
LARGE_ENOUGH = 256 << 20  # bytes from which growth matters

_RUNS = frozenset({"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"})
_NAMES = frozenset({"GLOBAL", "INST", "STACK_GLOBAL"})
_HARMLESS = ("collections", "numpy", "pandas", "_codecs", "datetime", "copyreg")
_NOT_EVEN_THERE = ("numpy.f2py", "numpy.distutils", "numpy.testing", "pandas.io")
_PICKLED = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin")

FaultKind = Literal["pickle", "code", "path", "bomb", "encrypted", "broken"]


@dataclass(frozen=True)
class ModelFault:
    """`part`: the archive's member, '' for the file itself."""

    kind: FaultKind
    part: str
    detail: str


def scan_model_file(path: Path) -> list[ModelFault]:
    """The faults of a model file; none for one of JSON and arrays. Raises `NotFound` where there is no file.

    Pickles are disassembled, not run: any pickle is a fault, one that names code outside of the array libraries is 'code' (method of
    pickletools and of picklescan). Archives are read by their directory: members that lead out of the folder, and bombs. Signatures
    are checked by who holds the key.
    """
    if not path.is_file():
        raise NotFound(f"there is no file '{path.name}'", field="path")
    if zipfile.is_zipfile(path):
        return list(_archive(path))
    return list(_stream(path.read_bytes(), ""))


def _archive(path: Path) -> Iterator[ModelFault]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > LARGEST:
                yield ModelFault("bomb", "", f"unpacks to {total:,} bytes")
            for member in members:
                name = member.filename.replace("\\", "/")
                if name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":":
                    yield ModelFault("path", member.filename, "leads out of the folder it is unpacked in")
                if member.external_attr >> 16 & 0o170000 == 0o120000:
                    yield ModelFault("path", member.filename, "is a symbolic link")
                if member.flag_bits & 1:
                    yield ModelFault("encrypted", member.filename, "cannot be looked into")
                    continue
                if member.file_size > max(LARGE_ENOUGH, DENSEST * max(member.compress_size, 1)):
                    yield ModelFault("bomb", member.filename, f"grows from {member.compress_size:,} to {member.file_size:,} bytes")
                    continue
                if total <= LARGEST:
                    with archive.open(member) as opened:
                        head = opened.read(2)
                        if head[:1] == b"\x80" or name.lower().endswith(_PICKLED):
                            yield from _stream(head + opened.read(), member.filename)
                        elif name.endswith(".npy"):
                            yield from _array_head(head + opened.read(4096), member.filename)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
    ) as error:  # what zipfile cannot read, nobody should load
        yield ModelFault("broken", "", str(error))


def _array_head(head: bytes, part: str) -> Iterator[ModelFault]:
    """An array of objects holds a pickle (NumPy, NEP 1)."""
    if b"'descr': '|O'" in head:
        yield ModelFault("pickle", part, "is an array of objects, which are pickled")


def _stream(data: bytes, part: str) -> Iterator[ModelFault]:
    if data[:1] != b"\x80" and not _is_old_pickle(data):
        return
    named: list[str] = []
    runs = False
    texts: list[str] = []
    try:
        for opcode, argument, _ in pickletools.genops(data):
            runs |= opcode.name in _RUNS
            if "UNICODE" in opcode.name or opcode.name in ("STRING", "SHORT_BINSTRING", "BINSTRING"):
                texts.append(str(argument))
            if opcode.name in _NAMES:
                named.append(_named(opcode.name, argument, texts))
    except Exception as error:  # a pickle that cannot be read is no safer: pickletools raises whatever its parts raise
        yield ModelFault("broken", part, f"is a pickle that cannot be disassembled: {type(error).__name__}")
    foreign = sorted({name for name in named if not _is_harmless(name)})
    if foreign:
        yield ModelFault("code", part, ("runs " if runs else "names ") + ", ".join(foreign[:5]))
    yield ModelFault("pickle", part, "is a pickle: loading it runs what it says")


def _named(opcode: str, argument: Any, texts: list[str]) -> str:
    if opcode == "STACK_GLOBAL":
        return ".".join(texts[-2:]) if len(texts) >= 2 else "unknown"
    return str(argument).replace(" ", ".")


def _is_harmless(name: str) -> bool:
    inside = any(name == known or name.startswith(f"{known}.") for known in _HARMLESS)
    return inside and not name.startswith(_NOT_EVEN_THERE)


def _is_old_pickle(data: bytes) -> bool:
    """Protocol 0 has no mark of its own: it reads as a pickle to its end, and ends with one."""
    if not data.rstrip().endswith(b".") or len(data) > 50 << 20:
        return False
    try:
        return any(opcode.name in _NAMES or opcode.name == "STOP" for opcode, _, _ in pickletools.genops(data))
    except Exception:  # whatever it raises, these bytes are no pickle
        return False
