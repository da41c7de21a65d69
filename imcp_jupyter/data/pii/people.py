"""Names of people, streets and places: by their build, and by lists of common ones."""

from __future__ import annotations

import re

from .context import without_accents
from .gazetteer import known

_WORD = r"(?:[^\W\d_]|['’.\-])+"
_LATIN_NAME = re.compile(rf"{_WORD}(?:,? {_WORD}){{0,5}},?")
_CJK = r"\u3040-\u30ff\u3400-\u9fff々ー"
_CJK_NAME = re.compile(rf"[{_CJK}]{{1,8}}(?:[ \u3000][{_CJK}]{{1,8}})?")
TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "rev", "herr", "frau", "fr", "hr", "dipl-ing", "ing", "mag", "m",
    "mme", "mlle", "monsieur", "madame", "sr", "sra", "srta", "don", "dona", "sig", "sigra", "dott", "dottssa", "sig.ra", "dhr",
    "mevr", "drs", "pan", "pani", "fru", "univ",
})  # fmt: skip
_LEGAL = re.compile(
    r"\b(?:inc|ltd|llc|plc|corp|co|company|gmbh|ag|kg|ohg|mbh|ug|sa|sarl|sas|sl|srl|spa|bv|nv|ab|oy|sp z o|group|gruppe|holding|sons|and"
    r"|und|bank|university|hospital|department|services|partners|associates|foundation|institute)\b\.?|&|株式会社|有限会社|合同会社",
    re.IGNORECASE,
)
_STREET_WORDS = re.compile(
    r"stra(?:ß|ss)e\b|str\.|\bweg\b|weg\b|platz\b|allee\b|gasse\b|ring\b|\b(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court"
    r"|ct|place|pl|square|sq|terrace|way|parkway|pkwy|circle|cir|hwy"
    r"|highway|route|suite|apt|unit|po box|box|crescent|close|trail|loop|plaza"
    r"|point|points|mews|rue|avenue|quai|chemin|impasse|allée|all[eé]e|cours|place|calle|avenida|avda|paseo|plaza|camino|via|viale|corso|piazza|vicolo"
    r"|strada|rua|travessa|alameda|rodovia|ul|al|os)\b\.?|straat\b|laan\b|plein\b|gracht\b|kade\b|dijk\b|gatan\b|vägen\b|丁目|番地|番|号|路|街",
    re.IGNORECASE,
)
_US_SUFFIX = re.compile(r"\d+ \S+.*")
_JAPANESE_ADDRESS = re.compile(r"(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県).+")
_POSTCODE = re.compile(
    r"\d{4,5}(?:-\d{3,4})?|\d{3}-\d{4}|〒?\d{3}-\d{4}|\d{2}-\d{3}|\d{3} \d{2}|\d{6}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}-?\d{4,5}"
)


def has_name_form(value: str) -> bool:
    """One to six words of letters without digits, or a name in Chinese or Japanese script."""
    text = value.strip()
    if not 1 <= len(text) <= 60:
        return False
    if _CJK_NAME.fullmatch(text):
        return True
    return _LATIN_NAME.fullmatch(text) is not None and (text[0].isupper() or text.islower()) and _LEGAL.search(text) is None


def has_full_name_form(value: str) -> bool:
    """A name in capitals at the front of at least two words, or in Chinese or Japanese script."""
    text = value.strip()
    if _CJK_NAME.fullmatch(text):
        return len(text) >= 2
    words = [word for word in text.replace(",", " ").split() if word.casefold().strip(".") not in TITLES]
    return has_name_form(" ".join(words)) and 2 <= len(words) <= 6 and words[0][:1].isupper() and words[-1][:1].isupper()


def name_words(value: str) -> list[str]:
    """The words of a name, folded, without titles."""
    words = [without_accents(word).casefold().strip(".,") for word in value.replace(",", " ").replace("\u3000", " ").split()]
    return [word for word in words if word and word not in TITLES]


def given_name_locales(value: str) -> frozenset[str]:
    """The locales in which the name begins (or, after a comma or in Chinese and Japanese, ends) with a common given name."""
    return _locales(value, "first", front=True)


def family_name_locales(value: str) -> frozenset[str]:
    """The locales in which the name ends (or begins) with a common family name."""
    return _locales(value, "last", front=False)


def _locales(value: str, kind: str, front: bool) -> frozenset[str]:
    words = name_words(value)
    if not words:
        return frozenset()
    table = known(kind)
    if not value.isascii() and _CJK_NAME.fullmatch(value.strip()):
        text = "".join(words)
        parts = [text[-size:] for size in (1, 2, 3)] if front else [text[:size] for size in (2, 1, 3)]
        if len(words) > 1:
            parts = [words[-1] if front else words[0]]
        return next((table[part] for part in parts if part in table), frozenset())
    after_comma = "," in value
    word = words[0] if front != after_comma else words[-1]
    return table.get(word, frozenset())


def is_address(value: str) -> bool:
    """A street with a number, in one of several languages."""
    text = value.strip()
    if not 6 <= len(text) <= 200 or not any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        return False
    return _STREET_WORDS.search(text) is not None or _JAPANESE_ADDRESS.match(text) is not None


def has_address_form(value: str) -> bool:
    """Words and perhaps a number, long enough for a street."""
    text = value.strip()
    return 4 <= len(text) <= 200 and any(char.isalpha() for char in text)


def has_postcode_form(value: str) -> bool:
    return _POSTCODE.fullmatch(value.strip().upper()) is not None


def is_city(value: str) -> bool:
    return without_accents(value.strip()).casefold() in known("city")
