"""A made table of orders with dates, totals, one-hot groups and ids."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def orders() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    rows = 1_500
    ordered = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, rows), unit="D"))
    shipped = (ordered + pd.to_timedelta(rng.integers(0, 9, rows), unit="D")).mask(rng.random(rows) < 0.1)
    net = np.round(rng.gamma(2, 30, rows), 2)
    tax = np.round(net * rng.choice([0.1, 0.2], rows), 2)
    paid = rng.integers(0, 3, rows)
    city = rng.choice(["Oslo", "Bergen", "Rome", "Milan"], rows)
    return pd.DataFrame(
        {
            "order_id": [f"ORD-{number:06d}" for number in rng.permutation(10**6)[:rows]],
            "ordered": ordered,
            "shipped": shipped,
            "due": (ordered + pd.to_timedelta(12, unit="D")).dt.strftime("%Y-%m-%d"),
            "net": net,
            "tax": tax,
            "gross": np.round(net + tax, 2),
            "card": (paid == 0).astype(int),
            "cash": (paid == 1).astype(int),
            "bank": paid == 2,
            "city": pd.Categorical(city),
            "country": np.where(np.isin(city, ["Oslo", "Bergen"]), "NO", "IT"),
            "quantity": pd.array(np.where(rng.random(rows) < 0.1, None, rng.integers(1, 20, rows) * 5), dtype="Int64"),
            "line": rng.integers(0, 60, rows),
        }
    )
