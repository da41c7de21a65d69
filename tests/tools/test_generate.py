"""SDV and MOSTLY by one name, from the Python face down to the process and back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import imcp_jupyter as imcp
from imcp_jupyter.errors import InvalidInput


def test_an_sdv_engine_is_one_name_away(home: Path, adult: pd.DataFrame) -> None:
    real = adult.head(500)
    made = imcp.generate_tabular(
        real, rows=200, engine="sdv:gaussian_copula", engine_options={"default_distribution": "norm"}, seed=7, name="twin"
    )
    assert made.data.dtypes.to_dict() == real.dtypes.to_dict()
    assert made.card.engine_licence == "BUSL-1.1"
    assert made.card.versions["sdv"].startswith("2.")
    again = imcp.generate_tabular(
        real, rows=200, engine="sdv:gaussian_copula", engine_options={"default_distribution": "norm"}, seed=7, name="twin"
    )
    assert again.result.cached
    assert made.model.sample(200, seed=7).equals(made.data)  # read back from the workspace, signature checked

    (home / "keys" / "model-signing.key").write_bytes(b"another key, of thirty-two bytes")
    try:
        again.model.sample(10, seed=1)  # a handle of its own: what `made.model` has loaded and checked stays loaded
    except InvalidInput as error:
        assert "signature" in error.message
    else:
        raise AssertionError("a model signed with another key was loaded")


def test_mostly_is_one_name_away(home: Path, adult: pd.DataFrame) -> None:
    real = adult[["age", "sex", "income"]].head(300)
    made = imcp.generate_tabular(real, rows=100, engine="mostly", engine_options={"max_epochs": 1, "model": "small"}, seed=7)
    assert made.data.dtypes.to_dict() == real.dtypes.to_dict()
    assert made.card.engine_licence == "Apache-2.0"
    assert made.card.versions["mostlyai-engine"].startswith("2.7")
