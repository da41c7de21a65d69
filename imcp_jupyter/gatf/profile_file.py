"""A profile's file: read with a limit, parsed as a mapping, its contents never repeated in an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InvalidInput

MAX_BYTES = 64 * 1024


def read_bytes(path: Path) -> bytes:
    """Raises `InvalidInput` for a file that cannot be read or is larger than any profile."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"profile '{path.name}' cannot be read: {error.strerror}", field="profile") from None
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"profile '{path.name}' is larger than {MAX_BYTES:,} bytes", field="profile")
    return content


def parsed(content: bytes, name: str) -> dict[str, Any]:
    """The keys of a profile. Raises `InvalidInput` with the line that is no YAML."""
    import yaml

    try:
        keys = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise InvalidInput(f"profile '{name}' is not YAML{where}", field="profile") from None
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise InvalidInput(f"profile '{name}' must be a mapping of keys to values", field="profile", hint="see docs/gatf.md")
    return keys
