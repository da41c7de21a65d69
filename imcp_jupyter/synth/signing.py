"""Signatures on models whose stored form could run code when it is read."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from ..errors import InvalidInput

KEY_BYTES = 32


@dataclass(frozen=True)
class Signer:
    """Signs with the secret key of one workspace (HMAC-SHA256, RFC 2104)."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise InvalidInput(f"a signing key has {KEY_BYTES} bytes, this one has {len(self.key)}", field="key")

    def sign(self, purpose: str, content: bytes) -> str:
        """The signature of `content` as hex. `purpose` binds it: what was signed as one thing is no other."""
        return hmac.new(self.key, purpose.encode() + b"\0" + content, hashlib.sha256).hexdigest()

    def check(self, purpose: str, content: bytes, signature: str | None) -> None:
        """Raises `InvalidInput` unless `signature` is this key's for `content`."""
        if not signature:
            raise InvalidInput("this model has no signature, so nothing of it was loaded", field="model", hint=_WHY)
        # Bytes, because `compare_digest` takes only ASCII as text, and the signature comes from a file.
        if not hmac.compare_digest(self.sign(purpose, content).encode(), str(signature).encode()):
            raise InvalidInput("the signature is not this workspace's, so nothing of it was loaded", field="model", hint=_WHY)


_WHY = "its file could run code: only models that this workspace fitted itself are read; fit it here again"
