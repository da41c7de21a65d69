"""Phone numbers: by their international form, by a country's own form, or by the name of the column."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_FORM = re.compile(r"\+?[\d(][\d\s().\-/·]{4,22}\d(?:\s?(?:x|ext\.?|#)\s?\d{1,6})?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_NORTH_AMERICA = re.compile(r"(?:1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?")
REGION_OF = {
    "en_US": "US", "en_GB": "GB", "de_DE": "DE", "fr_FR": "FR", "es_ES": "ES", "it_IT": "IT", "nl_NL": "NL", "pt_BR": "BR",
    "pl_PL": "PL", "sv_SE": "SE", "ja_JP": "JP", "zh_CN": "CN", "en_IN": "IN",
}  # fmt: skip
_LOCALE_OF = {region: locale for locale, region in REGION_OF.items()} | {
    "AT": "de_DE",
    "CH": "de_DE",
    "BE": "nl_NL",
    "MX": "es_ES",
    "PT": "pt_BR",
}


def has_phone_form(value: str) -> bool:
    """7 to 15 digits with what separates them in phone numbers, and no date."""
    text = value.strip()
    digits = sum(char.isdigit() for char in text)
    return 7 <= digits <= 21 and _FORM.fullmatch(text) is not None and _DATE.fullmatch(text) is None


def is_phone(value: str) -> bool:
    """A number that is a phone's by itself: a possible international one, or one written as in North America, or one with a trunk 0
    and separators that is valid in one of the large countries.
    """
    text = value.strip()
    if not has_phone_form(text):
        return False
    if text.startswith("+"):
        return region_of(text) is not None
    if _NORTH_AMERICA.fullmatch(text):
        return True
    separated = any(not char.isdigit() for char in text)
    return (
        separated and text.startswith(("0", "(0")) and any(is_valid(text, region) for region in ("DE", "FR", "GB", "IT", "JP", "NL", "SE"))
    )


def is_valid(value: str, region: str | None) -> bool:
    """Whether libphonenumber has the number as assigned in `region`."""
    numbers = _library()
    try:
        return bool(numbers.is_valid_number(numbers.parse(value, region)))
    except numbers.NumberParseException:
        return False


def region_of(value: str) -> str | None:
    """The country of an international number, None where there is none."""
    numbers = _library()
    try:
        parsed = numbers.parse(value, None)
    except numbers.NumberParseException:
        return None
    if not numbers.is_possible_number(parsed):
        return None
    return str(numbers.region_code_for_country_code(parsed.country_code))


def country_part(value: str) -> int:
    """How many characters at the front are the country's code (+49) or the trunk prefix (0): these say nothing of a person."""
    text = value.strip()
    if text.startswith("+"):
        numbers = _library()
        try:
            return len(str(numbers.parse(text, None).country_code)) + 1
        except numbers.NumberParseException:
            return 1
    return 2 if text.startswith("(0") else 1 if text.startswith("0") else 0


def locale_of(region: str) -> str | None:
    """The locale that stands for a country here."""
    return _LOCALE_OF.get(region)


@cache
def _library() -> Any:
    import phonenumbers

    return phonenumbers
