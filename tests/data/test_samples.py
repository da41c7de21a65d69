from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.data import samples
from imcp_jupyter.errors import NotFound


def test_the_census_has_its_published_size_and_missing_values(adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> None:
    assert adult.shape == (32_561, 15)
    assert adult_holdout.shape == (16_281, 15)
    assert adult.isna().sum()[lambda count: count > 0].to_dict() == {"workclass": 1836, "occupation": 1843, "native_country": 583}
    assert set(adult["income"]) == set(adult_holdout["income"]) == {"<=50K", ">50K"}


def test_every_sample_is_there_with_its_rows_and_licence() -> None:
    licences = (Path(samples.__file__).parent / "LICENSE.md").read_text()
    for sample in samples.SAMPLES.values():
        assert len(samples.load_sample(sample.name)) == sample.rows
        assert sample.file in licences


def test_an_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'adult'"):
        samples.find_sample("adlt")
