from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.distance import Embedding, nearest
from imcp_jupyter.gatf.measure import Finding, Skipped
from imcp_jupyter.gatf.privacy import CloserToTraining, DistanceQuantile, IdenticalMatches, NearestNeighbourRatio

from ..conftest import Halves, mixed


def comparison(synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame | None = None) -> Comparison:
    return Comparison(Table.of(synthetic), Table.of(real), None if holdout is None else Table.of(holdout), replicates=50)


def finding(found: Finding | Skipped) -> Finding:
    assert isinstance(found, Finding), found
    return found


def test_a_few_copied_training_rows_fail_and_are_located() -> None:
    real, synthetic = mixed(500, 0), mixed(500, 1)
    planted = [3, 50, 51, 52, 100, 101, 102, 103, 200, 300, 400, 499]
    synthetic.iloc[planted] = real.iloc[planted].to_numpy()
    found = finding(IdenticalMatches().run(comparison(synthetic, real, mixed(500, 2))))
    assert found.gate_failed
    assert found.evidence["row_positions"] == planted


def test_copies_with_new_identifiers_are_still_copies() -> None:
    real = mixed(300, 0)
    copies = real.assign(id=np.arange(50_000, 50_300))
    assert finding(IdenticalMatches().run(comparison(copies, real))).gate_failed


def test_rows_that_any_table_of_this_kind_repeats_are_no_copies() -> None:
    rng = np.random.default_rng(0)
    tables = [pd.DataFrame({name: rng.integers(0, 12, 600).astype(str) for name in "abc"}) for _ in range(3)]
    found = finding(IdenticalMatches().run(comparison(*tables)))
    assert found.value > 0.2
    assert not found.gate_failed


def test_a_holdout_that_repeats_training_rows_cannot_hide_copies() -> None:
    real = mixed(400, 0)
    compared = comparison(real, real, real.sample(200, random_state=0))
    found = finding(IdenticalMatches().run(compared))
    assert found.gate_failed
    assert "repeats training rows" in found.evidence["holdout"]
    assert isinstance(CloserToTraining().found(compared), Skipped)


def test_a_row_said_over_and_over_does_not_decide_what_lies_closer() -> None:
    """Eight modes, most of them next to training rows by chance, are no evidence of a leak."""
    real, holdout, unseen = mixed(600, 0), mixed(600, 1), mixed(600, 2)
    against = comparison(unseen, real, holdout)
    plain = finding(CloserToTraining().run(against))
    near = against.once("neighbours", lambda: None)
    gap = near.synthetic_to_holdout[:, 0] - near.synthetic_to_train[:, 0]
    row = near.synthetic_rows[int(gap.argmax())]
    repeated = pd.concat([unseen, unseen.iloc[[row] * 900].assign(id=range(90_000, 90_900))], ignore_index=True)
    found = finding(CloserToTraining().run(comparison(repeated, real, holdout)))
    assert not found.gate_failed
    assert abs(found.value - plain.value) < 0.08


def test_copies_with_noise_lie_closer_to_training(halves: Halves) -> None:
    real = halves.real.frame.iloc[:4000]
    noisy = real.assign(age=real["age"] + 1, fnlwgt=real["fnlwgt"] + np.random.default_rng(0).integers(-50, 50, len(real)))
    compared = comparison(noisy, real, halves.holdout.frame.iloc[:4000])
    assert finding(CloserToTraining().run(compared)).gate_failed
    ratio = finding(NearestNeighbourRatio().run(compared))
    assert ratio.value < 0.5 * ratio.ceiling


def test_noise_copies_are_found_without_a_holdout_too() -> None:
    real = mixed(800, 0)
    near = real.assign(x=real["x"] + 1e-6, y=real["y"] + 1e-6)
    found = finding(DistanceQuantile().run(comparison(near, real)))
    assert found.value < 0.2


@pytest.mark.parametrize("leave_self_out", [False, True])
def test_nearest_neighbours_are_those_of_an_exhaustive_search(leave_self_out: bool) -> None:
    compared = comparison(mixed(700, 0), mixed(900, 1))
    fields = [field for field in compared.modelled if field.kind != "constant"]
    embedding = Embedding(fields, compared.real)
    points = embedding.points(compared.real)
    queries = points if leave_self_out else embedding.points(compared.synthetic)
    every = np.sqrt(((queries[:, None, :].astype(float) - points[None, :, :]) ** 2).sum(axis=2))
    if leave_self_out:
        np.fill_diagonal(every, np.inf)
    found, _ = nearest(queries, points, 2, leave_self_out=leave_self_out)
    np.testing.assert_allclose(found, np.sort(every, axis=1)[:, :2], atol=1e-7)


@pytest.mark.parametrize("width", [1, 3, 12, 40])
def test_points_too_near_for_single_precision_are_told_apart(width: int) -> None:
    rng = np.random.default_rng(width)
    points = rng.random((800, width)).astype(np.float32)
    points[400:] = points[:400] + rng.normal(0, 1e-5, (400, width)).astype(np.float32)
    points[700:] = points[0]
    queries = points[rng.permutation(800)[:300]] + rng.normal(0, 1e-5, (300, width)).astype(np.float32)
    every = np.sqrt(((queries[:, None, :].astype(float) - points) ** 2).sum(axis=2))
    found, positions = nearest(queries, points, 3)
    np.testing.assert_allclose(found, np.sort(every, axis=1)[:, :3], atol=1e-7)
    np.testing.assert_allclose(np.take_along_axis(every, positions, axis=1), found, atol=1e-7)


def test_two_rows_that_differ_in_one_category_lie_one_apart() -> None:
    real = pd.DataFrame({"c": list("abcd") * 10, "x": np.repeat(1.5, 40)})
    compared = comparison(real, real)
    points = Embedding([field for field in compared.fields if field.name == "c"], compared.real).points(compared.real)
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1)
