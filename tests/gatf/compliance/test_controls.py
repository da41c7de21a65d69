from __future__ import annotations

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.advice import ADVICE
from imcp_jupyter.gatf.compliance.controls import control_table, controls_of
from imcp_jupyter.gatf.profile import profile_names
from imcp_jupyter.gatf.run import all_measures, run_gatf
from imcp_jupyter.models.validation import Check, Verdict

from .conftest import customers


def check(check_id: str, verdict: Verdict) -> Check:
    return Check(id=check_id, dimension="compliance", title="", verdict=verdict)


def test_every_check_named_as_evidence_exists_and_every_profile_is_known() -> None:
    table = control_table()
    named = {check for entries in table.frameworks.values() for entry in entries for check in entry.checks}
    assert named <= {measure.id for measure in all_measures()}
    assert set(table.profiles) <= set(profile_names())
    assert {name for names in table.profiles.values() for name in names} == set(table.frameworks)


def test_a_control_has_the_worst_verdict_of_its_measured_checks() -> None:
    checks = [check("pii_replay", "fail"), check("pii_content", "pass"), check("pii_columns", "warn"), check("audit_chain", "skipped")]
    verdicts = {control.control: control.verdict for control in controls_of("healthcare", checks)}
    assert verdicts["45 CFR 164.514(b)(2)(i)"] == "fail"
    assert verdicts["45 CFR 164.312(b)"] == "skipped"


def test_a_report_lists_the_controls_of_its_profile_and_of_no_other() -> None:
    tables = Table.of(customers(120, 0)), Table.of(customers(200, 1))
    assert {one.framework for one in run_gatf(*tables, profile="finance", replicates=5).controls} == {"PCI DSS", "SOX"}
    assert run_gatf(*tables, replicates=5).controls == []


def test_every_check_has_advice() -> None:
    assert {measure.id for measure in all_measures()} <= set(ADVICE)
