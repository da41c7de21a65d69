from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Affected, Limits, Skipped, judge
from imcp_jupyter.gatf.quality import CompositeKeys

from ..conftest import Halves, mixed


def visits(rows: int, seed: int) -> pd.DataFrame:
    """One row per person and day."""
    rng = np.random.default_rng(seed)
    at = rng.choice(200 * 60, rows, replace=False)
    return pd.DataFrame({"person": at // 60, "day": at % 60, "ward": rng.choice(list("abc"), rows), "cost": rng.normal(size=rows)})


def comparison(synthetic: pd.DataFrame, seed: int = 0) -> Comparison:
    return Comparison(*(Table.of(one) for one in (synthetic, visits(2000, 3 * seed + 1), visits(2000, 3 * seed + 2))), replicates=20)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unseen_rows_keep_the_key_that_real_has(seed: int) -> None:
    found = judge(CompositeKeys(), comparison(visits(2000, 3 * seed), seed), Limits()).check
    assert found.verdict == "pass"
    assert list(found.evidence["keys"]) == ["person × day"]


def test_every_repeated_key_is_named_and_the_score_falls_with_their_number() -> None:
    scores = []
    for planted in (0, 100, 400, 1500):
        broken = visits(2000, 0)
        broken.loc[broken.index[2000 - planted :], ["person", "day"]] = broken.loc[[0], ["person", "day"]].to_numpy()
        compared = comparison(broken)
        found, affected = judge(CompositeKeys(), compared, Limits()).check, CompositeKeys().affected(compared)
        assert isinstance(affected, Affected)
        assert affected.rows is not None
        assert np.flatnonzero(affected.rows).tolist() == list(range(2000 - planted, 2000))
        assert found.verdict == ("fail" if planted else "pass")
        scores.append(found.score or 0.0)
    assert scores == sorted(scores, reverse=True)


def test_pairs_that_are_unique_by_chance_are_no_keys(halves: Halves) -> None:
    adult = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=20)
    assert isinstance(CompositeKeys().found(adult), Skipped)
    small = Comparison(*(Table.of(mixed(300, seed)) for seed in range(3)), replicates=20)
    assert isinstance(CompositeKeys().found(small), Skipped)
    assert CompositeKeys().affected(small) is None
    few = Comparison(*(Table.of(mixed(10, seed)) for seed in range(2)), replicates=20)
    assert isinstance(CompositeKeys().found(few), Skipped)
