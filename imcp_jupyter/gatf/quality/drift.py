"""How far have the columns of one table moved away from those of another? Any two tables: real and synthetic, this month and last."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from ...data.table import Table
from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped
from .side import Side, Steps, ks_distance
from .worst import rounded

Floats = npt.NDArray[np.float64]

LEVEL = 0.05  # expected share of columns that have not drifted, among those that are said to have
STRONG = 0.25  # of the population stability index, by the convention of credit scoring: from 0.1 watched, from 0.25 acted on
BINS = 10
LEAST_EXPECTED = 5.0  # a χ² test's least expected count: rarer levels are put together
_SHOWN = 10


@dataclass(frozen=True)
class ColumnDrift:
    """How far a column has moved from table a to table b.

    `psi`: population stability index over deciles of a, or levels, with missing cells as one. `jensen_shannon`: distance (root of
    the divergence in bits, 0 to 1) over the same bins. `wasserstein`: earth mover's distance in standard deviations of a, None for
    levels. `statistic`: Kolmogorov-Smirnov distance, or Cramér's V for levels; `p_value` of the Kolmogorov-Smirnov or χ² test that
    both come from one distribution, `q_value` adjusted for the number of columns (Benjamini and Hochberg 1995). `drifted`: the
    q-value is at most the level.
    """

    column: str
    kind: str
    psi: float
    jensen_shannon: float
    wasserstein: float | None
    statistic: float
    p_value: float
    q_value: float
    drifted: bool


def drift(a: Table, b: Table, level: float = LEVEL) -> list[ColumnDrift]:
    """Drift of every column that both tables have and that has a distribution (no ids, no free text), most drifted first.

    `level` is the false discovery rate. Raises `InvalidInput` when the tables share no column.
    """
    return _drift(Comparison(b, a, replicates=1), level)


class Drift(Measure):
    """Mean population stability index of the columns that have drifted beyond chance, over all columns. A strong one fails."""

    id = "drift"
    dimension = "quality"
    title = "Drift of columns"
    unit = "PSI"
    source = "Siddiqi 2006, Credit Risk Scorecards: population stability index; Benjamini and Hochberg 1995"
    weight = 0.25
    basis = "Scores from the mean; any column that drifts strongly (PSI from 0.25, the convention of credit scoring) fails."

    def run(self, comparison: Comparison) -> Finding | Skipped:
        found = _drift(comparison, LEVEL)
        if not found:
            return Skipped("no shared column has a distribution")
        value = float(np.mean([min(one.psi, STRONG) if one.drifted else 0.0 for one in found]))
        drifted = [one for one in found if one.drifted]
        strong = [one.column for one in drifted if one.psi >= STRONG]
        return Finding(
            value,
            STRONG,
            0.0,
            f"{len(drifted)} of {len(found)} columns have drifted beyond chance, {len(strong)} of them strongly (PSI from {STRONG:g}).",
            {
                "drifted": len(drifted),
                "compared": len(found),
                "columns": {one.column: _shown(one) for one in found[:_SHOWN]},
                "false_discovery_rate": LEVEL,
                "floor": f"every column at a PSI of {STRONG:g} or more",
            },
            verdict="fail" if strong else None,  # a good mean must not hide a column that is another one now
        )


def _shown(one: ColumnDrift) -> dict[str, float | bool | str | None]:
    return {
        name: rounded(value) if isinstance(value, float) and name not in ("p_value", "q_value") else value
        for name, value in asdict(one).items()
        if name != "column"
    }


def _drift(comparison: Comparison, level: float) -> list[ColumnDrift]:
    fields = [field for field in comparison.modelled if field.kind != "constant" or field.n_levels > 1]
    made = [_column(field, comparison.real, comparison.synthetic) for field in fields]
    adjusted = false_discovery(np.array([one[-1] for one in made]))
    found = [
        ColumnDrift(field.name, str(field.kind), psi, divergence, moved, statistic, chance, float(q), bool(q <= level))
        for field, (psi, divergence, moved, statistic, chance), q in zip(fields, made, adjusted, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.psi * one.drifted, -one.psi, one.column))


def false_discovery(p_values: Floats) -> Floats:
    """(n,) q-values: the least false discovery rate at which each test is a discovery (Benjamini and Hochberg 1995)."""
    order = np.argsort(p_values, kind="stable")
    raw = p_values[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    q_values = np.empty(len(p_values))
    q_values[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q_values


def _column(field: Field, before: Encoded, after: Encoded) -> tuple[float, float, float | None, float, float]:
    """PSI, Jensen-Shannon distance, Wasserstein distance, statistic and p-value."""
    counts = [_binned(field, table, before) for table in (before, after)]
    index, divergence = _stability(*counts), _jensen_shannon(*counts)
    statistic, chance = _homogeneity(*counts)
    if not field.is_numeric:
        return index, divergence, None, statistic, chance
    first, second = (Side.of(table).steps(field.name) for table in (before, after))
    if not first.n_cells or not second.n_cells:
        return index, divergence, None, statistic, chance
    gap = ks_distance(first, second)
    size = first.n_cells * second.n_cells / (first.n_cells + second.n_cells)
    tested = float(special.kolmogorov(math.sqrt(size) * gap))
    missing_chance = _homogeneity(*(np.array([part[0], part[1:].sum()]) for part in counts))[1]
    both = min(1.0, 2 * min(tested, missing_chance))  # Bonferroni: values or missing cells
    return index, divergence, _wasserstein(first, second), gap, both if counts[0][0] or counts[1][0] else tested


def _binned(field: Field, table: Encoded, before: Encoded) -> Floats:
    """Cells per decile of `before`, or per level, missing cells first."""
    column, missing = table[field.name], table.missing(field.name)
    if not field.is_numeric:
        return np.bincount(column + np.int32(1), minlength=field.n_levels + 1).astype(float)
    steps = Side.of(before).steps(field.name)
    if not steps.n_cells:
        return np.array([missing.sum(), (~missing).sum()], dtype=float)
    at = np.searchsorted(steps.below, np.linspace(0, steps.n_cells, BINS + 1)[1:-1], side="right") - 1
    edges = np.unique(steps.values[np.minimum(at, len(steps.values) - 1)])
    own = Side.of(table).steps(field.name)
    below = own.below[np.searchsorted(own.values, edges, side="left")]
    return np.concatenate([[missing.sum()], np.diff(np.concatenate([[0], below, [own.n_cells]]))]).astype(float)


def _stability(before: Floats, after: Floats) -> float:
    """Σ (q − p) ln(q / p); half a cell stands for an empty bin, and bins that are empty on both sides are left out."""
    used = (before > 0) | (after > 0)
    p, q = (np.maximum(part[used], 0.5) / part.sum() for part in (before, after))
    return float(((q - p) * np.log(q / p)).sum())


def _jensen_shannon(before: Floats, after: Floats) -> float:
    p, q = before / before.sum(), after / after.sum()
    middle = (p + q) / 2
    return math.sqrt(max(0.0, float(special.rel_entr(p, middle).sum() + special.rel_entr(q, middle).sum()) / (2 * math.log(2))))


def _homogeneity(before: Floats, after: Floats) -> tuple[float, float]:
    """Cramér's V and p-value of a χ² test on two rows of counts, bins of fewer than `LEAST_EXPECTED` expected put together."""
    both = np.stack([before, after])
    expected = both.sum(axis=0) * both.sum(axis=1).min() / both.sum()
    rare = expected < LEAST_EXPECTED
    cells = np.concatenate([both[:, ~rare], both[:, rare].sum(axis=1, keepdims=True)], axis=1)
    cells = cells[:, cells.sum(axis=0) > 0]
    if cells.shape[1] < 2:
        return 0.0, 1.0
    under = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
    squared = float(((cells - under) ** 2 / under).sum())
    return math.sqrt(squared / cells.sum()), float(special.chdtrc(cells.shape[1] - 1, squared))


def _wasserstein(first: Steps, second: Steps) -> float:
    """∫ |F − G| in standard deviations of the first; in plain units where it has no spread."""
    places = np.union1d(first.values, second.values)
    shares = [part.below[np.searchsorted(part.values, places, side="right")] / part.n_cells for part in (first, second)]
    moved = float((np.abs(shares[0] - shares[1])[:-1] * np.diff(places)).sum())
    counts = np.diff(first.below) / first.n_cells
    mean = float(counts @ first.values)
    spread = math.sqrt(max(0.0, float(counts @ (first.values - mean) ** 2)))
    return moved / spread if spread > 0 else moved
