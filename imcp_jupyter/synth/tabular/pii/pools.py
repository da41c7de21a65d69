"""Words that fakes are made of, by locale: from Faker where it is installed, else from the bundled lists."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product

import numpy as np

from ....data.pii.gazetteer import LOCALES, entries
from .seen import RealValues

INSTALL = "pip install 'imcp_jupyter[pii]'"
_DRAWS = {"first": 2_000, "last": 2_000, "street": 1_000, "city": 600}  # from Faker
_SHUFFLE = 0x91  # fakes are the same words for every seed, in another order
_BLENDED = 400  # words that are blended with one another at most
_RELATIVES = 6  # other locales of the language that are asked at most
_NAMED_STREETS = 200
_DEPRECATED = frozenset({"fr_QC"})  # Faker warns when it is asked for these
# Streets out of family names, for locales whose own list is short.
_STREETS = {
    "en": ("{} Street", "{} Avenue", "{} Road", "{} Lane", "{} Drive"), "de": ("{}straße", "{}weg", "{}allee"),
    "fr": ("rue {}", "avenue {}", "place {}"), "es": ("Calle {}", "Avenida de {}"), "it": ("Via {}", "Piazza {}", "Corso {}"),
    "nl": ("{}straat", "{}laan", "{}weg"), "pt": ("Rua {}", "Avenida {}"), "pl": ("ul. {}ego",), "sv": ("{}gatan", "{}vägen"),
}  # fmt: skip


def faker_version() -> str | None:
    """The installed version of Faker, None where it is not."""
    return version("faker") if find_spec("faker") is not None else None


def known_locales() -> tuple[str, ...]:
    """The locales that there are words for."""
    if faker_version() is None:
        return LOCALES
    from faker.config import AVAILABLE_LOCALES

    return tuple(sorted({*LOCALES, *(str(locale) for locale in AVAILABLE_LOCALES if "_" in locale and locale not in _DEPRECATED)}))


@cache
def words(kind: str, locale: str) -> tuple[str, ...]:
    """All words of `kind` (first, last, street, city) in `locale`, in a fixed order; never empty."""
    own = entries(locale).get(kind, ()) if locale in LOCALES else ()
    found = _of_faker(kind, locale) if faker_version() is not None else ()
    joined = tuple(dict.fromkeys([*own, *found]))
    if kind in ("first", "last"):
        joined = tuple(word for word in joined if " " not in word)
    return joined or entries("en_US")[kind]


def fresh(kind: str, locale: str, count: int, real: AbstractSet[str]) -> list[str]:
    """`count` distinct words of `kind`, none of `real` (in small letters), which no word of a street or town may be, either.

    Where the list of the locale does not suffice, the lists of other locales of its language follow, then blends of two words.
    """
    found = dict.fromkeys(_allowed(kind, locale, real))
    if kind in ("street", "city"):
        if kind == "street":
            forms = _STREETS.get(locale.partition("_")[0], ())
            named = (form.format(name) for form, name in product(forms, fresh("last", locale, _NAMED_STREETS, real)))
            found |= dict.fromkeys(street for street in named if street.casefold() not in real)
        return list(found)[:count] or list(entries("en_US")[kind])
    for other in _relatives(locale):
        if len(found) >= count:
            break
        found |= dict.fromkeys(_allowed(kind, other, real))
    parts = words(kind, locale)[:_BLENDED]
    for join in (_blend, _chain):
        for step in range(1, len(parts)):
            if len(found) >= count:
                break
            made = [join(one, parts[(place + step) % len(parts)]) for place, one in enumerate(parts)]
            found |= dict.fromkeys([word for word in made if word.casefold() not in real])
    return list(found)[:count]


def towns(locale: str, count: int, real: AbstractSet[str]) -> list[str]:
    """`count` distinct towns none of which is in `real`; where the list does not suffice, blends of two follow."""
    found = dict.fromkeys(_allowed("city", locale, real))
    parts = words("city", locale)[:_BLENDED]
    for step in range(1, len(parts)):
        if len(found) >= count:
            break
        made = [_blend(one, parts[(place + step) % len(parts)]) for place, one in enumerate(parts)]
        found |= dict.fromkeys([word for word in made if word.casefold() not in real])
    return list(found)[:count]


def _allowed(kind: str, locale: str, real: AbstractSet[str]) -> list[str]:
    """The words that are not real ones, in a fixed random order. More are left out than have to be, by the blur of `RealValues`: a gap in
    the list does not tell that somebody is called so.
    """
    pool = np.array(words(kind, locale), dtype=object)
    pool = pool[np.random.default_rng(_SHUFFLE).permutation(len(pool))]
    phrases = kind in ("street", "city")
    hits = [word for word in pool if word.casefold() in real or (phrases and not real.isdisjoint(word.casefold().split()))]
    return [str(word) for word in (pool[~RealValues.of(hits).holds(pool)] if hits else pool)]


def _relatives(locale: str) -> list[str]:
    """Other locales of the same language."""
    language = locale.partition("_")[0]
    return [other for other in known_locales() if other != locale and other.partition("_")[0] == language][:_RELATIVES]


def _blend(one: str, other: str) -> str:
    """The front of one word and the back of another, in the scripts of both: "Schneider" and "Hoffmann" give "Schnemann"."""
    if not one.isascii() and not one[0].isupper() and not one[0].islower():
        return one[: max(len(one) // 2, 1)] + other[len(other) // 2 :]
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :].lower()


def _chain(one: str, other: str) -> str:
    return one + other.lower()


@cache
def _of_faker(kind: str, locale: str) -> tuple[str, ...]:
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    if locale not in AVAILABLE_LOCALES or locale in _DEPRECATED:
        return ()
    fake = Faker(locale, use_weighting=False)  # rare names, too
    fake.seed_instance(_SHUFFLE)
    draws: dict[str, Callable[[], str]] = {
        "first": fake.first_name,
        "last": fake.last_name,
        "street": fake.street_name if hasattr(fake, "street_name") else fake.town if hasattr(fake, "town") else fake.last_name,
        "city": fake.city,
    }
    return tuple(dict.fromkeys(draws[kind]() for _ in range(_DRAWS[kind])))
