from __future__ import annotations

import numpy as np
import pytest

from imcp_jupyter.gatf.measure import Judged
from imcp_jupyter.gatf.privacy import IdenticalMatches
from imcp_jupyter.gatf.profile import find_profile, profile_names
from imcp_jupyter.gatf.quality import ClassifierTwoSample, ColumnShapes
from imcp_jupyter.gatf.trust import level_of, trust_of
from imcp_jupyter.gatf.utility import TrainSyntheticTestReal
from imcp_jupyter.models.validation import DIMENSIONS, Check

MEASURES = (ColumnShapes(), TrainSyntheticTestReal(), IdenticalMatches())


def judged(
    score: float | None, measure: ColumnShapes | TrainSyntheticTestReal | IdenticalMatches, verdict: str = "pass", spread: float = 0.0
) -> Judged:
    check = Check.model_validate(
        {"id": measure.id, "dimension": measure.dimension, "title": measure.title, "score": score, "verdict": verdict, "gate": measure.gate}
    )
    return Judged(check, np.empty(0) if score is None else score + spread * np.linspace(-1, 1, 201))


def trust(*scores: float | None, verdict: str = "pass", spread: float = 0.0):  # type: ignore[no-untyped-def]
    parts = [
        (measure, judged(score, measure, "skipped" if score is None else verdict, spread))
        for measure, score in zip(MEASURES, scores, strict=True)
    ]
    return trust_of(parts, find_profile("general"))


def test_trust_is_the_geometric_mean_of_the_dimensions() -> None:
    assert trust(80.0, 90.0, 60.0).score == pytest.approx((80 * 90 * 60) ** (1 / 3))


def test_the_interval_comes_from_the_replicates() -> None:
    low, high = trust(80.0, 80.0, 80.0, spread=10).interval
    assert (low, high) == pytest.approx((70.5, 89.5), abs=0.1)


def test_the_badge_follows_the_lower_bound_and_the_level_the_score() -> None:
    found = trust(90.0, 90.0, 90.0, spread=8)
    assert (found.level, found.badge) == ("verified", "silver")
    assert trust(96.0, 96.0, 96.0).badge == "platinum"


def test_a_failed_gate_caps_everything_at_24() -> None:
    found = trust(100.0, 100.0, 70.0, verdict="fail", spread=5)
    assert (found.score, found.interval, found.level, found.badge) == (24.0, (24.0, 24.0), "none", "none")
    assert found.gates_failed == ["identical_matches"]


def test_a_skipped_required_dimension_leaves_no_badge_and_its_weight_to_the_others() -> None:
    found = trust(96.0, None, 96.0)
    assert found.badge == "none"
    assert [dimension.weight for dimension in found.dimensions] == [0.5, 0.0, 0.5]


def test_a_dimension_of_which_most_is_unmeasured_is_skipped() -> None:
    parts = [(ColumnShapes(), judged(100.0, ColumnShapes())), (ClassifierTwoSample(), judged(None, ColumnShapes(), "skipped"))]
    found = trust_of(parts, find_profile("general"))
    assert found.dimensions[0].verdict == "skipped"


@pytest.mark.parametrize(("score", "level"), [(0, "none"), (24.9, "none"), (25, "low"), (50, "medium"), (75, "high"), (90, "verified")])
def test_levels_start_where_the_contract_says(score: float, level: str) -> None:
    assert level_of(score) == level


@pytest.mark.parametrize("name", ["general", "healthcare", "finance", "eu", "retail", "public_sector"])
def test_every_profile_weighs_every_dimension_and_requires_some(name: str) -> None:
    profile = find_profile(name)
    assert name in profile_names()
    assert profile.name == name
    assert set(profile.weights) == set(DIMENSIONS)
    assert set(profile.required) >= {"privacy"}
