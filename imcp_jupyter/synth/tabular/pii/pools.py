"""Words that fakes are made of, by locale: from Faker where it is installed, else from the bundled lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import product

import numpy as np

from ....data.pii.gazetteer import LOCALES, entries
from .seen import RealValues

INSTALL = "pip install 'imcp_jupyter[pii]'"
_DRAWS = {"first": 3_000, "last": 3_000, "street": 1_500, "city": 800}  # from Faker
_SHUFFLE = 0x91  # fakes are the same words for every seed, in another order
_LATER_BLENDS = 400  # words that are blended with one another at most
# Streets out of family names, for locales whose own list is short.
_STREETS = {
    "en": ("{} Street", "{} Avenue", "{} Road", "{} Lane", "{} Drive"), "de": ("{}straße", "{}weg", "{}allee"),
    "fr": ("rue {}", "avenue {}", "place {}"), "es": ("Calle {}", "Avenida de {}"), "it": ("Via {}", "Piazza {}", "Corso {}"),
    "nl": ("{}straat", "{}laan", "{}weg"), "pt": ("Rua {}", "Avenida {}"), "pl": ("ul. {}ego",), "sv": ("{}gatan", "{}vägen"),
}  # fmt: skip


def faker_version() -> str | None:
    """The installed version of Faker, None where it is not."""
    try:
        return version("faker")
    except PackageNotFoundError:
        return None


def known_locales() -> tuple[str, ...]:
    """The locales that there are words for."""
    if faker_version() is None:
        return LOCALES
    from faker.config import AVAILABLE_LOCALES

    return tuple(sorted({*LOCALES, *(str(locale) for locale in AVAILABLE_LOCALES if "_" in locale)}))


@cache
def words(kind: str, locale: str) -> tuple[str, ...]:
    """All words of `kind` (first, last, street, city) in `locale`, in a fixed order; never empty."""
    own = entries(locale).get(kind, ()) if locale in LOCALES else ()
    found = _of_faker(kind, locale) if faker_version() is not None else ()
    joined = list(dict.fromkeys([*own, *found]))
    if kind in ("first", "last"):
        joined = [word for word in joined if " " not in word]
    if kind == "street":
        forms = _STREETS.get(locale.partition("_")[0], ())
        joined += [form.format(name) for form, name in product(forms, words("last", locale)[:200])]
    return tuple(joined) or entries("en_US")[kind]


def fresh(kind: str, locale: str, count: int, seen: RealValues | None) -> list[str]:
    """`count` distinct words of `kind`, none of them in `seen`; where the list does not suffice, blends of two words follow."""
    pool = np.array(words(kind, locale), dtype=object)
    pool = pool[np.random.default_rng(_SHUFFLE).permutation(len(pool))]
    free = [str(word) for word in (pool if seen is None else pool[~seen.holds(pool)])]
    found = dict.fromkeys(free[:count])
    parts = [str(word) for word in pool[:_LATER_BLENDS]]
    for join in (_blend, _chain):
        for step in range(1, len(parts)):
            if len(found) >= count:
                return list(found)
            made = np.array([join(one, parts[(place + step) % len(parts)]) for place, one in enumerate(parts)], dtype=object)
            keep = made if seen is None else made[~seen.holds(made)]
            for word in keep[: count - len(found)]:
                found.setdefault(str(word))
    return list(found)


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

    if locale not in AVAILABLE_LOCALES:
        return ()
    fake = Faker(locale)
    fake.seed_instance(_SHUFFLE)
    draws: dict[str, Callable[[], str]] = {
        "first": fake.first_name,
        "last": fake.last_name,
        "street": fake.street_name if hasattr(fake, "street_name") else fake.town if hasattr(fake, "town") else fake.last_name,
        "city": fake.city,
    }
    return tuple(dict.fromkeys(draws[kind]() for _ in range(_DRAWS[kind])))
