"""Privacy as a whole: no false alarms over seeds and tables, and no leak overlooked."""

from __future__ import annotations

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Judged, Limits, Measure, judge
from imcp_jupyter.gatf.privacy import MEASURES
from imcp_jupyter.models.validation import ReportDocument

from ..conftest import mixed
from .test_replay import near_copies


def judged(synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> list[tuple[Measure, Judged]]:
    compared = Comparison(Table.of(synthetic, Table.of(real).schema), Table.of(real), Table.of(holdout), replicates=30, seed=seed)
    return [(measure, judge(measure, compared, Limits())) for measure in (made() for made in MEASURES)]


def mean(found: list[tuple[Measure, Judged]]) -> float:
    scored = [(measure.weight, one.check.score) for measure, one in found if one.check.score is not None]
    return sum(weight * score for weight, score in scored) / sum(weight for weight, _ in scored)


def failed(found: list[tuple[Measure, Judged]]) -> set[str]:
    return {one.check.id for _, one in found if one.check.verdict == "fail"}


@pytest.mark.parametrize("seed", range(5))
def test_unseen_rows_score_near_100_and_fail_nothing_whatever_the_seed(seed: int) -> None:
    found = judged(mixed(1500, 3 * seed + 1), mixed(1500, 3 * seed + 2), mixed(1500, 3 * seed + 3), seed)
    assert failed(found) == set()
    assert mean(found) > 97


def test_unseen_rows_of_adult_score_near_100(unseen_report: ReportDocument) -> None:
    score = next(item.score for item in unseen_report.dimensions if item.name == "privacy")
    assert score is not None
    assert score > 97


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_copies_and_copies_with_one_cell_changed_fail_at_every_dose(share: float) -> None:
    real, unseen, holdout = mixed(1500, 2), mixed(1500, 1), mixed(1500, 3)
    planted = int(share * 1500)
    kept = unseen.iloc[planted:]
    assert {"identical_matches", "near_copies"} <= failed(judged(pd.concat([kept, real.sample(planted, random_state=1)]), real, holdout))
    assert "near_copies" in failed(judged(pd.concat([kept, near_copies(real, planted)]), real, holdout))
