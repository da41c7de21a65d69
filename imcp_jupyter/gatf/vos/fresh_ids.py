"""Ids that nobody has yet, in the form of those there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import commonprefix
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import numpy as np
import pandas as pd

_DIGIT, _CHANGED = re.compile(r"[0-9]"), re.compile(r"[0-9A-Za-z]")
TRIES = 200  # draws for one id before it is given up


def fresh_ids(series: pd.Series, count: int, taken: Iterable[pd.Series], rng: np.random.Generator) -> list[Any] | None:
    """`count` new ids for the column `series`; none is in it or in `taken`. None where the column's form leaves no room.

    Whole numbers go on above the largest. Of text ids the digits are drawn anew, in as many places; the
    letters too where there are no digits or no room. What follows an '@' stays, and what all ids
    begin with.
    """
    columns = [series, *taken]
    if pd.api.types.is_integer_dtype(series.dtype):
        top = max(
            (int(column.max()) for column in columns if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any()), default=0
        )
        room = 2**63 - 1 if str(series.dtype).lower() == "int64" else 2**31 - 1 if str(series.dtype).lower() == "int32" else 0
        return list(range(top + 1, top + 1 + count)) if top + count <= room else None
    known = {value for column in columns for value in column.dropna().tolist()}
    forms = [value for value in series.dropna().unique().tolist()[:1000] if isinstance(value, str) and _CHANGED.search(value)]
    if not forms:
        return None
    # What all ids begin with belongs to their form.
    same = len(commonprefix(forms)) if len(forms) > 1 else 0  # noqa: RUF071  # characters are meant, not parts of a path
    made: list[Any] = []
    for _ in range(count):
        for attempt in range(TRIES):
            form = forms[int(rng.integers(len(forms)))]
            value = form[:same] + _varied(form[same:], rng, letters=attempt >= TRIES // 2)
            if value not in known:
                break
        else:
            return None
        known.add(value)
        made.append(value)
    return made


def _varied(form: str, rng: np.random.Generator, letters: bool) -> str:
    """`form` with other digits, in as many places; with other letters too where it has none, or `letters` asks for it."""
    name, at, domain = form.partition("@")
    kept = _DIGIT if _DIGIT.search(name) and not letters else _CHANGED
    return kept.sub(lambda match: _other(match[0], rng), name) + at + domain


def _other(char: str, rng: np.random.Generator) -> str:
    alphabet = digits if char.isdigit() else ascii_uppercase if char.isupper() else ascii_lowercase
    return alphabet[int(rng.integers(len(alphabet)))]
