from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.gatf.validate import validate_data
from imcp_jupyter.models.validation import ReportDocument

from .conftest import Halves, check, mixed


def dimension(document: ReportDocument, name: str) -> float:
    score = next(item for item in document.dimensions if item.name == name).score
    assert score is not None
    return score


def test_unseen_real_rows_score_high_and_pass_every_gate(unseen_report: ReportDocument) -> None:
    assert unseen_report.score >= 85
    assert unseen_report.gates_failed == []
    assert unseen_report.level == "verified"
    assert unseen_report.badge in ("gold", "platinum")
    assert unseen_report.interval[0] <= unseen_report.score <= unseen_report.interval[1]
    assert unseen_report.interval[1] - unseen_report.interval[0] < 10


def test_copied_training_rows_fail_privacy_and_end_at_24(copied_report: ReportDocument) -> None:
    assert "identical_matches" in copied_report.gates_failed
    assert "dcr_share" in copied_report.gates_failed
    assert copied_report.score <= 24
    assert copied_report.interval[1] <= 24
    assert (copied_report.level, copied_report.badge) == ("none", "none")
    assert dimension(copied_report, "privacy") <= 24
    assert dimension(copied_report, "quality") > 90  # copies look perfect: only privacy tells


def test_shuffled_columns_lose_quality_and_utility_but_not_privacy(shuffled_report: ReportDocument) -> None:
    assert dimension(shuffled_report, "quality") < 50
    assert dimension(shuffled_report, "utility") < 60
    assert dimension(shuffled_report, "privacy") > 80
    assert shuffled_report.level in ("none", "low")


def test_thirty_percent_copies_fail_the_gate_of_copies(adult: pd.DataFrame, halves: Halves) -> None:
    real = adult.iloc[:8_000]
    synthetic = pd.concat([halves.unseen.iloc[:1_400], real.sample(600, random_state=3)])
    document = run_gatf(Table.of(synthetic), Table.of(real), halves.holdout, replicates=20)
    found = check(document, "identical_matches")
    assert (found.verdict, found.gate) == ("fail", True)
    assert found.value == pytest.approx(0.3, abs=0.01)
    assert document.score <= 24


def test_the_same_seed_gives_the_same_document() -> None:
    tables = [Table.of(mixed(300, seed)) for seed in (0, 1, 2)]
    first, again, other = (run_gatf(*tables, seed=seed, replicates=30).model_dump(exclude={"created", "seconds"}) for seed in (7, 7, 8))
    assert json.dumps(first, sort_keys=True) == json.dumps(again, sort_keys=True)
    assert first["interval"] != other["interval"]


def test_without_the_real_table_checks_are_skipped_with_a_reason_and_nothing_is_trusted() -> None:
    document = run_gatf(Table.of(mixed(100, 0)))
    assert (document.score, document.level, document.badge) == (0.0, "none", "none")
    skipped = [item for item in document.checks if item.verdict == "skipped"]
    told = {"lineage", "audit_chain", "purpose_retention", "domain_rules"}
    untold = {"canary_replay", "epsilon_evidence", *told}  # skipped for what nobody declared
    assert all("real table" in item.explanation for item in skipped if item.id not in untold)
    assert check(document, "validity").verdict == "pass"  # keys can be judged alone
    alone = {"security", "compliance"}  # cells can be judged alone, but earn no trust by themselves
    assert all(item.verdict == "skipped" and item.reason for item in document.dimensions if item.name not in alone)
    assert all(item.weight == 0 for item in document.dimensions)
    assert all(dimension(document, name) == 100 for name in alone)


def test_without_a_holdout_distances_among_real_rows_stand_in() -> None:
    document = run_gatf(Table.of(mixed(400, 1)), Table.of(mixed(600, 2)), replicates=30)
    assert check(document, "dcr_share").verdict == "skipped"
    assert check(document, "dcr_quantile").verdict == "pass"
    measured = {item.name for item in document.dimensions if item.score is not None}
    assert measured >= {"quality", "utility", "privacy", "security", "compliance", "grounding"}


def test_a_holdout_without_the_real_table_is_refused() -> None:
    with pytest.raises(InvalidInput, match="without the real table"):
        run_gatf(Table.of(mixed(50, 0)), None, Table.of(mixed(50, 1)))


def test_disjoint_columns_are_refused_naming_both_sides() -> None:
    real = mixed(50, 0)
    with pytest.raises(InvalidInput, match=r"'other_id'.* against 'id'") as caught:
        run_gatf(Table.of(real.add_prefix("other_")), Table.of(real))
    assert caught.value.field == "synthetic"


def test_columns_in_one_table_only_are_named_and_the_shared_ones_compared() -> None:
    real = mixed(200, 0)
    synthetic = mixed(200, 1).drop(columns=["amount"]).assign(extra=1)
    found = check(run_gatf(Table.of(synthetic), Table.of(real), replicates=10), "structure")
    assert found.verdict == "fail"
    assert found.evidence["missing_columns"] == ["amount"]
    assert found.evidence["extra_columns"] == ["extra"]


def test_text_from_a_csv_is_read_as_the_real_columns_are() -> None:
    real, synthetic = mixed(300, 0), mixed(300, 1)
    typed = validate_data(Table.of(synthetic), Table.of(real), replicates=10)
    text = synthetic.astype(str).replace({"nan": None, "None": None, "NaT": None})
    untyped = validate_data(Table.of(text), Table.of(real), replicates=10)
    for item in typed.checks:
        if item.id == "data_structure":  # compares how columns are stored, and text is stored as text
            continue
        assert check(untyped, item.id).value == pytest.approx(item.value), item.id


def test_a_column_of_another_type_is_a_clear_failure() -> None:
    synthetic = mixed(200, 1).assign(x="abc")
    found = check(run_gatf(Table.of(synthetic), Table.of(mixed(200, 0)), replicates=10), "structure")
    assert found.verdict == "fail"
    assert "no value can be read as continuous" in found.evidence["wrong_types"]["x"]


@pytest.mark.parametrize("rows", [(1, 1, 1), (1, 50, 50), (50, 1, 50), (2, 2, 2), (50, 50, 1)])
def test_tiny_tables_are_judged_as_far_as_they_go(rows: tuple[int, int, int]) -> None:
    tables = [Table.of(mixed(count, seed), {"id": "id"}) for seed, count in enumerate(rows)]
    document = run_gatf(*tables, replicates=10)
    assert 0 <= document.score <= 100
    assert document.badge == "none"
    json.dumps(document.model_dump(mode="json"), allow_nan=False)


def test_odd_columns_do_not_break_a_run() -> None:
    real, synthetic, holdout = (mixed(120, seed) for seed in (0, 1, 2))
    oddities = [
        synthetic.assign(x=np.nan, level=None),
        synthetic.assign(x=1.0, flag=False),
        synthetic.assign(at=pd.Timestamp("2024-01-01")),
        synthetic.assign(at=synthetic["at"].dt.tz_localize("Europe/Berlin")),
        synthetic.convert_dtypes(),
        synthetic.assign(level=pd.Categorical(synthetic["level"], categories=list("edcbaz"))),
    ]
    documents = [run_gatf(Table.of(odd), Table.of(real), Table.of(holdout), replicates=5) for odd in oddities]
    documents += [run_gatf(Table.of(synthetic), Table.of(odd), replicates=5) for odd in oddities[:3]]
    for document in documents:
        assert 0 <= document.interval[0] <= document.score <= document.interval[1] <= 100


def test_unknown_names_are_refused_with_the_nearest() -> None:
    table = Table.of(mixed(50, 0))
    with pytest.raises(NotFound, match="healthcare"):
        run_gatf(table, table, profile="helthcare")
    with pytest.raises(NotFound, match="'level'"):
        run_gatf(table, table, target="levle")
    with pytest.raises(InvalidInput, match="no model can predict"):
        run_gatf(table, table, target="id")


def test_progress_rises_to_one_and_can_stop_the_run() -> None:
    seen: list[float] = []
    table, real = Table.of(mixed(60, 0)), Table.of(mixed(60, 1))
    run_gatf(table, real, replicates=5, progress=lambda share, message: seen.append(share))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(seen) > 10

    class Stop(Exception): ...

    def stop(share: float, message: str) -> None:
        if share > 0.3:
            raise Stop

    with pytest.raises(Stop):
        run_gatf(table, real, replicates=5, progress=stop)


def test_a_whole_run_on_adult_stays_within_its_time(shuffled_run: tuple[ReportDocument, float]) -> None:
    document, cpu_seconds = shuffled_run  # wall time would measure the neighbours too
    assert document.holdout is not None
    assert (document.synthetic.rows, document.holdout.rows, document.replicates) == (16_281, 16_281, 200)
    assert cpu_seconds < 20  # 15 s wall on two cores, both of which the distances use


def test_names_of_the_tables_are_those_given() -> None:
    table = Table.of(mixed(40, 0))
    document = run_gatf(table, table, names={"synthetic": "made@2", "real": "demo:mixed"}, replicates=5)
    assert document.synthetic.name == "made@2"
    assert document.real is not None
    assert (document.real.name, document.real.content_hash) == ("demo:mixed", table.content_hash)
