"""Bundled real tables, for the demo, the notebooks and the tests. LICENSE.md beside this file names the sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NotFound, did_you_mean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sample:
    name: str
    title: str
    file: str
    rows: int
    licence: str

    @property
    def path(self) -> Path:
        return Path(__file__).parent / self.file


SAMPLES: dict[str, Sample] = {
    sample.name: sample
    for sample in (
        Sample("adult", "Adult census income, training part", "adult-train.parquet", 32_561, "CC BY 4.0"),
        Sample("adult-holdout", "Adult census income, test part", "adult-test.parquet", 16_281, "CC BY 4.0"),
    )
}


def find_sample(name: str, field: str = "data") -> Sample:
    """The sample called `name`. Raises `NotFound` naming the nearest."""
    if name not in SAMPLES:
        raise NotFound(f"there is no demo dataset '{name}'", field=field, hint=did_you_mean(name, SAMPLES))
    return SAMPLES[name]


def load_sample(name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(find_sample(name).path)
