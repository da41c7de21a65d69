from __future__ import annotations

import numpy as np
import pandas as pd

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import FOUND_CAP, Finding, Judged, Limits, Measure, incidence, judge
from imcp_jupyter.gatf.privacy.copies import IdenticalMatches
from imcp_jupyter.gatf.profile import find_profile
from imcp_jupyter.gatf.quality.validity import Validity
from imcp_jupyter.gatf.trust import trust_of

from .conftest import mixed


class Planted(Measure):
    """Finds as much as it is told."""

    id = "planted"
    dimension = "security"
    title = "Planted"
    source = "this test"
    critical = True
    needs_real = False

    def __init__(self, affected: int) -> None:
        self.planted = affected

    def run(self, comparison: Comparison) -> Finding:
        return incidence(self.planted, 10_000, f"{self.planted} cells", {"row_positions": [1]})


class Harmless(Planted):
    id = "harmless"
    critical = False


def judged(measure: Measure) -> Judged:
    return judge(measure, Comparison(Table.of(mixed(30, 0)), replicates=20, facts=None), Limits())


def test_nothing_found_scores_100_and_passes() -> None:
    found = judged(Planted(0)).check
    assert (found.score, found.verdict, found.value) == (100.0, "pass", 0.0)


def test_a_single_find_fails_and_more_of_it_scores_less() -> None:
    checks = [judged(Planted(count)).check for count in (1, 10, 100, 1_000, 5_000)]
    scores = [check.score for check in checks]
    assert all(check.verdict == "fail" for check in checks)
    assert scores == sorted(scores, reverse=True) and len(set(scores[:4])) == 4
    assert scores[0] is not None and scores[0] < FOUND_CAP
    assert scores[-1] == 0.0


def test_what_was_found_is_certain_so_its_interval_is_a_point() -> None:
    one = judged(Planted(3))
    assert np.ptp(one.scores) == 0
    assert one.check.interval == (one.check.value, one.check.value)


def test_a_failed_critical_check_caps_its_dimension_but_no_other() -> None:
    parts = [(measure, judged(measure)) for measure in (Planted(5), Harmless(0), Harmless(0), Harmless(0))]
    dimension = trust_of(parts, find_profile("general")).dimensions[0]
    assert dimension.score == parts[0][1].check.score
    assert dimension.verdict == "fail"
    assert trust_of(parts, find_profile("general")).gates_failed == []


def test_a_failed_check_that_is_not_critical_only_lowers_the_mean() -> None:
    parts = [(measure, judged(measure)) for measure in (Harmless(5), Harmless(0), Harmless(0), Harmless(0))]
    dimension = trust_of(parts, find_profile("general")).dimensions[0]
    assert dimension.score is not None and dimension.score > 75


def test_a_check_names_every_row_or_cell_it_objects_to():
    real = Table.of(pd.DataFrame({"age": np.arange(400) % 200 * 0.5, "town": ["A", "B"] * 200}))
    frame = pd.DataFrame({"age": [1.0, 500.0, 7.7], "town": ["A", "A", "A"]})
    comparison = Comparison(Table.of(frame), real, seed=1)
    assert IdenticalMatches().affected(comparison).rows.tolist() == [True, False, False]
    assert {name: mask.tolist() for name, mask in Validity().affected(comparison).cells.items()} == {"age": [False, True, False]}
