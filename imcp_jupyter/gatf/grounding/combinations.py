"""Combinations of values that real rows never have, though each of their parts is common."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations as choose
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..privacy.copies import Mask
from .levels import Codes, Levels, levels_of

EXPECTED = 20.0  # rows that a combination must have were its parts unrelated: fewer, and none is no news
ERRORS = 0.001  # false discovery rate over all combinations that were looked at
MOST_PAIRS, MOST_TRIPLES = 500, 200  # beyond, a seeded draw
MOST_CELLS = 40_000  # of one triple
LEAST_ROWS = 200
SHOWN = 10


@dataclass(frozen=True)
class Impossible:
    """One combination that no real row has: `cell` is its place in the table of `columns`, `rows` the synthetic rows that have it."""

    columns: tuple[Levels, ...]
    cell: int
    rows: int
    expected: float
    chance: float


class ImpossibleCombinations(Measure):
    """Pairs and triples of levels that neither real nor holdout rows have, though at least 20 would if their parts were unrelated.

    Parts of a pair are unrelated when independent, of a triple when two of the columns are independent given the third (the lowest of
    the three figures counts). A combination counts when synthetic rows have it more often than chance allows for one that no real row
    has: conditional binomial test, Benjamini and Hochberg's false discovery rate of 0.1 % over all combinations looked at.
    """

    id = "impossible_combinations"
    dimension = "grounding"
    title = "Impossible combinations"
    source = "Benjamini and Hochberg 1995; Savasere, Omiecinski and Navathe 1998, Mining for strong negative associations"
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if len(levels_of(comparison)) < 2:
            return Skipped("needs two columns with few levels")
        if min(comparison.real.n_rows, comparison.synthetic.n_rows) < LEAST_ROWS:
            return Skipped(f"needs {LEAST_ROWS} rows on both sides: in fewer, no combination is surely impossible")
        found, looked_at = _found(comparison)
        rows = _rows(found, comparison)
        count = int(rows.sum())
        evidence: dict[str, Any] = {"combinations": looked_at["cells"], "pairs": looked_at["pairs"], "triples": looked_at["triples"]}
        if not count:
            said = f"None of {looked_at['cells']:,} common combinations occurs that real rows never have."
            return incidence(0, len(rows), said, evidence)
        worst = sorted(found, key=lambda one: -one.rows)
        evidence |= {
            "impossible": [_shown(one) for one in worst[:SHOWN]],
            "columns": sorted({column.name for one in found for column in one.columns}),
            "row_positions": shown_rows(rows),
        }
        said = (
            f"{count:,} of {len(rows):,} rows have one of {len(found)} combinations that real rows never have, such as {_said(worst[0])}."
        )
        return incidence(count, len(rows), said, evidence)

    def affected(self, comparison: Comparison) -> Affected | None:
        if not comparison.has_real or isinstance(self.found(comparison), Skipped):
            return None
        return Affected(_rows(_found(comparison)[0], comparison))


def _found(comparison: Comparison) -> tuple[list[Impossible], dict[str, int]]:
    return comparison.once("impossible", lambda: _search(comparison))


def _search(comparison: Comparison) -> tuple[list[Impossible], dict[str, int]]:
    levels = levels_of(comparison)
    rng = comparison.rng("impossible")
    pairs = _drawn(list(choose(levels, 2)) if len(levels) <= 200 else _random_pairs(levels, rng), MOST_PAIRS, rng)
    small = levels if len(levels) <= 30 else [levels[at] for at in np.sort(rng.choice(len(levels), 30, replace=False))]
    triples: list[tuple[Levels, ...]] = [
        three for three in choose(small, 3) if three[0].count * three[1].count * three[2].count <= MOST_CELLS
    ]
    triples = _drawn(triples, MOST_TRIPLES, rng)
    candidates: list[Impossible] = []
    cells = 0
    for columns in [*pairs, *triples]:
        looked_at, some = _in_table(columns)
        cells += looked_at
        candidates += some
    candidates.sort(key=lambda one: one.chance)
    chances = np.array([one.chance for one in candidates])
    kept = np.flatnonzero(chances <= ERRORS * np.arange(1, len(chances) + 1) / max(cells, 1))
    found = candidates[: int(kept[-1]) + 1] if len(kept) else []
    return found, {"cells": cells, "pairs": len(pairs), "triples": len(triples)}


def _in_table(columns: tuple[Levels, ...]) -> tuple[int, list[Impossible]]:
    """How many combinations of `columns` are common enough to be looked at, and those that only synthetic rows have."""
    shape = tuple(column.count for column in columns)
    real_cells = _cells(columns, [column.unseen for column in columns])
    mine = _cells(columns, [column.codes["synthetic"] for column in columns])
    size = int(np.prod(shape))
    real = np.bincount(real_cells[real_cells >= 0], minlength=size).reshape(shape)
    expected = _expected(real).ravel()
    looked_at = expected >= EXPECTED
    synthetic = np.bincount(mine[mine >= 0], minlength=size)
    at = np.flatnonzero(looked_at & (real.ravel() == 0) & (synthetic > 0))
    ours, theirs = len(mine), len(real_cells)
    share = ours / (ours + theirs)
    found = [
        Impossible(columns, int(cell), int(synthetic[cell]), float(expected[cell]) * ours / theirs, float(share ** synthetic[cell]))
        for cell in at
    ]
    return int(looked_at.sum()), found


def _expected(real: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Rows of every combination, were the columns unrelated."""
    total = max(float(real.sum()), 1.0)
    if real.ndim == 2:
        product: npt.NDArray[np.float64] = np.outer(real.sum(axis=1), real.sum(axis=0)) / total
        return product
    figures = []
    for given in range(3):
        turned = np.moveaxis(real, given, 0).astype(np.float64)  # (given, one, other)
        one, other = turned.sum(axis=2), turned.sum(axis=1)
        whole = np.maximum(turned.sum(axis=(1, 2)), 1.0)
        figures.append(np.moveaxis(one[:, :, None] * other[:, None, :] / whole[:, None, None], 0, given))
    lowest: npt.NDArray[np.float64] = np.minimum.reduce(figures)
    return lowest


def _cells(columns: tuple[Levels, ...], codes: list[Codes]) -> Codes:
    """(n_rows,) the place of every row in the table of `columns`, -1 where one of its values is missing."""
    cell = codes[0].copy()
    missing = codes[0] < 0
    for column, part in zip(columns[1:], codes[1:], strict=True):
        cell = cell * column.count + part
        missing |= part < 0
    cell[missing] = -1
    return cell


def _rows(found: list[Impossible], comparison: Comparison) -> Mask:
    rows = np.zeros(comparison.synthetic.n_rows, dtype=bool)
    by_columns: dict[tuple[str, ...], list[Impossible]] = {}
    for one in found:
        by_columns.setdefault(tuple(column.name for column in one.columns), []).append(one)
    for group in by_columns.values():
        columns = group[0].columns
        rows |= np.isin(_cells(columns, [column.codes["synthetic"] for column in columns]), [one.cell for one in group])
    return rows


def _drawn(sets: list[tuple[Levels, ...]], most: int, rng: np.random.Generator) -> list[tuple[Levels, ...]]:
    if len(sets) <= most:
        return sets
    return [sets[at] for at in np.sort(rng.choice(len(sets), most, replace=False))]


def _random_pairs(levels: list[Levels], rng: np.random.Generator) -> list[tuple[Levels, ...]]:
    drawn = {tuple(sorted(rng.choice(len(levels), 2, replace=False).tolist())) for _ in range(MOST_PAIRS)}
    return [tuple(levels[at] for at in pair) for pair in sorted(drawn)]


def _parts(one: Impossible) -> list[tuple[str, str]]:
    places = np.unravel_index(one.cell, tuple(column.count for column in one.columns))
    return [(column.name, column.names[int(place)]) for column, place in zip(one.columns, places, strict=True)]


def _shown(one: Impossible) -> dict[str, Any]:
    return {"combination": dict(_parts(one)), "rows": one.rows, "expected_if_unrelated": round(one.expected, 1)}


def _said(one: Impossible) -> str:
    return " with ".join(f"'{name}' {value[:40]}" for name, value in _parts(one))
