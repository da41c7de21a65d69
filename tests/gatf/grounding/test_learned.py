from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.grounding import MEASURES, Arithmetic, Dependencies, ImpossibleCombinations, Orderings
from imcp_jupyter.gatf.measure import Limits, Measure, judge

from ..conftest import Halves, mixed


def orders(rows: int, seed: int) -> pd.DataFrame:
    """Orders with a total, a price by product, dates in order, and no diesel bicycles."""
    rng = np.random.default_rng(seed)
    product = rng.choice(["car", "truck", "bicycle"], rows)
    fuel = np.where(product == "bicycle", "none", rng.choice(["diesel", "petrol"], rows))
    net = np.round(rng.gamma(3, 40, rows), 2)
    tax = np.round(net * rng.choice([0.07, 0.19], rows), 2)
    opened = np.datetime64("2024-01-01") + rng.integers(0, 500, rows).astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "product": product,
            "fuel": fuel,
            "wheels": np.select([product == "car", product == "truck"], [4, 6], 2),
            "net": net,
            "tax": tax,
            "gross": np.round(net + tax, 2),
            "pieces": rng.integers(1, 9, rows),
            "opened": opened,
            "closed": opened + rng.integers(0, 60, rows).astype("timedelta64[D]"),
        }
    )
    frame["value"] = np.round(frame["gross"] * frame["pieces"], 2)
    frame["thousands"] = np.round(frame["value"] / 1000, 3)
    frame.loc[rng.random(rows) < 0.05, "tax"] = np.nan
    return frame


REAL, HOLDOUT = orders(3_000, 0), orders(1_000, 1)


def against(synthetic: pd.DataFrame, with_holdout: bool = True) -> Comparison:
    return Comparison(Table.of(synthetic), Table.of(REAL), Table.of(HOLDOUT) if with_holdout else None, replicates=5)


def rules(measure: Measure, comparison: Comparison) -> list[str]:
    return list(judge(measure, comparison, Limits()).check.evidence["rules"])


def test_the_rules_of_the_real_table_are_learned() -> None:
    comparison = against(orders(1_000, 2))
    assert set(rules(Arithmetic(), comparison)) >= {
        "'gross' = 'net' + 'tax'",
        "'value' = 'gross' × 'pieces'",
        "'thousands' = 0.001 × 'value'",
    }
    assert "'opened' <= 'closed'" in rules(Orderings(), comparison)
    assert set(rules(Dependencies(), comparison)) == {"'product' settles 'wheels'", "'wheels' settles 'product'"}


@pytest.mark.parametrize("with_holdout", [True, False])
def test_unseen_rows_keep_all_of_them(with_holdout: bool, halves: Halves) -> None:
    tables = [
        against(orders(1_500, 3), with_holdout),
        Comparison(Table.of(mixed(500, 1)), Table.of(mixed(900, 2)), Table.of(mixed(500, 3)) if with_holdout else None, replicates=5),
        Comparison(Table.of(halves.unseen), halves.real, halves.holdout if with_holdout else None, replicates=5),
    ]
    for comparison in tables:
        for kind in MEASURES:
            assert judge(kind(), comparison, Limits()).check.verdict in ("pass", "skipped"), kind.id


def _miscounted(frame: pd.DataFrame, rows: int) -> None:
    frame.loc[: rows - 1, "value"] += 17.5
    frame["thousands"] = np.round(frame["value"] / 1000, 3)


def _reversed(frame: pd.DataFrame, rows: int) -> None:
    frame.loc[: rows - 1, "closed"] = frame.loc[: rows - 1, "opened"] - pd.Timedelta(days=3)


def _wheels(frame: pd.DataFrame, rows: int) -> None:
    frame.loc[: rows - 1, "wheels"] = 5 - frame.loc[: rows - 1, "wheels"].clip(2, 3)


def _diesel(frame: pd.DataFrame, rows: int) -> None:
    frame.loc[: rows - 1, ["product", "wheels", "fuel"]] = ["bicycle", 2, "diesel"]


FAULTS: list[tuple[type[Measure], Callable[[pd.DataFrame, int], None]]] = [
    (Arithmetic, _miscounted),
    (Orderings, _reversed),
    (ImpossibleCombinations, _diesel),
]


@pytest.mark.parametrize(("kind", "plant"), FAULTS)
@pytest.mark.parametrize("with_holdout", [True, False])
def test_planted_rows_fail_their_own_check_and_are_named(
    kind: type[Measure], plant: Callable[[pd.DataFrame, int], None], with_holdout: bool
) -> None:
    frame = orders(1_000, 4)
    plant(frame, 30)
    comparison = against(frame, with_holdout)
    found = judge(kind(), comparison, Limits()).check
    assert found.verdict == "fail"
    assert found.evidence["row_positions"] == list(range(20))
    affected = kind().affected(comparison)
    assert affected is not None
    assert affected.rows is not None
    assert np.flatnonzero(affected.rows).tolist() == list(range(30))
    others = {other.id: judge(other(), comparison, Limits()).check.verdict for other in MEASURES if other is not kind}
    assert set(others.values()) <= {"pass", "skipped"}, others


def test_a_broken_dependency_is_named_with_its_columns() -> None:
    frame = orders(1_000, 5)
    frame.loc[:39, "wheels"] = frame.loc[:39, "wheels"].map({4: 6, 6: 2, 2: 4})
    found = judge(Dependencies(), against(frame), Limits()).check
    assert found.verdict == "fail"
    assert found.evidence["columns"] == ["product", "wheels"]
    assert found.evidence["row_positions"] == list(range(20))


@pytest.mark.parametrize(("kind", "plant"), [*FAULTS, (Dependencies, _wheels)])
def test_the_score_falls_with_the_dose(kind: type[Measure], plant: Callable[[pd.DataFrame, int], None]) -> None:
    scores = []
    for dose in (0, 25, 50, 90):
        frame = orders(1_000, 6)
        plant(frame, dose) if dose else None
        scores.append(judge(kind(), against(frame), Limits()).check.score or 0.0)
    assert scores[0] == 100
    assert scores == sorted(set(scores), reverse=True)


def test_an_impossible_triple_of_possible_pairs_is_found() -> None:
    def signs(rows: int, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        a, b = rng.integers(0, 2, rows), rng.integers(0, 2, rows)
        return pd.DataFrame({"a": a, "b": b, "c": a ^ b}).astype(str)

    real, planted = signs(2_000, 0), signs(1_000, 1)
    planted.loc[:119, "c"] = planted.loc[:119, "c"].map({"0": "1", "1": "0"})
    comparison = Comparison(Table.of(planted), Table.of(real), replicates=5)
    found = judge(ImpossibleCombinations(), comparison, Limits()).check
    assert (found.verdict, found.evidence["affected"]) == ("fail", 120)
    assert set(found.evidence["impossible"][0]["combination"]) == {"a", "b", "c"}


def test_columns_whose_ranges_alone_keep_the_order_are_no_rule() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(0, 99, 500), "year": rng.integers(1900, 2024, 500)})
    comparison = Comparison(Table.of(frame), Table.of(frame), replicates=5)
    assert judge(Orderings(), comparison, Limits()).check.verdict == "skipped"


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": ["x"]}),
        pd.DataFrame({"a": [None, None], "b": [1.0, np.nan]}),
        pd.DataFrame({"a": [1.0] * 300, "b": [np.nan] * 300}),
        pd.DataFrame({"a": [1e308, -1e308] * 200, "b": [0.0, 1e-300] * 200, "c": [True, False] * 200}),
        pd.DataFrame({f"c{at}": [at, at + 1] * 150 for at in range(600)}),
    ],
)
def test_odd_tables_break_nothing(frame: pd.DataFrame) -> None:
    alone = Comparison(Table.of(frame), replicates=5)
    for comparison in (alone, Comparison(Table.of(frame), Table.of(frame), replicates=5)):
        for kind in MEASURES:
            assert judge(kind(), comparison, Limits()).check.verdict in ("pass", "skipped"), kind.id
            kind().affected(comparison)


def test_without_the_real_table_nothing_can_be_learned() -> None:
    comparison = Comparison(Table.of(orders(200, 7)), replicates=5)
    for kind in (Arithmetic, Orderings, Dependencies, ImpossibleCombinations):
        assert judge(kind(), comparison, Limits()).check.verdict == "skipped"
