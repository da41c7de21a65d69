"""A shop whose orders follow its customers, and tables cut from Adult."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.relational import RelationalModel, fit_tables

Frames = dict[str, pd.DataFrame]

SHOP = [
    Relation(parent="customers", child="orders", key="id", foreign_key="customer_id"),
    Relation(parent="staff", child="orders", key="staff_no", foreign_key="seller"),
    Relation(parent="orders", child="items", key="order_id", foreign_key="order_id"),
    Relation(parent="staff", child="staff", key="staff_no", foreign_key="boss"),
]


@pytest.fixture(scope="session")
def shop(adult: pd.DataFrame) -> Frames:
    """Older customers order more and dearer; sellers of a region sell in it; items follow their order; bosses are older."""
    rng = np.random.default_rng(5)
    people = adult[["age", "sex", "education", "hours_per_week"]] if "hours_per_week" in adult else adult.iloc[:, :4]
    customers = people.head(800).reset_index(drop=True).assign(id=np.arange(100, 900), age=rng.integers(18, 80, 800))
    per_customer = rng.poisson((customers["age"] - 18) / 15)
    owner = np.repeat(np.arange(800), per_customer)
    n = len(owner)
    staff = pd.DataFrame({"staff_no": [f"S-{i:03d}" for i in rng.permutation(60)], "region": rng.choice(["north", "south"], 60)})
    boss = np.array([-1, -1, *(rng.integers(0, 2, 8)), *rng.integers(2, 10, 50)])
    staff["age"] = np.where(np.arange(60) < 2, 60, np.where(np.arange(60) < 10, 45, 30)) + rng.integers(0, 5, 60)
    staff["boss"] = [None if b < 0 else staff["staff_no"][b] for b in boss]
    seller = rng.integers(0, 60, n)
    without = rng.random(n) < 0.1
    orders = pd.DataFrame(
        {
            "order_id": [f"O{i:06d}" for i in rng.permutation(10**6)[:n]],
            "customer_id": customers["id"].to_numpy()[owner],
            "amount": (customers["age"].to_numpy()[owner] * rng.lognormal(0, 0.25, n)).round(2),
            "place": np.where(rng.random(n) < 0.9, staff["region"].to_numpy()[seller], "abroad"),
            "seller": np.where(without, None, staff["staff_no"].to_numpy()[seller]),
        }
    )
    per_order = rng.choice([1, 2, 5], n, p=[0.5, 0.3, 0.2])
    within = np.repeat(np.arange(n), per_order)
    price = (orders["amount"].to_numpy()[within] / per_order[within] * rng.lognormal(0, 0.1, len(within))).round(2)
    items = pd.DataFrame({"order_id": orders["order_id"].to_numpy()[within], "price": price})
    return {"items": items, "orders": orders, "customers": customers, "staff": staff}


@pytest.fixture(scope="session")
def shop_model(shop: Frames) -> RelationalModel:
    return fit_tables({name: Table.of(frame) for name, frame in shop.items()}, SHOP)


@pytest.fixture(scope="session")
def new_shop(shop_model: RelationalModel) -> Frames:
    return shop_model.sample(seed=7)
