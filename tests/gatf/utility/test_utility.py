from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.measure import Limits, Measure, judge
from imcp_jupyter.gatf.utility import MEASURES, Calibration, FeatureImportance, FurtherTargets, TrainSyntheticTestReal
from imcp_jupyter.gatf.utility.calibration import calibration_error
from imcp_jupyter.gatf.utility.importance import spearman
from imcp_jupyter.models.validation import Check

from ..conftest import mixed


@pytest.fixture(scope="module")
def real(adult: pd.DataFrame) -> Table:
    return Table.of(adult.iloc[:8_000])


@pytest.fixture(scope="module")
def holdout(adult_holdout: pd.DataFrame) -> Table:
    return Table.of(adult_holdout.iloc[:4_000])


@pytest.fixture(scope="module")
def unseen(adult_holdout: pd.DataFrame) -> pd.DataFrame:
    return adult_holdout.iloc[4_000:10_000].reset_index(drop=True)


def checks(synthetic: pd.DataFrame, real: Table, holdout: Table | None, *measures: type[Measure], target: str | None = None) -> list[Check]:
    compared = Comparison(Table.of(synthetic), real, holdout, replicates=30, target=target)
    return [judge(measure(), compared, Limits()).check for measure in measures or MEASURES]


def flipped(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    """The incomes of `share` of the rows exchanged."""
    hit = np.random.default_rng(1).random(len(frame)) < share
    low, high = sorted(frame["income"].unique())
    other = frame["income"].map({low: high, high: low})
    return frame.assign(income=frame["income"].where(~hit, other))


def test_unseen_rows_pass_every_check_on_adult(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    assert {check.id: check.verdict for check in checks(unseen, real, holdout)} == dict.fromkeys((item.id for item in MEASURES), "pass")


def test_unseen_rows_pass_every_check_without_a_holdout(unseen: pd.DataFrame, real: Table) -> None:
    assert [check.verdict for check in checks(unseen, real, None)] == ["pass"] * 4


@pytest.mark.parametrize("rows", [200, 1_500])
def test_unseen_rows_pass_on_a_table_of_all_kinds(rows: int) -> None:
    found = checks(mixed(rows, 1), Table.of(mixed(rows, 2)), Table.of(mixed(rows, 3)))
    assert {check.verdict for check in found} == {"pass", "skipped"}
    assert next(check for check in found if check.id == "calibration").explanation.startswith("The target 'y' is a number")


def test_flipped_labels_fail_calibration_by_name_and_worse_with_the_dose(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    found = [checks(flipped(unseen, share), real, holdout, Calibration)[0] for share in (0.0, 0.1, 0.3, 0.5)]
    scores = [check.score or 0.0 for check in found]
    assert scores == sorted(scores, reverse=True)
    assert (found[2].verdict, found[2].evidence["target"]) == ("fail", "income")
    assert found[2].evidence["brier_score"]["synthetic"] > found[2].evidence["brier_score"]["real"]


def test_flipped_labels_leave_other_targets_alone(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    (check,) = checks(flipped(unseen, 0.5), real, holdout, FurtherTargets)
    assert (check.score or 0) > 95


def test_shuffled_columns_fail_the_ratios_and_the_importances(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    rng = np.random.default_rng(0)
    shuffled = pd.DataFrame({name: column.to_numpy()[rng.permutation(len(unseen))] for name, column in unseen.items()})
    found = checks(shuffled, real, holdout, TrainSyntheticTestReal, FurtherTargets, FeatureImportance)
    assert [check.verdict for check in found] == ["fail"] * 3


def test_a_dozen_rows_over_and_over_lose_utility(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    collapsed = pd.concat([unseen.iloc[:12]] * 300)
    found = checks(collapsed, real, holdout, TrainSyntheticTestReal, Calibration)
    assert [check.verdict for check in found] == ["fail", "fail"]


def test_importances_of_an_exchanged_column_differ_and_name_it() -> None:
    real, holdout, synthetic = (importances(3_000, seed) for seed in (0, 1, 2))
    synthetic[["a", "e"]] = synthetic[["e", "a"]].to_numpy()
    (check,) = checks(synthetic, Table.of(real), Table.of(holdout), FeatureImportance, target="z")
    assert check.verdict == "fail"
    assert check.evidence["columns"][0] in ("a", "e")


def test_the_asked_for_target_is_not_among_the_further_ones(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    main, further = checks(unseen, real, holdout, TrainSyntheticTestReal, FurtherTargets, target="education_num")
    assert main.evidence["metric"] == "R²"
    assert "education_num" not in further.evidence["columns"]


def test_many_classes_are_judged_by_the_predicted_one(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    (check,) = checks(unseen, real, holdout, Calibration, target="occupation")
    assert check.verdict == "pass"


def test_tables_without_relations_are_skipped_with_a_reason() -> None:
    rng = np.random.default_rng(0)
    frames = [pd.DataFrame({"a": rng.normal(size=500), "b": rng.normal(size=500), "label": rng.choice(["u", "v"], 500)}) for _ in range(3)]
    found = checks(frames[0], Table.of(frames[1]), Table.of(frames[2]))
    assert [check.verdict for check in found] == ["skipped"] * 4
    assert "Even real rows do not predict 'label'" in found[0].explanation
    assert "predict no further column" in found[1].explanation


def test_a_single_class_of_synthetic_rows_is_a_failure_and_no_crash(unseen: pd.DataFrame, real: Table, holdout: Table) -> None:
    found = checks(unseen.assign(income=unseen["income"].iloc[0]), real, holdout)
    assert found[0].verdict == "fail"


@pytest.mark.parametrize("rows", [1, 2, 25])
def test_few_rows_are_skipped_or_judged(rows: int) -> None:
    for check in checks(mixed(rows, 1), Table.of(mixed(60, 2)), Table.of(mixed(60, 3))):
        assert check.score is None or 0 <= check.score <= 100


def test_a_wide_table_permutes_only_related_columns() -> None:
    rng = np.random.default_rng(3)

    def wide(rows: int) -> pd.DataFrame:
        noise = pd.DataFrame(rng.normal(size=(rows, 60)), columns=[f"n{at}" for at in range(60)])
        related = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
        return pd.concat([noise, related], axis=1).assign(target=related @ [4.0, 3.0, 2.0, 1.0])

    (check,) = checks(wide(600), Table.of(wide(600)), Table.of(wide(600)), FeatureImportance)
    assert check.verdict == "pass"
    assert (check.evidence["features"], check.evidence["of"]) == (30, 64)
    assert list(check.evidence["importance"])[:2] == ["a", "b"]


def test_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    stated = np.repeat([0.1, 0.4, 0.8], 100)
    happened = np.concatenate([np.arange(100) < 30, np.arange(100) < 40, np.arange(100) < 70]).astype(float)
    assert calibration_error(stated, happened, 3)[0] == pytest.approx((0.2 + 0.0 + 0.1) / 3, abs=1e-6)
    weights = np.ones((300, 2), dtype=np.float32)
    weights[:100, 1] = 0
    assert calibration_error(stated, happened, 3, weights) == pytest.approx([0.1, 0.05], abs=1e-6)


def test_rank_correlation_ties_what_hardly_matters() -> None:
    assert spearman(np.array([8.0, 4.0, 2.0, 0.01, 0.0]), np.array([9.0, 5.0, 1.0, 0.0, 0.01])) == 1.0
    assert spearman(np.array([8.0, 4.0, 2.0]), np.array([2.0, 4.0, 8.0])) == -1.0
    assert spearman(np.array([1.0, 2.0, 3.0]), np.zeros(3)) == 0.0


def importances(rows: int, seed: int) -> pd.DataFrame:
    """Columns a to f that matter less and less for z."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 6)), columns=list("abcdef"))
    return frame.assign(z=frame @ [5.0, 4.0, 3.0, 2.0, 1.0, 0.0] + rng.normal(size=rows))
