"""Customers and visits of several countries, as Faker makes them up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from faker import Faker

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.copula import CopulaEngine, CopulaModel
from imcp_jupyter.synth.tabular.pii.treatment import protect


def folded(name: str) -> str:
    plain = name.lower().translate(
        str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ï": "i", "ç": "c", "ô": "o"})
    )
    return "".join(char for char in plain if char.isascii() and char.isalpha())


@cache
def made_up(locale: str, rows: int = 400) -> pd.DataFrame:
    """Unique customers; addresses of mail follow the names where these are Latin."""
    fake = Faker(locale)
    fake.seed_instance(11)
    rng = np.random.default_rng(3)
    people = []
    for row in range(rows):
        first, last = fake.first_name(), fake.last_name()
        local = f"{folded(first)}.{folded(last)}{row % 90 + 10}" if folded(first) and folded(last) else f"{fake.user_name()}{row}"
        people.append(
            {
                "first_name": first,
                "last_name": last,
                "full_name": f"{first} {last}" if first.isascii() or folded(first) else f"{last} {first}",
                "email": f"{local}@{rng.choice(['gmail.com', 'firm.invalid'], p=[0.7, 0.3])}",
                "phone": fake.phone_number(),
                "address": fake.street_address(),
                "iban": fake.iban(),
                "card": fake.credit_card_number("visa"),
                "ip": fake.ipv4(),
                "vin": fake.vin(),
                "city": fake.city(),
                "age": int(rng.integers(18, 90)),
                "plan": rng.choice(["a", "b", "c"]),
            }
        )
    return pd.DataFrame(people).drop_duplicates("email", ignore_index=True)


@cache
def visited(locale: str = "de_DE", rows: int = 2_000) -> pd.DataFrame:
    """Visits of 150 patients each with one name, number and address of mail; a fifth of the phones is missing."""
    patients = made_up(locale).head(150)[["first_name", "last_name", "full_name", "email", "phone"]]
    rng = np.random.default_rng(4)
    frame = patients.iloc[rng.integers(0, len(patients), rows)].reset_index(drop=True)
    frame["phone"] = frame["phone"].where(rng.random(rows) >= 0.2, None)
    frame["cost"] = rng.gamma(2.0, 50.0, rows).round(2)
    frame["ward"] = rng.choice(["north", "south"], rows)
    return frame


def fitted(frame: pd.DataFrame, asks: dict[str, str] | None = None, locale: str | None = None) -> CopulaModel:
    table, _ = protect(Table.of(frame), asks, locale)
    return CopulaEngine().fit(table)


@pytest.fixture(scope="session")
def customers() -> Callable[[str], pd.DataFrame]:
    return made_up


@pytest.fixture(scope="session")
def visits() -> pd.DataFrame:
    return visited()


@pytest.fixture(scope="session")
def fit() -> Callable[..., CopulaModel]:
    return fitted
