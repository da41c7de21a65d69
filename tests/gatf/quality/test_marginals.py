from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, Measure, judge
from imcp_jupyter.gatf.quality.marginals import AllPairs, Triples
from imcp_jupyter.gatf.quality.patterns import MissingPatterns
from imcp_jupyter.models.validation import Check

from ..conftest import mixed


def judged(measure: Measure, synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame | None = None) -> Check:
    tables = [Table.of(synthetic), Table.of(real), None if holdout is None else Table.of(holdout)]
    return judge(measure, Comparison(*tables, replicates=5), Limits()).check


def shuffled(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    """The first `share` of the rows with every column in its own order."""
    rng, cut = np.random.default_rng(5), int(len(frame) * share)
    mixed_up = frame.copy()
    for name in frame.columns:
        mixed_up[name] = pd.concat(
            [frame[name].iloc[:cut].sample(frac=1, random_state=int(rng.integers(999))), frame[name].iloc[cut:]]
        ).to_numpy()
    return mixed_up


def parity_gaps(rows: int, seed: int) -> pd.DataFrame:
    """Two columns that are missing together."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["a", "b", "c"])
    frame.loc[rng.random(rows) < 0.3, ["a", "b"]] = None
    return frame


@pytest.mark.parametrize("measure", [AllPairs(), Triples()])
def test_unseen_rows_pass(measure: Measure, adult: pd.DataFrame, adult_holdout: pd.DataFrame) -> None:
    assert judged(measure, adult_holdout.iloc[:8_000], adult, adult_holdout.iloc[8_000:]).verdict == "pass"
    assert judged(measure, mixed(900, 0), mixed(1_500, 1), mixed(800, 2)).verdict == "pass"


@pytest.mark.parametrize("measure", [AllPairs(), Triples()])
def test_lost_dependence_lowers_the_score_with_its_dose(measure: Measure) -> None:
    real, holdout, twin = mixed(2_000, 1), mixed(1_500, 2), mixed(1_500, 3)
    scores = [judged(measure, shuffled(twin, share), real, holdout).score or 0.0 for share in (0.0, 0.3, 0.6, 1.0)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 20


def test_cells_that_are_no_longer_missing_together_are_found() -> None:
    real, holdout, twin = parity_gaps(2_000, 1), parity_gaps(1_500, 2), parity_gaps(1_500, 3)
    assert judged(MissingPatterns(), twin, real, holdout).verdict == "pass"
    assert judged(MissingPatterns(), shuffled(twin, 1.0), real, holdout).verdict == "fail"


def test_a_table_without_gaps_has_no_patterns() -> None:
    frame = pd.DataFrame({"a": range(50), "b": [1.5, 2.5] * 25})
    assert judged(MissingPatterns(), frame, frame).verdict == "skipped"


@pytest.mark.parametrize("measure", [AllPairs(), Triples(), MissingPatterns()])
def test_odd_tables_are_judged_or_skipped(measure: Measure) -> None:
    empty = pd.DataFrame({"a": [np.nan] * 40, "b": [1.0] * 40, "c": ["x", None] * 20, "d": range(40)})
    for real, synthetic in (
        (empty, empty),
        (empty.iloc[:1], empty),
        (empty, empty.iloc[:1]),
        (mixed(60, 0), mixed(60, 1).assign(x=np.nan)),
    ):
        assert judged(measure, synthetic, real).verdict in ("pass", "warn", "fail", "skipped")
