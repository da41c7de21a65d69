"""Personal data through the tool: found, faked, told of, and nowhere in what is stored."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import InvalidInput

ROWS = 400


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    first = rng.choice(["Anna", "Peter", "Lukas", "Sabine", "Jonas", "Ursula"], ROWS)
    last = rng.choice(["Müller", "Schmidt", "Weber", "Fischer", "Becker", "Wagner", "Krüger"], ROWS)
    frame = pd.DataFrame(
        {
            "name": [f"{one} {two}" for one, two in zip(first, last, strict=True)],
            "email": [
                f"{one[0].lower()}{two.lower().replace('ü', 'ue')}{n}@gmx.de" for n, (one, two) in enumerate(zip(first, last, strict=True))
            ],
            "mobil": [f"+49 170 {n}" for n in rng.choice(10**7, ROWS, replace=False) + 10**7],
            "stadt": rng.choice(["Berlin", "Hamburg", "Köln"], ROWS, p=[0.6, 0.3, 0.1]),
            "alter": rng.integers(18, 90, ROWS),
        }
    )
    frame.loc[::10, "mobil"] = None
    return frame


@pytest.mark.parametrize("engine", ["cart", "copula"])
def test_people_get_fakes_and_their_town_keeps_its_statistics(home: Path, people: pd.DataFrame, engine: str) -> None:
    made = imcp.generate_tabular(people, rows=1_000, engine=engine, seed=1)
    drawn = made.data
    for name in ("name", "email", "mobil"):
        assert not set(drawn[name].dropna()) & set(people[name].dropna())
    assert drawn["email"].is_unique and drawn["mobil"].str.startswith("+49 170 ").mean() > 0.85
    assert drawn["mobil"].isna().mean() == pytest.approx(0.1, abs=0.04)
    assert (drawn["stadt"] == "Berlin").mean() == pytest.approx(0.6, abs=0.06)
    told = {treatment.column: (treatment.kind, treatment.treatment, treatment.locale) for treatment in made.result.pii}
    assert told == {
        "name": ("full_name", "fake", "de_DE"), "email": ("email", "fake", "de_DE"), "mobil": ("phone", "fake", "de_DE"),
        "stadt": ("city", "keep", None),
    }  # fmt: skip
    assert made.card.pii == made.result.pii
    again = made.model.sample(1_000, seed=1)
    pd.testing.assert_frame_equal(again, drawn, check_dtype=False)


def test_nothing_that_is_stored_holds_a_real_person(home: Path, people: pd.DataFrame) -> None:
    imcp.generate_tabular(people, rows=100, engine="cart", seed=1, name="people")
    stored = b""
    for path in home.rglob("*"):
        if path.is_file():
            stored += path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    stored += b"".join(archive.read(name) for name in archive.namelist())
    stored += imcp.workspace().datasets["people"].to_pandas().to_csv().encode()
    for name in ("name", "email", "mobil"):
        assert not [value for value in people[name].dropna() if value.encode() in stored], name


def test_a_column_is_kept_dropped_or_named_on_request(home: Path, people: pd.DataFrame) -> None:
    made = imcp.generate_tabular(
        people, rows=300, engine="copula", seed=1, pii={"email": "keep", "mobil": "drop", "stadt": "fake"}, locale="fr_FR"
    )
    assert "mobil" not in made.data and made.result.columns == ["name", "email", "stadt", "alter"]
    assert not set(made.data["stadt"]) & set(people["stadt"]) and made.data["stadt"].nunique() == 3
    with pytest.raises(InvalidInput, match="no treatment"):
        imcp.generate_tabular(people, rows=10, pii={"email": "hide"})


def test_constraints_and_conditions_go_with_fakes(home: Path, people: pd.DataFrame) -> None:
    rules = [
        {"kind": "unique", "columns": ["email"]},
        {"kind": "not_null", "column": "name"},
        {"kind": "bounds", "column": "alter", "min": 18},
    ]
    made = imcp.generate_tabular(people, rows=2_000, engine="copula", seed=1, constraints=rules)
    assert made.data["email"].is_unique and not set(made.data["email"]) & set(people["email"])
    with pytest.raises(InvalidInput, match="speaks of 'email'"):
        imcp.generate_tabular(people, rows=10, constraints=[{"kind": "fixed_combinations", "columns": ["name", "email"]}])
    without = imcp.generate_tabular(people, rows=50, engine="cart", seed=1, conditions={"mobil": None, "stadt": "Köln"})
    assert without.data["mobil"].isna().all() and (without.data["stadt"] == "Köln").all()


def test_rows_redrawn_for_a_constraint_keep_one_person_a_row(home: Path, people: pd.DataFrame) -> None:
    rules = [{"kind": "predicate", "where": "alter >= 40", "on_violation": "drop_rows"}]
    made = imcp.generate_tabular(people.drop(columns="mobil"), rows=1_000, engine="copula", seed=3, constraints=rules)
    assert made.data["email"].is_unique and (made.data["alter"] >= 40).all()
    initials = made.data["name"].str[0].str.lower().str.normalize("NFKD").str[0]
    assert (made.data["email"].str[0] == initials).mean() > 0.97
