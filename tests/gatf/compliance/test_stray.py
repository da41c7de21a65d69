from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.compliance import MEASURES, PersonalDataColumns, StrayPersonalData
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Limits, judge
from imcp_jupyter.models.generation import DataCard
from imcp_jupyter.models.pii import PiiTreatment
from imcp_jupyter.models.validation import Check

from ..conftest import Halves, mixed
from .conftest import customers


def against(synthetic: pd.DataFrame, real: pd.DataFrame | None = None, facts: Facts | None = None) -> Comparison:
    return Comparison(Table.of(synthetic), None if real is None else Table.of(real), replicates=5, facts=facts)


def stray(synthetic: pd.DataFrame, real: pd.DataFrame | None = None) -> Check:
    return judge(StrayPersonalData(), against(synthetic, real), Limits()).check


PLANTED = [
    ("email", "jane.doe@example.com"),
    ("payment_card", "4111 1111 1111 1111"),
    ("payment_card", "paid with 5555-5555-5555-4444 today"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("national_id", "SSN 536-22-4562"),
    ("national_id", "RSSMRA85T10A562S"),
    ("phone", "+49 30 901820"),
    ("phone", "call (212) 555-0134 now"),
    ("ip_address", "81.2.69.142"),
    ("profile_url", "https://www.linkedin.com/in/jane-doe"),
    ("mac_address", "00:1b:44:11:3a:b7"),
]


@pytest.mark.parametrize(("kind", "text"), PLANTED)
@pytest.mark.parametrize("with_real", [True, False])
def test_planted_personal_data_fails_with_its_kind_and_rows_and_is_masked(kind: str, text: str, with_real: bool) -> None:
    frame = mixed(200, 0)
    frame.loc[[3, 7], "level"] = text
    table = against(frame, mixed(300, 1) if with_real else None)
    found = judge(StrayPersonalData(), table, Limits()).check
    assert found.verdict == "fail"
    assert found.evidence["kinds"] == {kind: 2}
    assert found.evidence["row_positions"] == [3, 7]
    assert text not in str(found.evidence)
    affected = StrayPersonalData().affected(table)
    assert affected is not None
    assert np.flatnonzero(affected.cells["level"]).tolist() == [3, 7]


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.3",
        "4111 1111 1111 1112",
        "123e4567-e89b-12d3-a456-426614174000",
        "2024-01-31 10:15:00",
        "a @ b",
        "1,234.56",
        "http://example.com/page",
        "DE00 3704 0044 0532 0130 00",
        "000-12-3456",
        "3.14159265358979323846",
        "order 555-1234",
    ],
)
def test_what_only_resembles_personal_data_is_left_alone(text: str) -> None:
    frame = mixed(100, 0)
    frame.loc[5, "level"] = text
    assert stray(frame).verdict == "pass"


def test_the_score_falls_with_the_dose() -> None:
    scores = []
    for dose in (0, 1, 5, 40):
        frame = mixed(200, 0)
        frame.loc[range(dose), "level"] = "jane.doe@example.com"
        scores.append(stray(frame, mixed(300, 1)).score or 0.0)
    assert scores[0] == 100
    assert scores == sorted(set(scores), reverse=True)


def test_a_card_among_plain_numbers_is_found() -> None:
    frame = pd.DataFrame({"n": np.arange(100, dtype=np.int64), "x": np.arange(100) / 3})
    frame.loc[5, "n"] = 4111111111111111
    assert stray(frame, pd.DataFrame({"n": np.arange(200, dtype=np.int64), "x": np.arange(200) / 3})).evidence["row_positions"] == [5]


def test_columns_that_hold_personal_data_in_the_real_table_too_are_no_strays() -> None:
    assert stray(customers(200, 1), customers(400, 2)).verdict == "pass"
    assert stray(customers(200, 1)).verdict == "pass"  # whole columns are judged by the check of columns


def test_free_text_with_a_natural_share_of_addresses_passes_and_with_many_more_fails() -> None:
    def notes(rows: int, seed: int, share: float) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        text = [f"caller {n} asked for help with order {rng.integers(1e6)}" for n in range(rows)]
        return pd.DataFrame(
            {"note": [line + " from a@b.com" if rng.random() < share else line for line in text], "x": rng.normal(size=rows)}
        )

    real = notes(2_000, 0, 0.02)
    assert stray(notes(1_000, 1, 0.02), real).verdict == "pass"
    assert stray(notes(1_000, 2, 0.15), real).verdict == "fail"


def test_unseen_real_rows_raise_no_alarm(halves: Halves) -> None:
    tables = [
        (Table.of(halves.unseen), halves.real, halves.holdout),
        (Table.of(mixed(500, 1)), Table.of(mixed(900, 2)), None),
        (Table.of(customers(300, 5)), Table.of(customers(500, 6)), Table.of(customers(300, 7))),
    ]
    for synthetic, real, holdout in tables:
        compared = Comparison(synthetic, real, holdout, replicates=5)
        for kind in MEASURES:
            assert judge(kind(), compared, Limits()).check.verdict in ("pass", "skipped"), kind.id


def test_personal_columns_are_accounted_for_by_the_card_or_by_the_real_table_or_not_at_all() -> None:
    frame = customers(100, 0)[["email", "card", "amount"]]
    alone = judge(PersonalDataColumns(), against(frame), Limits()).check
    assert (alone.verdict, alone.evidence["unaccounted"]) == ("warn", ["email", "card"])
    assert alone.evidence["hipaa_identifiers"] == ["F", "J"]
    assert judge(PersonalDataColumns(), against(frame, customers(200, 1)), Limits()).check.verdict == "pass"
    fakes = [PiiTreatment(column=name, kind=name, treatment="fake", direct=True, automatic=True) for name in ("email",)]  # type: ignore[arg-type]
    card = DataCard(
        engine="cart", engine_version="1", engine_licence="", parameters={}, seed=0, source_hash="", source_rows=1, versions={}, pii=fakes
    )
    carded = judge(PersonalDataColumns(), against(frame, facts=Facts(card=card)), Limits()).check
    assert carded.evidence["unaccounted"] == ["card"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": ["x"]}),
        pd.DataFrame({"a": [None, None], "b": [1.0, np.nan]}),
        pd.DataFrame({"a": pd.Categorical(["u", None, "v"]), "b": [1, 2, 3]}),
        pd.DataFrame({"email": ["a@b.com"]}),
        pd.DataFrame({f"c{at}": [at, at + 1] for at in range(1_000)}),
    ],
)
def test_odd_tables_pass_or_skip_or_warn(frame: pd.DataFrame) -> None:
    for compared in (against(frame), against(frame, frame)):
        for kind in MEASURES:
            judge(kind(), compared, Limits())
