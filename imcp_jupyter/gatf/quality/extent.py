"""Are the rare ends of columns there: the tails of numbers, and all the different values?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped
from .sampled import equal_rows
from .worst import lowest

Floats = npt.NDArray[np.float64]

TAIL = 0.01
HEAVY = 0.05  # a tail that holds more of real's cells is a spike
LEAST_CELLS = 10  # real cells in a tail
LEAST_ROWS = 20
MOST_ROWS = 100_000


class Tails(Measure):
    """Per numeric column, share of cells at or beyond real's 1 % and 99 % quantile, of the share that real has there; at most 1.

    A tail that is a spike, such as half of the cells at 0, does not count.
    """

    id = "tails"
    dimension = "quality"
    title = "Tails of numbers"
    source = "SDMetrics 0.32 (DataCebo): RangeCoverage; here by the share of cells in the tails, which a single one cannot fill"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = [field for field in comparison.modelled if field.is_numeric]
        ends = {field.name: found for field in fields if (found := _ends(comparison.real, field.name)) is not None}
        if not ends:
            return Skipped("no shared column of numbers has tails")
        tables = {"synthetic": comparison.synthetic, "other": comparison.ceiling[1]}
        reached: dict[str, dict[str, list[float]]] = {}
        chance = []
        replicates = []
        for name, (low, high) in ends.items():
            for side, edge in (("low", low), ("high", high)):
                if edge is None:
                    continue
                limit, expected = edge
                for role, table in tables.items():
                    share = _beyond(table[name], limit, side).mean()
                    reached.setdefault(role, {}).setdefault(name, []).append(min(1.0, float(share) / expected))
                rows = min(comparison.synthetic.n_rows, tables["other"].n_rows)
                chance.append((1 - expected) / (expected * rows))
                flags = _beyond(comparison.synthetic[name], limit, side).astype(float)
                replicates.append(np.minimum(1.0, comparison.resamples("synthetic").means(flags, np.arange(len(flags))) / expected))
        scores = {role: {name: float(np.mean(parts)) for name, parts in columns.items()} for role, columns in reached.items()}
        value, other = (float(np.mean(list(scores[role].values()))) for role in ("synthetic", "other"))
        # The mean shortfall of a tail by chance is about 0.4 standard deviations; tails of related columns go together.
        ceiling = min(other, 1 - 0.4 * float(np.mean(np.sqrt(chance))))
        return Finding(
            value,
            0.0,
            max(ceiling, 0.1),
            f"Synthetic cells fill {value:.1%} of the tails of {len(ends)} columns of numbers.",
            {"columns": lowest(scores["synthetic"]), "compared": len(ends), "floor": "no cell in any tail"},
            np.mean(replicates, axis=0),
        )


class Cardinality(Measure):
    """Per column the number of distinct values against real's, the smaller over the larger, at equal rows."""

    id = "cardinality"
    dimension = "quality"
    title = "Numbers of distinct values"
    source = "SDMetrics 0.32 (DataCebo): CategoryCoverage; Good and Toulmin 1956: distinct values are compared at equal rows"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = [field for field in comparison.modelled if field.kind != "constant" or field.n_levels > 1]
        reference, other = comparison.ceiling
        size = min(MOST_ROWS, comparison.synthetic.n_rows, reference.n_rows, other.n_rows)
        if not fields or size < LEAST_ROWS:
            return Skipped(f"needs a column with values and at least {LEAST_ROWS} rows in every table")
        rng = comparison.rng(self.id)
        tables = {"real": reference, "synthetic": comparison.synthetic, "other": other}
        rows = {role: equal_rows(table, size, rng) for role, table in tables.items()}
        counts = {role: np.array([_distinct(tables[role], field, at) for field in fields]) for role, at in rows.items()}
        scores = {role: _alike(counts["real"], counts[role]) for role in ("synthetic", "other")}
        value, ceiling = float(scores["synthetic"].mean()), float(scores["other"].mean())
        named = {field.name: float(score) for field, score in zip(fields, scores["synthetic"], strict=True)}
        shown = {
            name: {"real": int(counts["real"][at]), "synthetic": int(counts["synthetic"][at])}
            for at, name in enumerate(named)
            if name in lowest(named)
        }
        return Finding(
            value,
            0.0,
            max(ceiling, 0.1),
            f"Columns have {value:.1%} of real's numbers of distinct values on average, or exceed them by as much.",
            {"columns": shown, "rows_per_side": size, "floor": "one distinct value of many"},
        )


def _ends(table: Encoded, name: str) -> tuple[tuple[float, float] | None, tuple[float, float] | None] | None:
    """The limit of each tail with real's share of rows at or beyond it; None for a spike."""
    column = table[name]
    known = column[~np.isnan(column)]
    if not len(known):
        return None
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    found = []
    for side, limit in (("low", float(low)), ("high", float(high))):
        inside = _beyond(column, limit, side)
        share = float(inside.mean())
        found.append((limit, share) if share <= HEAVY and inside.sum() >= LEAST_CELLS else None)
    return (found[0], found[1]) if any(part is not None for part in found) else None


def _beyond(column: Floats, limit: float, side: str) -> npt.NDArray[np.bool_]:
    return np.asarray(column <= limit if side == "low" else column >= limit)


def _distinct(table: Encoded, field: Field, rows: npt.NDArray[np.intp]) -> int:
    column, missing = table[field.name][rows], table.missing(field.name)[rows]
    if field.is_numeric:
        return len(np.unique(column[~missing]))
    return int((np.bincount(column[~missing], minlength=1) > 0).sum())


def _alike(first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Floats:
    larger = np.maximum(first, second)
    return np.divide(np.minimum(first, second), larger, out=np.ones(len(first)), where=larger > 0)
