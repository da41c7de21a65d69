"""A table of customers whose identifiers nobody shares, beside names and towns that many share."""

from __future__ import annotations

import numpy as np
import pandas as pd

FIRST = ("Anna", "James", "Maria", "John", "Laura", "Peter", "Emma", "Robert", "Julia", "Michael")
LAST = ("Smith", "Miller", "Garcia", "Johnson", "Brown", "Davis", "Wilson", "Moore", "Taylor", "Clark")


def customers(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    first, last = rng.choice(FIRST, rows), rng.choice(LAST, rows)
    tag = rng.integers(10**7, 10**8, rows)
    frame = pd.DataFrame(
        {
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "email": [f"{a.lower()}.{b.lower()}{n}@mail.com" for a, b, n in zip(first, last, tag, strict=True)],
            "card": [visa(rng) for _ in range(rows)],
            "phone": [f"+1 {rng.integers(201, 990)}-{rng.integers(200, 999)}-{rng.integers(1000, 9999)}" for _ in range(rows)],
            "note": rng.choice(["called twice", "asked for a refund", "moved house", "no answer"], rows),
            "city": rng.choice(["Boston", "Austin", "Denver"], rows),
            "amount": np.round(rng.exponential(50, rows), 2),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "phone"] = None
    return frame


def visa(rng: np.random.Generator) -> str:
    """A number of 16 digits with a valid Luhn digit."""
    digits = [4, *rng.integers(0, 10, 14).tolist()]
    total = sum(digit if place % 2 else (2 * digit - 9 * (digit > 4)) for place, digit in enumerate(digits))
    return "".join(map(str, digits)) + str(-total % 10)
