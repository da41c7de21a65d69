"""One real CTGAN, and its process, for all tests here: importing SDV takes longer than all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.codec import TableCodec
from imcp_jupyter.synth.tabular.sdv.engine import CtganEngine, SdvEngine
from imcp_jupyter.synth.tabular.sdv.model import SdvModel, fit_model
from imcp_jupyter.synth.tabular.sdv.options import CtganOptions

ROWS = 300


@pytest.fixture(scope="session")
def table(adult: pd.DataFrame) -> Table:
    """Real people with gaps, ids, dates, and a column name that SDV would take for personal data."""
    rng = np.random.default_rng(0)
    frame = adult[["age", "workclass", "capital_gain", "sex", "income"]].head(ROWS).assign(
        city=rng.choice(["Rome", "Oslo"], ROWS),
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
def model(table: Table, shares: list[tuple[float, str]]) -> Iterator[SdvModel]:
    fitted = CtganEngine(CtganOptions(epochs=2), seed=5).fit(table, lambda share, message: shares.append((share, message)))
    yield fitted
    fitted.close()


def refit(kind: type[SdvEngine], model: SdvModel, table: Table, seed: int, **options: object) -> SdvModel:
    """Fit again in the process of `model`."""
    codec, features = TableCodec.fit(table)
    given = kind.options_type(**options).model_dump()
    return fit_model(kind.model, table.schema, codec, features, given, seed, lambda share, message: None, model.process)


@pytest.fixture
def fit_again(model: SdvModel, table: Table) -> Callable[..., SdvModel]:
    return partial(refit, model=model, table=table)
