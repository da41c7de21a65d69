"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.tools import registry
from imcp_jupyter.workspace.workspace import Workspace

FIXTURES = Path(__file__).parent / "fixtures"

# A busy machine is no fault of the code: properties are judged by what they find, not by how long an example takes.
hypothesis.settings.register_profile("steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def adult() -> pd.DataFrame:
    return load_sample("adult")


@pytest.fixture(scope="session")
def adult_holdout() -> pd.DataFrame:
    return load_sample("adult-holdout")


@pytest.fixture(scope="session")
def small_shop() -> dict[str, pd.DataFrame]:
    """Older customers order more and dearer; one order in ten has no seller."""
    rng = np.random.default_rng(11)
    people = pd.DataFrame({"id": np.arange(1000, 1120), "age": rng.integers(18, 80, 120)})
    people["city"] = rng.choice(["Rome", "Oslo", "Bern"], 120)
    staff = pd.DataFrame({"staff_no": [f"S-{number:03d}" for number in range(20)], "region": rng.choice(["north", "south"], 20)})
    owner = np.repeat(np.arange(120), rng.poisson((people["age"] - 18) / 10))
    n = len(owner)
    seller = staff["staff_no"].to_numpy()[rng.integers(0, 20, n)]
    orders = pd.DataFrame(
        {
            "order_no": [f"O{number:06d}" for number in rng.permutation(10**6)[:n]],
            "customer_id": people["id"].to_numpy()[owner],
            "amount": (people["age"].to_numpy()[owner] * rng.lognormal(0, 0.3, n)).round(2),
            "paid": (rng.random(n) * 10).round(2),
            "staff_no": np.where(rng.random(n) < 0.1, None, seller),
        }
    )
    return {"customers": people, "orders": orders, "staff": staff}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace folder that every process started by the test uses."""
    monkeypatch.setenv("IMCP_HOME", str(tmp_path / "imcp"))
    return tmp_path / "imcp"


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = Workspace.open(Settings.load())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def toy_modules() -> Iterator[None]:
    """The tools of fixtures/toy_tools.py, in this process and in all it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(FIXTURES), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
        patch.setenv(registry.MODULES_VARIABLE, "toy_tools")
        patch.syspath_prepend(str(FIXTURES))
        registry._tools.cache_clear()
        yield
    registry._tools.cache_clear()


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Poll a condition until it holds; fails with its name after a deadline."""

    def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not true after {seconds} s: {condition}"
            os.sched_yield()

    return wait
