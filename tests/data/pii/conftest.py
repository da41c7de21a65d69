"""Customers of several countries, as Faker makes them up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from faker import Faker

LOCALES = ("en_US", "de_DE", "fr_FR", "it_IT", "ja_JP")


@cache
def made_up(locale: str, rows: int = 300) -> pd.DataFrame:
    fake = Faker(locale)
    fake.seed_instance(5)
    return pd.DataFrame(
        {
            "first_name": fake.first_name(),
            "last_name": fake.last_name(),
            "name": fake.name(),
            "email": fake.email(),
            "phone": fake.phone_number(),
            "address": fake.address(),
            "city": fake.city(),
            "postcode": fake.postcode(),
            "iban": fake.iban(),
            "card": fake.credit_card_number("visa"),
            "ip": fake.ipv4() if row % 3 else fake.ipv6(),
            "mac": fake.mac_address(),
            "profile": f"https://github.com/{fake.user_name()}",
            "username": fake.user_name(),
            "vin": fake.vin(),
            "dob": fake.date_of_birth().isoformat(),
            "age": fake.random_int(18, 90),
            "income": fake.random_int(10_000, 999_999_999),
            "opened": fake.unix_time(),
            "score": fake.pyfloat(),
            "note": fake.sentence(),
            "token": fake.uuid4(),
        }
        for row in range(rows)
    )


@pytest.fixture(scope="session")
def customers() -> Callable[[str], pd.DataFrame]:
    return made_up
