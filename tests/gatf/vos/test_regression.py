from __future__ import annotations

import pytest

from imcp_jupyter.gatf.vos.regression import held_against


@pytest.mark.parametrize(
    ("value", "baseline", "minimum", "verdict", "words"),
    [
        (90.0, {}, {}, "new", None),
        (90.0, {"trust": 91.0}, {}, "pass", None),
        (88.9, {"trust": 91.0}, {}, "fail", "2.10 under the baseline of 91.00"),
        (99.0, {"trust": 91.0}, {}, "pass", None),
        (79.0, {}, {"trust": 80}, "fail", "under the minimum of 80"),
        (None, {"trust": 91.0}, {}, "fail", "could not be measured, but was in the baseline"),
    ],
)
def test_a_score_is_held_against_minimum_and_baseline(
    value: float | None, baseline: dict[str, float], minimum: dict[str, float], verdict: str, words: str | None
) -> None:
    (line,) = held_against("case", {"trust": value}, ["trust"], baseline, minimum, tolerance=2)
    assert line.verdict == verdict
    assert (line.reason is None) if words is None else words in (line.reason or "")


def test_a_metric_of_the_baseline_cannot_vanish_unnoticed() -> None:
    lines = held_against("case", {"trust": 90.0, "privacy": None}, [], {"trust": 90.0, "privacy": 80.0}, {}, tolerance=2)
    assert {line.metric: line.verdict for line in lines} == {"trust": "pass", "privacy": "fail"}
