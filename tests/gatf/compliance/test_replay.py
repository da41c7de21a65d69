from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.compliance import IdentifierReplay
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.models.validation import Check

from ..conftest import Halves, mixed
from .conftest import customers


def compared(synthetic: pd.DataFrame, real: pd.DataFrame, holdout: pd.DataFrame | None = None) -> Comparison:
    return Comparison(Table.of(synthetic), Table.of(real), None if holdout is None else Table.of(holdout), replicates=5)


def judged(*frames: pd.DataFrame | None) -> Check:
    return judge(IdentifierReplay(), compared(*frames), Limits()).check  # type: ignore[arg-type]


REAL, UNSEEN, HOLDOUT = customers(600, 1), customers(300, 2), customers(300, 3)


@pytest.mark.parametrize("holdout", [HOLDOUT, None])
def test_unseen_customers_replay_nothing(holdout: pd.DataFrame | None) -> None:
    found = judged(UNSEEN, REAL, holdout)
    assert (found.verdict, found.score) == ("pass", 100)
    assert found.gate


@pytest.mark.parametrize("holdout", [HOLDOUT, None])
@pytest.mark.parametrize("column", ["email", "card", "phone"])
def test_one_real_identifier_fails_the_gate_and_is_shown_masked(column: str, holdout: pd.DataFrame | None) -> None:
    synthetic = UNSEEN.copy()
    planted = REAL[column].dropna().iloc[5]
    synthetic.loc[17, column] = planted
    against = compared(synthetic, REAL, holdout)
    found = judge(IdentifierReplay(), against, Limits()).check
    assert (found.verdict, found.gate) == ("fail", True)
    assert found.evidence["columns"] == {column: 1}
    assert found.evidence["row_positions"] == [17]
    assert planted not in str(found.evidence) + found.explanation
    affected = IdentifierReplay().affected(against)
    assert affected is not None
    assert np.flatnonzero(affected.cells[column]).tolist() == [17]


@pytest.mark.parametrize(
    ("column", "make"),
    [
        ("card", lambda row: " ".join(row["card"][at : at + 4] for at in range(0, 16, 4))),  # written with blanks
        ("email", lambda row: row["email"].upper()),
        ("city", lambda row: row["email"]),  # in a column of something else
        ("note", lambda row: f"please write to {row['email']} again"),  # inside a text
        ("note", lambda row: f"paid with {row['card']}, thanks"),
    ],
)
def test_a_real_identifier_is_found_however_it_is_written_and_wherever_it_stands(column: str, make: object) -> None:
    synthetic = UNSEEN.copy()
    synthetic.loc[[4, 9], column] = [make(REAL.iloc[at]) for at in (0, 1)]  # type: ignore[operator]
    found = judged(synthetic, REAL, HOLDOUT)
    assert found.verdict == "fail"
    assert found.evidence["row_positions"] == [4, 9]
    assert set(found.evidence["columns"]) == {column}


def test_cards_stored_as_numbers_are_identifiers_too() -> None:
    real, synthetic = (frame.assign(card=frame["card"].astype("int64")) for frame in (REAL, UNSEEN))
    assert judged(synthetic, real).verdict == "pass"
    synthetic.loc[3, "card"] = real.loc[8, "card"]
    assert judged(synthetic, real).evidence["row_positions"] == [3]


def test_the_score_falls_with_the_share_of_replayed_cells() -> None:
    scores = []
    for dose in (0, 1, 10, 100):
        synthetic = UNSEEN.copy()
        synthetic.loc[: dose - 1, "email"] = REAL["email"].iloc[:dose].tolist()
        scores.append(judged(synthetic, REAL, HOLDOUT).score or 0.0)
    assert scores[0] == 100
    assert scores == sorted(set(scores), reverse=True)


def test_names_that_people_share_are_no_replay() -> None:
    assert set(UNSEEN["name"]) <= set(REAL["name"])
    assert judged(UNSEEN, REAL, HOLDOUT).evidence["no_more_than_unseen_rows"] == {"name": 300}


def test_customers_with_several_rows_are_judged_against_the_holdouts_rate() -> None:
    rows = customers(400, 4).loc[np.repeat(np.arange(400), 5)].sample(frac=1, random_state=0).reset_index(drop=True)
    rows["amount"] = np.arange(len(rows)) / 7
    real, holdout, unseen = rows.iloc[:1_000], rows.iloc[1_000:1_500].reset_index(drop=True), rows.iloc[1_500:].reset_index(drop=True)
    assert judged(unseen, real, holdout).verdict == "pass"
    assert judged(unseen, real).verdict == "pass"


def test_short_record_numbers_that_random_ones_meet_by_chance_are_no_replay() -> None:
    rng = np.random.default_rng(0)
    real, fakes = (
        pd.DataFrame({"mrn": [f"MRN{n:04d}" for n in rng.permutation(10_000)[:2_000]], "x": rng.normal(size=2_000)}) for _ in (0, 1)
    )
    assert len(set(real["mrn"]) & set(fakes["mrn"])) > 100
    assert judged(fakes, real).verdict == "pass"
    assert judged(real.sample(frac=1, random_state=1), real).verdict == "fail"


def test_numbered_mail_addresses_are_identifiers_however_dense_the_numbers_are() -> None:
    frame = pd.DataFrame({"email": [f"person{row:06d}@example.org" for row in range(3_000)], "x": np.arange(3_000) / 7})
    real, unseen = frame.iloc[:2_000], frame.iloc[2_000:].reset_index(drop=True)
    assert judged(unseen, real).verdict == "pass"
    unseen.loc[7, "email"] = real.loc[11, "email"]
    assert judged(unseen, real).evidence["row_positions"] == [7]


def test_tables_without_identifiers_have_none_to_replay(halves: Halves) -> None:
    against = Comparison(Table.of(halves.unseen), halves.real, halves.holdout, replicates=5)
    assert judge(IdentifierReplay(), against, Limits()).check.verdict == "pass"
    found = judged(mixed(200, 0), mixed(300, 1))
    assert (found.verdict, found.explanation) == ("pass", "The real table holds no identifiers that could come back.")


def test_without_the_real_table_replay_is_skipped() -> None:
    assert judge(IdentifierReplay(), Comparison(Table.of(UNSEEN)), Limits()).check.verdict == "skipped"
