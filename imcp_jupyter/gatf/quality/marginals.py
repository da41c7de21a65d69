"""All pairs and triples of columns, related or not, in bins that real sets."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped, span
from .sampled import equal_rows, in_real, shared, shared_replicates
from .worst import lowest

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BINS = 10
MAX_SETS = 1_000
MAX_ROWS = 50_000
MIN_ROWS = 20
CODES = BINS + 2  # with one code for missing cells and one for what real hardly has


class Marginals(Measure):
    """Mean of 1 minus the total variation distance over sets of columns, at equal numbers of rows on both sides of each comparison."""

    dimension = "quality"
    weight = 0.5
    ways: ClassVar[int]

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = [field for field in comparison.modelled if field.kind != "constant"]
        if len(fields) < self.ways:
            return Skipped(f"needs at least {self.ways} columns that vary")
        reference, other = comparison.ceiling
        size = min(MAX_ROWS, comparison.synthetic.n_rows, reference.n_rows, other.n_rows)
        if size < MIN_ROWS:
            return Skipped(f"needs at least {MIN_ROWS} rows in every table")
        rng = comparison.rng(self.id)
        sets = _sets(len(fields), self.ways, rng)
        edges = [bin_edges(field, comparison.real) for field in fields]

        rows = {}

        def coded(name: str, table: Encoded) -> list[Codes]:
            at = rows[name] = equal_rows(table, size, rng)
            return [binned(field, table[field.name][at], edge) for field, edge in zip(fields, edges, strict=True)]

        base = coded("real", reference)
        tables = {"synthetic": comparison.synthetic, "ceiling": other, "floor": comparison.floor}
        found = {name: _similarities(base, coded(name, table), sets) for name, table in tables.items()}
        value, ceiling, floor = (float(np.mean(found[name][0])) for name in ("synthetic", "ceiling", "floor"))
        scores, mine, theirs = found["synthetic"]
        sides = ("real", in_real(comparison, rows["real"]), mine), ("synthetic", rows["synthetic"], theirs)
        named = {" × ".join(fields[at].name for at in chosen): score for chosen, score in zip(sets, scores, strict=True)}
        worst = lowest(named)
        return Finding(
            value,
            span(floor, ceiling, worst=0.0),
            ceiling,
            f"{len(sets):,} sets of {self.ways} columns share {value:.1%} of their joint distribution; least {next(iter(worst))}.",
            {
                "sets": len(sets),
                "of": comb(len(fields), self.ways),
                "rows_per_side": size,
                "worst": worst,
                "floor": "columns shuffled independently",
            },
            shared_replicates(comparison, value, sides),
        )


class AllPairs(Marginals):
    id = "all_pairs"
    title = "All pairs of columns"
    source = "mostlyai-qa: bivariate accuracy; here in deciles of the real table"
    ways = 2


class Triples(Marginals):
    id = "triples"
    title = "Triples of columns"
    source = "NIST SDNist: k-marginal score, k = 3; mostlyai-qa: trivariate accuracy"
    ways = 3


def _sets(n_columns: int, ways: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """All sets of columns, or `MAX_SETS` drawn ones."""
    if comb(n_columns, ways) <= MAX_SETS:
        return list(combinations(range(n_columns), ways))
    drawn: dict[tuple[int, ...], None] = {}
    while len(drawn) < MAX_SETS:
        drawn[tuple(sorted(int(at) for at in rng.choice(n_columns, size=ways, replace=False)))] = None
    return sorted(drawn)


def bin_edges(field: Field, real: Encoded) -> npt.NDArray[np.float64]:
    """Inner deciles of a numeric column; the code of each level of a discrete one, the rarest sharing the last."""
    column, missing = real[field.name], real.missing(field.name)
    if field.is_numeric:
        return np.unique(np.quantile(column[~missing], np.linspace(0, 1, BINS + 1)[1:-1])) if not missing.all() else np.empty(0)
    counts = np.bincount(column[~missing], minlength=field.n_levels)
    codes = np.full(field.n_levels + 1, BINS + 1.0)
    top = np.argsort(-counts, kind="stable")[:BINS]
    codes[top] = np.arange(1, len(top) + 1)
    codes[-1] = 0
    return codes


def binned(field: Field, column: npt.NDArray[np.generic], edges: npt.NDArray[np.float64]) -> Codes:
    if not field.is_numeric:
        known: Codes = edges[column].astype(np.int64)
        return known
    codes: Codes = np.searchsorted(edges, column, side="left").astype(np.int64) + 1
    codes[np.isnan(column.astype(np.float64))] = 0
    return codes


def _similarities(mine: list[Codes], theirs: list[Codes], sets: list[tuple[int, ...]]) -> tuple[list[float], Floats, Floats]:
    """1 minus the total variation distance of each set, and what each row of either side adds to their mean."""
    found, added = [], (np.zeros(len(mine[0])), np.zeros(len(theirs[0])))
    for chosen in sets:
        similarity, *parts = shared(_packed(mine, chosen), _packed(theirs, chosen), CODES ** len(chosen))
        found.append(similarity)
        for total, part in zip(added, parts, strict=True):
            total += part
    return found, added[0] / len(sets), added[1] / len(sets)


def _packed(side: list[Codes], chosen: tuple[int, ...]) -> Codes:
    packed = side[chosen[0]]
    for at in chosen[1:]:
        packed = packed * CODES + side[at]
    return packed
