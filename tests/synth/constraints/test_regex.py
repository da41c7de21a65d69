from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.synth.constraints.regex import language_of

PATTERNS = [r"ORD-\d{6}", r"[A-F0-9]{4}(-[a-z]{2})?", r"(cat|dog|bird)\d", r"\w{2,3}", r"[^a-z]x", r"a.c", r"\+49 \d{3,5}", r"^A\d+$"]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(share=st.floats(0, 1, exclude_max=True))
def test_every_text_matches_and_has_its_number(pattern: str, share: float) -> None:
    language = language_of(pattern, "constraints[0]")
    number = int(share * language.size)
    text = language.text(number)
    assert re.fullmatch(pattern, text)
    assert list(language.numbers(text)) == [number]


def test_a_small_language_is_counted_whole() -> None:
    language = language_of(r"(a|b)[01]{1,2}", "constraints[0]")
    assert language.size == 12
    assert len({language.text(number) for number in range(12)}) == 12
