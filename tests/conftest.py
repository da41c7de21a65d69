"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import pandas as pd
import pytest

from imcp_jupyter.data.samples import load_sample


@pytest.fixture(scope="session")
def adult() -> pd.DataFrame:
    return load_sample("adult")


@pytest.fixture(scope="session")
def adult_holdout() -> pd.DataFrame:
    return load_sample("adult-holdout")
