"""Common given names, family names, streets and cities of some countries: ``LOCALE.txt``, one kind a line.

A small list of our own, from general knowledge of the commonest names; the extra `[pii]` brings longer ones (Faker) for making fakes.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ..context import without_accents

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "ja_JP", "zh_CN", "en_IN")


@cache
def entries(locale: str) -> dict[str, tuple[str, ...]]:
    """The words of `locale` by kind: first, last, street, city; romaji_first and romaji_last where names are not Latin."""
    text = files(__package__).joinpath(f"{locale}.txt").read_text(encoding="utf-8")
    lines = (line.partition(": ") for line in text.splitlines() if line)
    return {kind: tuple(words.split("|")) for kind, _, words in lines}


@cache
def known(kind: str) -> dict[str, frozenset[str]]:
    """The locales that have a word as `kind`, by the word in lower case without accents."""
    found: dict[str, set[str]] = {}
    for locale in LOCALES:
        for word in entries(locale).get(kind, ()):
            found.setdefault(without_accents(word).casefold(), set()).add(locale)
    return {word: frozenset(locales) for word, locales in found.items()}
