"""One real TabularARGN, and its process, for all tests here: importing it takes longer than all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.mostly.engine import MostlyEngine
from imcp_jupyter.synth.tabular.mostly.model import MostlyModel
from imcp_jupyter.synth.tabular.mostly.options import MostlyOptions

ROWS = 300
EPOCHS = 2


@pytest.fixture(scope="session")
def table(adult: pd.DataFrame) -> Table:
    """Real people with gaps, ids, dates, and a category of which no level is common."""
    rng = np.random.default_rng(0)
    frame = adult[["age", "workclass", "capital_gain", "sex", "income"]].head(ROWS).assign(
        street=pd.Categorical([f"Street {number // 2}" for number in range(ROWS)]),
        person=[f"P-{number:05d}" for number in rng.permutation(90_000)[:ROWS]],
        joined=pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D"),
        pay=np.where(rng.random(ROWS) < 0.3, np.nan, rng.gamma(2, 900, ROWS).round(2)),
    )  # fmt: skip
    return Table.of(frame)


@pytest.fixture(scope="session")
def shares() -> list[tuple[float, str]]:
    """The progress of the fit of `model`."""
    return []


@pytest.fixture(scope="session")
def model(table: Table, shares: list[tuple[float, str]]) -> Iterator[MostlyModel]:
    engine = MostlyEngine(MostlyOptions(max_epochs=EPOCHS), seed=5)
    fitted = engine.fit(table, lambda share, message: shares.append((share, message)))
    assert isinstance(fitted, MostlyModel)
    yield fitted
    fitted.close()


@pytest.fixture(scope="session")
def workshop(model: MostlyModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MostlyModel]:
    """A model whose process other models may use."""
    path = tmp_path_factory.mktemp("workshop") / "model.zip"
    model.save(path)
    loaded = MostlyModel.load(path)
    yield loaded
    loaded.close()
