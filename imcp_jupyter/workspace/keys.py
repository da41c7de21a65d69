"""The secret keys of a workspace, each in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ..errors import InvalidInput
from ..synth.signing import KEY_BYTES

_NAME = "model-signing.key"


def signing_key(folder: Path) -> bytes:
    """The key that signs models, made on first use. Raises `InvalidInput` for a file that holds no key."""
    path = folder / _NAME
    if not path.exists():
        _make(folder, path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise InvalidInput(
            f"'{path}' holds {len(key)} bytes instead of a key of {KEY_BYTES}",
            field="model",
            hint="put the file back from a backup; without it, delete it and fit the SDV models again",
        )
    return key


def _make(folder: Path, path: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = folder / f".{_NAME}.{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    # A link is made whole or not at all, and never over a key that another process made in the meantime.
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
