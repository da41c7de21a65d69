"""Does every group look like the real group, not just the table as a whole?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..comparison import Comparison, Encoded
from ..measure import Finding, Skipped
from ..quality.marginals import CODES, bin_edges, binned
from .check import SHOWN, FairnessCheck, protected_columns, shown
from .protected import MAX_INTERSECTIONS, Attribute, intersections

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LEAST_ROWS = 100
MAX_ROWS = 2_000
MAX_COLUMNS = 20
LEAST_SPAN = 0.1  # between the good and the bad case; a group without dependence has nothing to lose
# Exchanging one of n rows moves a total variation distance by at most 1/n, so the standard deviation of its mean over columns is at
# most 1 / (2 √n) (McDiarmid 1989, On the method of bounded differences); of the difference of two such, 1 / √(2 n).
TOLERANCE = 1 / np.sqrt(2)


@dataclass(frozen=True)
class _Group:
    name: str
    columns: tuple[str, ...]
    codes: Codes  # (n_rows, n_columns) of the synthetic rows
    base: Floats
    similarity: float
    ceiling: float
    floor: float

    @property
    def tolerance(self) -> float:
        return float(TOLERANCE / np.sqrt(len(self.codes)))

    def kept(self, similarity: Floats) -> Floats:
        """Share of the way from shuffled columns to real rows, beyond chance."""
        lost = np.maximum(self.ceiling - similarity - self.tolerance, 0) / max(self.ceiling - self.floor, LEAST_SPAN)
        share: Floats = np.maximum(1 - lost, 0.0)
        return share


class SubgroupFidelity(FairnessCheck):
    """Columns and pairs of columns within each group: 1 minus total variation distance, the worst group deciding.

    Real and synthetic rows of a group are compared in equal numbers, and so are other real rows of it (the good case) and rows with
    shuffled columns (the bad one).
    """

    id = "subgroup_fidelity"
    title = "Every group looks like itself"
    source = "Bhanot et al. 2021, The problem of fairness in synthetic healthcare data; NIST SDNist (k-marginals by subgroup)"

    def of_groups(self, comparison: Comparison, protected: list[Attribute]) -> Finding | Skipped:
        found = self._compared(self._attributes(comparison, protected), comparison)
        if not found:
            return Skipped(f"no group has {LEAST_ROWS} rows in every table")
        kept = {group.name: float(group.kept(np.array(group.similarity))) for group in found}
        worst = min(found, key=lambda group: kept[group.name])
        rng = comparison.rng(f"{self.id}:resamples")
        value = kept[worst.name]
        return Finding(
            value,
            0.0,
            1.0,
            f"Within '{worst.name}', columns and pairs of columns share {worst.similarity:.1%} of their distribution with the real group, "
            f"where other real rows share {worst.ceiling:.1%}; {len(found)} groups were compared.",
            {
                "protected": protected_columns(protected),
                "columns": list(worst.columns),
                "groups": len(found),
                "worst": {
                    group.name: {"synthetic": shown(group.similarity), "real": shown(group.ceiling), "rows": len(group.codes)}
                    for group in sorted(found, key=lambda group: kept[group.name])[:SHOWN]
                },
                "floor": "the group's columns shuffled independently",
            },
            worst.kept(_resampled(worst, comparison.replicates, rng)),
        )

    def _attributes(self, comparison: Comparison, protected: list[Attribute]) -> list[Attribute]:
        return protected

    def _compared(self, attributes: list[Attribute], comparison: Comparison) -> list[_Group]:
        view = comparison.once("fairness:view", lambda: _View(comparison))
        sizes = [
            (int((attribute.codes["real"] == at).sum()), attribute, at) for attribute in attributes for at in range(len(attribute.labels))
        ]
        largest = sorted(sizes, key=lambda size: -size[0])[:MAX_INTERSECTIONS]
        rng = comparison.rng(self.id)
        groups = [view.compared(attribute, at, rng) for size, attribute, at in largest if size >= LEAST_ROWS]
        return [group for group in groups if group is not None]


class IntersectionalFidelity(SubgroupFidelity):
    """The same for every two protected columns crossed, such as sex and race."""

    id = "intersectional_fidelity"
    title = "Every crossed group looks like itself"
    source = "Crenshaw 1989, Demarginalizing the intersection of race and sex; Buolamwini and Gebru 2018, Gender shades"
    weight = 0.5

    def _attributes(self, comparison: Comparison, protected: list[Attribute]) -> list[Attribute]:
        return intersections(comparison)


class _View:
    """The tables in bins that real sets."""

    def __init__(self, comparison: Comparison) -> None:
        fields = [field for field in comparison.modelled if field.kind != "constant"]
        if len(fields) > MAX_COLUMNS:
            drawn = np.sort(comparison.rng("fairness:columns").permutation(len(fields))[:MAX_COLUMNS])
            fields = [fields[at] for at in drawn]
        edges = [bin_edges(field, comparison.real) for field in fields]

        def coded(table: Encoded) -> Codes:
            return np.column_stack([binned(field, table[field.name], edge) for field, edge in zip(fields, edges, strict=True)])

        self._synthetic = coded(comparison.synthetic)
        self._shuffled = coded(comparison.floor)
        real = coded(comparison.real)
        self._role = comparison.reference
        self._rows = comparison.halves if comparison.holdout is None else None
        self._real, self._other = real, real if comparison.holdout is None else coded(comparison.holdout)

    def compared(self, attribute: Attribute, at: int, rng: np.random.Generator) -> _Group | None:
        synthetic = np.flatnonzero(attribute.codes["synthetic"] == at)
        real = np.flatnonzero(attribute.codes["real"] == at)
        other = np.flatnonzero(attribute.codes[self._role] == at)
        if self._rows is not None:
            real, other = (np.intersect1d(real, half, assume_unique=True) for half in self._rows)
        size = min(len(synthetic), len(real), len(other), MAX_ROWS)
        if size < LEAST_ROWS:
            return None
        chosen = [rng.choice(rows, size=size, replace=False) for rows in (synthetic, real, other)]
        codes = self._synthetic[chosen[0]]
        base = _shares(self._real[chosen[1]])
        shuffled = self._shuffled[rng.choice(len(self._shuffled), size=size, replace=False)]
        similar = [_similarity(base, _shares(part), codes.shape[1]) for part in (codes, self._other[chosen[2]], shuffled)]
        return _Group(f"{attribute.name}: {attribute.labels[at]}", attribute.columns, codes, base, *(float(one) for one in similar))


def _cells(codes: Codes) -> Codes:
    """(n_rows, n_sets) cell numbers over all columns, then all pairs of columns."""
    n_columns = codes.shape[1]
    pairs = list(combinations(range(n_columns), 2))
    cells = np.empty((len(codes), n_columns + len(pairs)), dtype=np.int64)
    cells[:, :n_columns] = codes + CODES * np.arange(n_columns)
    if pairs:
        first, second = np.array(pairs).T
        cells[:, n_columns:] = codes[:, first] * CODES + codes[:, second] + CODES * n_columns + CODES**2 * np.arange(len(pairs))
    return cells


def _n_cells(n_columns: int) -> int:
    return CODES * n_columns + CODES**2 * (n_columns * (n_columns - 1) // 2)


def _shares(codes: Codes) -> Floats:
    shares: Floats = np.bincount(_cells(codes).ravel(), minlength=_n_cells(codes.shape[1])) / len(codes)
    return shares


def _similarity(base: Floats, shares: Floats, n_columns: int) -> Floats:
    """Mean of the mean over columns and the mean over pairs; `shares` is (n_cells,) or (n_cells, replicates)."""
    apart = np.abs((base if shares.ndim == 1 else base[:, None]) - shares) / 2
    single = CODES * n_columns
    alone = 1 - apart[:single].sum(axis=0) / n_columns
    n_pairs = n_columns * (n_columns - 1) // 2
    mean: Floats = (alone + 1 - apart[single:].sum(axis=0) / n_pairs) / 2 if n_pairs else alone
    return mean


def _resampled(group: _Group, replicates: int, rng: np.random.Generator) -> Floats:
    """(replicates,) similarities of the group's synthetic rows drawn anew, centred: drawn rows lie further apart."""
    n_rows, n_columns = group.codes.shape
    cells = _cells(group.codes)
    grid = sparse.csr_matrix(
        (np.ones(cells.size, dtype=np.float32), cells.ravel(), np.arange(0, cells.size + 1, cells.shape[1])),
        shape=(n_rows, _n_cells(n_columns)),
    )
    weights = rng.multinomial(n_rows, np.full(n_rows, 1 / n_rows), size=replicates).T.astype(np.float32)
    similar = _similarity(group.base, np.asarray(grid.T @ weights, dtype=np.float64) / n_rows, n_columns)
    centred: Floats = similar - similar.mean() + group.similarity
    return centred
