"""Keep secrets out of rows, logs and errors."""

from __future__ import annotations

import re
from typing import Any

_SECRET_NAME = re.compile(r"(password|passwd|secret|token|api_?key|access_?key|private_?key|credential)", re.IGNORECASE)
_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.\-]*://)[^/@\s]+@", re.IGNORECASE)
HIDDEN = "[redacted]"


def redacted(value: Any, name: str = "") -> Any:
    """`value` (JSON-like) without the values of secret-named keys and without user:password in URIs."""
    if isinstance(value, dict):
        return {key: redacted(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item, name) for item in value]
    if value is not None and not isinstance(value, bool) and _SECRET_NAME.search(name):
        return HIDDEN
    return _USERINFO.sub(rf"\g<scheme>{HIDDEN}@", value) if isinstance(value, str) else value
