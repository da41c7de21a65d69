"""Where the people of a table are from, by names, phone and account numbers."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from . import phones
from .codes import LOCALE_OF_SCHEME, compact
from .detect import scheme_of
from .gazetteer import LOCALES
from .people import family_name_locales, given_name_locales
from .sample import sample_of

DEFAULT = "en_US"
_VALUES = 200  # distinct values of a column that have a say
_OF_COUNTRY = {
    "US": "en_US", "GB": "en_GB", "DE": "de_DE", "AT": "de_DE", "CH": "de_DE", "FR": "fr_FR", "ES": "es_ES", "IT": "it_IT", "NL": "nl_NL",
    "BE": "nl_NL", "BR": "pt_BR", "PT": "pt_BR", "PL": "pl_PL", "SE": "sv_SE",
}  # fmt: skip
_SCRIPTS = (("\u3040", "\u30ff", "ja_JP"), ("\uac00", "\ud7a3", "ko_KR"), ("\u0400", "\u04ff", "ru_RU"), ("\u0370", "\u03ff", "el_GR"))
_NAMES = ("full_name", "first_name", "last_name")


def locale_of(columns: dict[str, pd.Series]) -> str:
    """The likeliest locale of columns of personal data, by kind; en_US where nothing tells."""
    votes: Counter[str] = Counter()
    for kind, series in columns.items():
        sample = sample_of(series)
        if sample is not None:
            for locale, share in _votes(kind.partition("#")[0], sample.values[:_VALUES]).items():
                votes[locale] += share  # type: ignore[assignment]  # a Counter of shares
    best = max(votes.values(), default=0)
    if best <= 0:
        return DEFAULT
    order = [*LOCALES, *(locale for _, _, locale in _SCRIPTS)]
    return next(locale for locale in order if votes[locale] >= best)


def _votes(kind: str, values: list[str]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for value in values:
        for low, high, locale in _SCRIPTS:
            if any(low <= char <= high for char in value):
                found[locale] += 2
        if kind in _NAMES:
            both = [given_name_locales(value)] * (kind != "last_name") + [family_name_locales(value)] * (kind != "first_name")
            for locales in both:
                for locale in locales:
                    found[locale] += 1 / len(locales)  # type: ignore[assignment]  # as above
        elif kind == "iban" and compact(value)[:2] in _OF_COUNTRY:
            found[_OF_COUNTRY[compact(value)[:2]]] += 1
        elif kind == "phone" and value.strip().startswith("+"):
            country = phones.locale_of(phones.region_of(value) or "")
            if country is not None:
                found[country] += 1
    if kind == "national_id":
        scheme = scheme_of(values)
        # Nine digits that could be an American number are what many other lists of made-up numbers hold, too.
        if scheme is not None:
            found[LOCALE_OF_SCHEME[scheme]] += len(values) * (0.2 if scheme == "us.ssn" else 1.0)  # type: ignore[assignment]
    return {locale: count / max(len(values), 1) for locale, count in found.items()}
