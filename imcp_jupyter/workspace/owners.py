"""Is the process that owns a job still alive? A file lock says so: the system drops it with the process, however that ended."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO

if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Owner:
    """This process as an owner of jobs. Keeps its lock until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.id = secrets.token_hex(8)
        self._path = folder / f"{self.id}.lock"
        self._file = self._path.open("wb")
        _lock(self._file)

    def release(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def is_alive(folder: Path, owner_id: str) -> bool:
    path = folder / f"{owner_id}.lock"
    try:
        file = path.open("rb+")
    except FileNotFoundError:
        return False
    with file:
        if not _lock(file):
            return True
    path.unlink(missing_ok=True)  # its owner is gone
    return False
