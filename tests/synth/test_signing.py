from __future__ import annotations

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.signing import Signer

SIGNER = Signer(b"k" * 32)


def test_a_signature_holds_for_its_content_and_purpose() -> None:
    SIGNER.check("model", b"content", SIGNER.sign("model", b"content"))


@pytest.mark.parametrize(
    ("signer", "purpose", "content"),
    [(Signer(b"x" * 32), "model", b"content"), (SIGNER, "report", b"content"), (SIGNER, "model", b"content.")],
    ids=["another key", "another purpose", "other content"],
)
def test_a_signature_of_something_else_is_refused(signer: Signer, purpose: str, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="not this workspace's") as caught:
        SIGNER.check("model", b"content", signer.sign(purpose, content))
    assert caught.value.field == "model"


@pytest.mark.parametrize("signature", [None, ""])
def test_no_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(InvalidInput, match="has no signature"):
        SIGNER.check("model", b"content", signature)


def test_a_signature_of_odd_letters_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not this workspace's"):
        SIGNER.check("model", b"content", "ü" * 64)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InvalidInput, match="32 bytes"):
        Signer(b"short")


def test_the_key_is_not_shown() -> None:
    assert "kkk" not in repr(SIGNER)
