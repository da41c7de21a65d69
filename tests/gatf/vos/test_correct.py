"""Planted faults go, all of them; nothing else changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.measure import Affected, Measure
from imcp_jupyter.gatf.privacy.copies import IdenticalMatches
from imcp_jupyter.gatf.quality.validity import Validity
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.gatf.security import CanaryReplay, FormulaInjection, OversizedFields, Secrets, UnsafeCharacters
from imcp_jupyter.gatf.vos.clear_faults import ClearFaults
from imcp_jupyter.gatf.vos.correct import Correction, correct, objecting

from ..conftest import Halves, mixed

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2


def same_but(correction: Correction, given: pd.DataFrame, changed: dict[str, set[int]]) -> bool:
    """Every cell of the rows that stayed is as it was, but those of `changed` (positions in `given` by column)."""
    before = given.iloc[correction.origin].reset_index(drop=True)
    for name in given.columns:
        alike = (correction.frame[name].astype(object) == before[name].astype(object)) | (
            correction.frame[name].isna() & before[name].isna()
        )
        if not set(correction.origin[~alike.to_numpy(dtype=bool)].tolist()) <= changed.get(name, set()):
            return False
    return True


def remaining(measures: list[Measure], frame: pd.DataFrame, *others: Table, facts: Facts | None = None) -> int:
    comparison = Comparison(Table.of(frame), *others, replicates=1, facts=facts)
    found = [measure.affected(comparison) or Affected() for measure in measures]
    return sum(int(one.rows.sum()) if one.rows is not None else 0 for one in found) + sum(
        int(mask.sum()) for one in found for mask in one.cells.values()
    )


def notes() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    words = np.array(["late", "early", "paid", "open", "new", "old", "east", "west", "north", "south"])
    frame = mixed(400, 2)
    frame["note"] = [" ".join(rng.choice(words, 9)) for _ in range(400)]
    return frame


def test_copied_rows_are_dropped_and_the_score_recovers(halves: Halves, adult: pd.DataFrame) -> None:
    sound = halves.unseen.reset_index(drop=True)
    given = sound.copy()
    planted = np.random.default_rng(5).choice(len(given), 800, replace=False)
    given.iloc[planted] = adult.sample(800, random_state=2).to_numpy()
    given = given.astype(sound.dtypes.to_dict())
    before = run_gatf(Table.of(given), halves.real, halves.holdout, replicates=20)
    assert "identical_matches" in before.gates_failed
    measures = objecting(before)
    assert "identical_matches" in {measure.id for measure in measures}
    done = correct(Table.of(given), halves.real, halves.holdout, measures=measures)
    assert set(planted.tolist()).isdisjoint(done.origin.tolist())
    assert remaining(measures, done.frame, halves.real, halves.holdout) == 0
    after = run_gatf(Table.of(done.frame), halves.real, halves.holdout, replicates=20)
    assert not after.gates_failed
    assert after.score > 85
    assert done.rows_dropped < 800 + 0.02 * len(given)
    assert list(done.frame.dtypes) == list(given.dtypes)


def test_only_the_bad_cells_change() -> None:
    real, given = mixed(600, 1), mixed(400, 2)
    given.loc[[3, 9], "level"] = "=HYPERLINK(A1)"
    given.loc[[9, 11], "amount"] = -50.0
    given.loc[[20, 21], "id"] = given["id"][0]
    measures: list[Measure] = [FormulaInjection(), Validity()]
    done = correct(Table.of(given), Table.of(real), measures=measures, seed=1)
    assert done.frame.shape == given.shape
    assert same_but(done, given, natural(given, real) | {"level": {3, 9}, "amount": {9, 11}, "id": {20, 21}})
    assert remaining(measures, done.frame, Table.of(real)) == 0
    assert done.frame["id"].is_unique
    assert {change.action for change in done.changes} == {"taken from a like row", "new id"}
    formulas = next(change for change in done.changes if change.check == "formula_injection")
    assert (formulas.column, formulas.count, formulas.row_positions) == ("level", 2, [3, 9])
    assert done.left == []


def natural(given: pd.DataFrame, real: pd.DataFrame) -> dict[str, set[int]]:
    """Sound values that lie beyond real's range."""
    found = {}
    for name in ("x", "y", "amount", "at", "day"):
        outside = (given[name] < real[name].min()) | (given[name] > real[name].max())
        found[name] = set(np.flatnonzero(outside).tolist())
    return found


@pytest.mark.parametrize(
    ("measure", "planted", "mended"),
    [
        (FormulaInjection(), "=SUM(A1)", "'=SUM(A1)"),
        (UnsafeCharacters(), "safe\u202etxt.exe", "safetxt.exe"),
        (OversizedFields(), "x" * 40_000, "x" * 32_767),
    ],
)
def test_free_text_is_made_harmless_and_kept(measure: Measure, planted: str, mended: str) -> None:
    given = notes()
    given.loc[7, "note"] = planted
    done = correct(Table.of(given), measures=[measure])
    assert done.frame["note"][7] == mended
    assert same_but(done, given, {"note": {7}})


def test_a_secret_is_replaced_and_leaves_no_trace_in_the_levels() -> None:
    given = mixed(300, 4)
    given.loc[[1, 2], "level"] = SECRET
    given["level"] = given["level"].astype("category")
    done = correct(Table.of(given), measures=[Secrets()])
    assert SECRET not in done.frame["level"].tolist()
    assert SECRET not in done.frame["level"].cat.categories
    assert same_but(done, given, {"level": {1, 2}})


def test_a_column_of_nothing_but_secrets_is_emptied() -> None:
    given = mixed(60, 4)
    given["key"] = [SECRET[:-2] + f"{number:02d}" for number in range(60)]
    done = correct(Table.of(given), measures=[Secrets()])
    assert done.frame["key"].isna().all()
    assert done.changes[-1].action == "emptied"
    assert same_but(done, given, {"key": set(range(60))})


def test_what_cannot_be_mended_is_left_and_said() -> None:
    real, given = mixed(200, 1), mixed(100, 2)
    given["amount"] = -1.0 - given["amount"]
    done = correct(Table.of(given), Table.of(real), measures=[Validity()])
    assert done.frame["amount"].equals(given["amount"])
    (left,) = [item for item in done.left if item.column == "amount"]
    assert (left.check, left.count) == ("validity", 100)


def test_bad_rows_are_drawn_anew_where_there_is_a_model(adult: pd.DataFrame) -> None:
    real, unseen = adult.head(3000), adult.iloc[10_000:]
    given = unseen.head(500).reset_index(drop=True)
    given.loc[:49] = real.head(50).to_numpy()
    given = given.astype(adult.dtypes.to_dict())

    def redraw(rows: int, seed: int) -> pd.DataFrame:
        pool = real if seed == 0 else unseen.iloc[1000:]  # the first draw repeats real rows again
        return pool.sample(rows, random_state=seed)

    done = correct(Table.of(given), Table.of(real), measures=[IdenticalMatches()], redraw=redraw)
    assert len(done.frame) == 500
    assert (done.rows_dropped, done.rows_redrawn, done.cells_changed) == (0, 50, 0)
    assert remaining([IdenticalMatches()], done.frame, Table.of(real)) == 0
    assert done.frame.iloc[50:].equals(given.iloc[50:])


def test_rows_that_every_draw_repeats_are_dropped(adult: pd.DataFrame) -> None:
    real = adult.head(3000)
    given = pd.concat([adult.iloc[10_000:10_400], real.head(40)], ignore_index=True)
    done = correct(
        Table.of(given),
        Table.of(real),
        measures=[IdenticalMatches()],
        redraw=lambda rows, seed: real.sample(rows, random_state=seed),
    )
    assert (len(done.frame), done.rows_dropped, done.rows_redrawn) == (400, 40, 0)


def test_a_canary_among_numbers_goes() -> None:
    given = mixed(200, 6)
    given.loc[5, "amount"] = 777.25
    facts = Facts(declared={"canaries": [777.25]})
    done = correct(Table.of(given), measures=[CanaryReplay()], facts=facts)
    assert done.frame["amount"][5] != 777.25
    assert same_but(done, given, {"amount": {5}})


def test_evidence_alone_names_rows_and_cells() -> None:
    given = mixed(100, 6)
    rows, cells = np.zeros(100, dtype=bool), np.zeros(100, dtype=bool)
    rows[[4, 8]] = True
    cells[2] = True
    done = correct(Table.of(given), measures=[], evidence={"mine": Affected(rows), "yours": Affected(cells={"x": cells})})
    assert {4, 8}.isdisjoint(done.origin.tolist())
    assert len(done.frame) == 98
    assert same_but(done, given, {"x": {2}})


def test_the_same_seed_mends_alike() -> None:
    given = mixed(300, 4)
    given.loc[:30, "level"] = SECRET
    frames = [correct(Table.of(given), measures=[Secrets()], seed=3).frame for _ in range(2)]
    assert frames[0].equals(frames[1])


def test_a_sound_table_stays_as_it_is() -> None:
    given = mixed(300, 4)
    done = correct(Table.of(given), measures=[Secrets(), FormulaInjection()])
    assert done.frame.equals(given)
    assert done.changes == []


def test_a_table_of_copies_alone_is_refused() -> None:
    real = mixed(300, 4)
    with pytest.raises(InvalidInput, match="every row breaks 'identical_matches'"):
        correct(Table.of(real.head(100)), Table.of(real), measures=[IdenticalMatches()])


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": ["=A1"]}), pd.DataFrame({"a": ["=A1", None]}), pd.DataFrame({"a": ["=A1"] * 5})])
def test_tiny_tables_are_mended_too(frame: Any) -> None:
    done = correct(Table.of(frame), measures=[FormulaInjection()])
    assert remaining([FormulaInjection()], done.frame) == 0


def test_clearly_wrong_cells_are_mended_though_validity_passes_and_natural_ones_stay() -> None:
    real, given = mixed(2000, 1), mixed(1000, 2)
    given.loc[5, "amount"] = 9e6
    given.loc[6, "level"] = "nonsense"
    given.loc[7, "amount"] = real["amount"].max() + 0.01
    report = run_gatf(Table.of(given), Table.of(real), replicates=5)
    assert next(check.verdict for check in report.checks if check.id == "validity") == "pass"
    measures = [measure for measure in objecting(report) if measure.id == "validity"]
    done = correct(Table.of(given), Table.of(real), measures=measures)
    assert done.cells_changed == 2
    assert same_but(done, given, {"amount": {5}, "level": {6}})


def test_a_cell_that_cannot_be_read_is_replaced() -> None:
    real, given = mixed(400, 1), mixed(300, 2)
    given["amount"] = given["amount"].astype(str)
    given.loc[5, "amount"] = "much"
    done = correct(Table.of(given), Table.of(real), measures=[ClearFaults()])
    assert pd.to_numeric(done.frame["amount"]).notna().all()
    assert same_but(done, given, {"amount": {5}})


@pytest.mark.parametrize("form", ["{}@mail.com", "AB-{}", "{}"])
def test_identifiers_of_real_people_become_new_ones_of_the_same_form(form: str) -> None:
    rng = np.random.default_rng(8)
    words = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 12)) for _ in range(600)]
    real, given = (pd.DataFrame({"who": [form.format(word) for word in part], "x": rng.normal(size=len(part))}) for part in
                   (words[:300], words[300:]))  # fmt: skip
    given.loc[:9, "who"] = real["who"].to_numpy()[20:30]
    bad = np.arange(300) < 10
    done = correct(Table.of(given), Table.of(real), measures=[], evidence={"replayed": Affected(cells={"who": bad})})
    assert set(done.frame["who"]).isdisjoint(real["who"])
    assert done.frame["who"].is_unique
    assert same_but(done, given, {"who": set(range(10))})
    assert done.frame["who"].str.fullmatch(form.format("[a-z]{12}")).all()
