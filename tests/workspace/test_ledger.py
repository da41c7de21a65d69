from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.errors import BudgetExceeded, InvalidInput, NotFound
from imcp_jupyter.models.job import Principal
from imcp_jupyter.workspace.ledger import Ledger
from imcp_jupyter.workspace.workspace import Workspace

PEOPLE = "a" * 64
OTHERS = "b" * 64
DELTA = 1e-9
RHO_OF_ONE = 0.0149731  # of (1, 1e-9); the tests of the accounting have it from a fine grid of orders


def spend(ledger: Ledger, epsilon: float, content_hash: str = PEOPLE, delta: float = DELTA) -> int:
    with ledger.reserved(content_hash, "people", epsilon, delta, "job", Principal(subject="ada", face="rest")) as reservation:
        reservation.begin()
    return reservation.id


def epsilon_on_a_grid(rho: float, delta: float) -> float:
    """The conversion of Canonne, Kamath & Steinke, solved for ε at each order: δ = exp((α-1)(αρ-ε)) / (α-1) · (1-1/α)^α."""
    over = np.logspace(-3, 6, 400_001)
    return float(((over + 1) * rho + ((over + 1) * np.log1p(-1 / (over + 1)) - np.log(over) - np.log(delta)) / over).min())


def test_a_dataset_that_nobody_learned_from_has_its_whole_budget(workspace: Workspace) -> None:
    account = workspace.ledger["demo:adult"]
    assert (account.label, account.spent, account.left, account.budget, account.releases) == ("adult", 0.0, 10.0, 10.0, 0)


def test_one_release_costs_what_it_says(workspace: Workspace) -> None:
    spend(workspace.ledger, 1.0)
    assert workspace.ledger[PEOPLE].spent == pytest.approx(1.0, rel=1e-6)


def test_two_releases_add_up_in_rho(workspace: Workspace) -> None:
    for _ in range(2):
        spend(workspace.ledger, 1.0)
    account = workspace.ledger[PEOPLE]
    assert account.spent == pytest.approx(epsilon_on_a_grid(2 * RHO_OF_ONE, DELTA), rel=1e-3)
    assert account.spent == pytest.approx(1.437, abs=2e-3)  # less than 1 + 1
    assert account.releases == 2


def test_parts_of_delta_for_categories_add_up_beside_rho(workspace: Workspace) -> None:
    for _ in range(3):
        spend(workspace.ledger, 0.1)
    entries = workspace.ledger.entries(PEOPLE)
    assert sum(entry.delta_levels for entry in entries) == pytest.approx(3e-11)
    expected = epsilon_on_a_grid(sum(entry.rho for entry in entries), DELTA - 3e-11)
    assert workspace.ledger[PEOPLE].spent == pytest.approx(expected, rel=1e-6)


def test_a_release_at_a_laxer_delta_costs_more_at_the_ledgers(workspace: Workspace) -> None:
    spend(workspace.ledger, 1.0, delta=1e-5)
    assert workspace.ledger[PEOPLE].spent > 1.2


def test_what_exceeds_the_budget_is_refused_with_what_is_left(workspace: Workspace) -> None:
    spend(workspace.ledger, 6.0)
    left = workspace.ledger[PEOPLE].left
    with pytest.raises(BudgetExceeded, match=rf"ε = 10: 6 is spent, at most {left:g} is left, and 9 was asked for") as caught:
        spend(workspace.ledger, 9.0)
    assert (caught.value.field, caught.value.code, caught.value.status) == ("epsilon", "budget_exceeded", 409)
    assert workspace.ledger[PEOPLE].releases == 1


def test_what_is_told_to_be_left_can_be_spent_and_then_nothing_is(workspace: Workspace) -> None:
    spend(workspace.ledger, 6.0)
    spend(workspace.ledger, workspace.ledger[PEOPLE].left)
    account = workspace.ledger[PEOPLE]
    assert account.spent is not None and 9.99 < account.spent <= 10.0 + 1e-9
    with pytest.raises(BudgetExceeded):
        spend(workspace.ledger, 0.5)


def test_the_whole_budget_may_go_to_one_release(workspace: Workspace) -> None:
    spend(workspace.ledger, 10.0)
    assert workspace.ledger[PEOPLE].left == 0.0


def test_every_dataset_has_an_account_of_its_own(workspace: Workspace) -> None:
    spend(workspace.ledger, 9.0)
    spend(workspace.ledger, 9.0, OTHERS)
    assert [account.content_hash for account in workspace.ledger] == [OTHERS, PEOPLE]


def test_what_fails_before_the_rows_are_looked_at_is_given_back_and_stays_on_record(workspace: Workspace) -> None:
    ledger = workspace.ledger
    with pytest.raises(OSError, match="disk"), ledger.reserved(PEOPLE, "people", 3.0, DELTA, "job", Principal()):
        assert ledger[PEOPLE].spent == pytest.approx(3.0, rel=1e-6)
        raise OSError("disk full")
    assert ledger[PEOPLE].spent == 0.0
    assert [entry.state for entry in ledger.entries(PEOPLE)] == ["returned"]


def test_what_fails_after_the_rows_were_looked_at_stays_spent(workspace: Workspace) -> None:
    ledger = workspace.ledger
    with pytest.raises(OSError, match="disk"), ledger.reserved(PEOPLE, "people", 3.0, DELTA, "job", Principal()) as reservation:
        reservation.begin()
        raise OSError("disk full")
    assert ledger[PEOPLE].spent == pytest.approx(3.0, rel=1e-6)


def test_an_entry_says_who_spent_what_when_and_for_which_job(workspace: Workspace) -> None:
    spend(workspace.ledger, 2.0)
    (entry,) = workspace.ledger.entries()
    assert (entry.label, entry.epsilon, entry.delta, entry.job_id, entry.state) == ("people", 2.0, DELTA, "job", "spent")
    assert (entry.principal.subject, entry.principal.face) == ("ada", "rest")
    assert entry.created.tzinfo is not None


def test_a_dataset_may_have_a_budget_of_its_own(workspace: Workspace) -> None:
    assert workspace.ledger.set_budget("demo:adult", 2.0).left == 2.0
    content_hash = workspace.ledger["demo:adult"].content_hash
    with pytest.raises(BudgetExceeded, match="ε = 2: 0 is spent, at most 2 is left, and 3 was asked for"):
        spend(workspace.ledger, 3.0, content_hash)
    spend(workspace.ledger, 1.0, content_hash)
    assert workspace.ledger.set_budget("demo:adult", 0.5).left == 0.0
    assert workspace.ledger.set_budget("demo:adult", 20.0).left > 18.0


def test_equal_content_under_another_name_is_the_same_account(workspace: Workspace, adult: pd.DataFrame) -> None:
    from imcp_jupyter.data.table import content_hash

    spend(workspace.ledger, 1.0, content_hash(adult))
    assert workspace.ledger["demo:adult"].releases == 1


def test_the_setting_decides_for_datasets_without_one(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMCP_PRIVACY_BUDGET_EPSILON", "0")
    opened = Workspace.open(Settings.load())
    with pytest.raises(BudgetExceeded, match="ε = 0"):
        spend(opened.ledger, 0.1)
    opened.close()


@pytest.mark.parametrize("epsilon", [-1.0, float("inf"), float("nan")])
def test_an_impossible_budget_is_refused(workspace: Workspace, epsilon: float) -> None:
    with pytest.raises(InvalidInput, match="0 or more and finite"):
        workspace.ledger.set_budget("demo:adult", epsilon)


def test_an_unknown_dataset_has_no_account(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="no dataset 'nobody'"):
        workspace.ledger["nobody"]


def test_more_releases_than_delta_can_pay_for_are_refused(workspace: Workspace) -> None:
    """Each sets 1e-11 of δ aside for categories, so that at δ = 1e-9 the hundredth finds nothing left, however small its ε."""
    with workspace._database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO ledger (content_hash, label, state, epsilon, delta, rho, delta_levels, principal, created) "
            f"VALUES ('{PEOPLE}', 'people', 'spent', 0.01, 1e-9, 1e-6, 9.9e-10, '{{}}', '2026-01-01')"
        )
    with pytest.raises(BudgetExceeded):
        spend(workspace.ledger, 0.01)


WORKER = """
import sys
from imcp_jupyter.config import Settings
from imcp_jupyter.errors import BudgetExceeded
from imcp_jupyter.models.job import Principal
from imcp_jupyter.workspace.workspace import Workspace
workspace = Workspace(Settings.load())
print("ready", flush=True)
sys.stdin.readline()
got = 0
for _ in range(4):
    try:
        with workspace.ledger.reserved("a" * 64, "people", 4.0, 1e-9, "job", Principal()) as reservation:
            reservation.begin()
            got += 1
    except BudgetExceeded:
        pass
print(got)
"""


def test_two_processes_at_once_cannot_overspend(workspace: Workspace) -> None:
    alone = 0
    with pytest.raises(BudgetExceeded):
        while True:
            spend(workspace.ledger, 4.0, OTHERS)
            alone += 1
    workers = [subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    got = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(got) == alone
    account = workspace.ledger[PEOPLE]
    assert account.spent is not None and account.spent <= 10.0
