from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.gatf.security import LabelNoise
from imcp_jupyter.models.validation import Check

from ..conftest import Halves, mixed


def claims(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, rows))
    return pd.DataFrame({"x": x, "y": y, "label": np.where(x + y + rng.normal(scale=0.3, size=rows) > 0, "paid", "refused")})


def judged(frame: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame | None = None, target: str | None = None) -> Check:
    tables = [Table.of(frame), Table.of(real), None if holdout is None else Table.of(holdout)]
    return judge(LabelNoise(), Comparison(*tables, target=target, replicates=20), Limits()).check  # type: ignore[arg-type]


REAL, HOLDOUT = claims(2_000, 0), claims(1_000, 1)


@pytest.mark.parametrize("holdout", [HOLDOUT, None])
def test_the_score_falls_with_the_share_of_flipped_labels(holdout: pd.DataFrame | None) -> None:
    scores = []
    for dose in (0, 100, 300, 450):
        frame = claims(1_000, 2)
        frame.loc[: dose - 1, "label"] = frame.loc[: dose - 1, "label"].map({"paid": "refused", "refused": "paid"})
        scores.append(judged(frame, REAL, holdout).score or 0.0)
    assert scores[0] > 95
    assert scores == sorted(set(scores), reverse=True)
    assert scores[2] < 50


def test_flipped_rows_are_among_those_shown() -> None:
    frame = claims(1_000, 3)
    flipped = frame["x"] + frame["y"] > 2.5
    frame.loc[flipped, "label"] = "refused"
    shown = judged(frame, REAL, HOLDOUT).evidence["row_positions"]
    assert len(shown) == 20
    assert set(shown) <= set(np.flatnonzero(flipped).tolist())


def test_unseen_real_rows_are_as_noisy_as_real_ones(halves: Halves) -> None:
    comparison = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=20)
    found = judge(LabelNoise(), comparison, Limits()).check
    assert found.verdict == "pass"
    assert found.evidence["target"] == "income"


def test_labels_that_nothing_tells_or_that_are_not_there_are_skipped() -> None:
    noise = claims(1_000, 4).assign(label=np.random.default_rng(0).choice(["a", "b"], 1_000))
    assert judged(noise, noise).verdict == "skipped"
    assert judged(mixed(200, 0), mixed(300, 1)).verdict == "skipped"
    assert judged(claims(20, 0), REAL).verdict == "skipped"
    assert judged(claims(300, 0), REAL, target="x").verdict == "skipped"
    assert judged(claims(300, 0)[["label"]], REAL[["label"]]).verdict == "skipped"
    once = REAL.assign(label="paid")
    once.loc[0, "label"] = "refused"
    assert judged(claims(300, 0), once).verdict == "skipped"
