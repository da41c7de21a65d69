"""What the children of a parent have in common, as a few numbers of the parent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from ...data.table import Column, Table
from ...models.dataset import DISCRETE_KINDS

Matrix = npt.NDArray[np.float32]

_LEVELS = 12  # commonest levels of a discrete column that count one by one
_PROFILES = 2
_REFERENCE_PARENTS, _REFERENCE_CHILDREN = 128, 100
_FAMILY = 2.0  # mean children per parent from which siblings can be alike


def embed(table: Table) -> Matrix:
    """(n_rows, n_dims) float32, centred: ranks of numbers, indicators of common levels and of missing values.

    Every column of the table has a total variance of one, however many dimensions it takes.
    """
    parts: list[Matrix] = []
    for name in table.names:
        own = _parts(table[name])
        if own:
            block = np.column_stack(own).astype(np.float32)
            block -= block.mean(axis=0)
            parts.append(block / max(float(np.sqrt(block.var(axis=0).sum())), 1e-6))
    return np.hstack(parts) if parts else np.zeros((table.n_rows, 0), dtype=np.float32)


def _parts(column: Column) -> list[Matrix]:
    parts: list[Matrix] = []
    missing = column.missing
    if column.is_numeric and not missing.all():
        rank = np.zeros(len(missing), dtype=np.float32)
        rank[~missing] = rankdata(column.values[~missing]) / max(int((~missing).sum()), 1) - 0.5
        parts.append(rank)
    elif column.schema.kind in DISCRETE_KINDS:
        counts = np.bincount(column.codes[column.codes >= 0], minlength=1)
        common = np.argsort(-counts, kind="stable")[:_LEVELS]
        parts += [(column.codes == level).astype(np.float32) for level in common]
    if 0 < missing.mean() < 1:
        parts.append(missing.astype(np.float32))
    return parts


def family_means(children: Matrix, positions: npt.NDArray[np.int64], n_parents: int) -> Matrix:
    """(n_parents, n_dims) float32 means over each parent's children; zero where there is none.

    Each dimension is multiplied by its reliability, the share of the means' variance that is not chance (1 - 1/F of a one-way
    analysis of variance), so that what does not differ between families does not drown what does.
    """
    known = positions >= 0
    counts = np.bincount(positions[known], minlength=n_parents)
    sums = [np.bincount(positions[known], weights=children[known, dim], minlength=n_parents) for dim in range(children.shape[1])]
    means = np.column_stack(sums) if sums else np.zeros((n_parents, 0))
    means /= np.maximum(counts, 1)[:, None]
    return np.asarray(means * _reliability(children[known], means, counts), dtype=np.float32)


def _reliability(children: Matrix, means: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(n_dims,) 0..1; ones where families are too small to tell."""
    n, families = len(children), int((counts > 0).sum())
    if families < 2 or n - families < families // 4 + 1:
        return np.ones(children.shape[1])
    centre = children.mean(axis=0, dtype=np.float64)
    between = counts @ (means - centre) ** 2
    within = np.maximum(((children - centre) ** 2).sum(axis=0, dtype=np.float64) - between, 0.0)
    chance = (within / (n - families)) / np.maximum(between / (families - 1), 1e-12)
    return np.asarray(np.clip(1.0 - chance, 0.0, 1.0), dtype=np.float64)


def is_reference(counts: npt.NDArray[np.int64]) -> bool:
    """Few parents with many children each: things like airlines or countries, which are levels rather than individuals."""
    children = counts[counts > 0]
    return 0 < len(children) <= _REFERENCE_PARENTS and float(children.mean()) >= _REFERENCE_CHILDREN


def profiles(means: Matrix, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(n_parents, 0 to 2) float64: scores of the families on their first principal directions, NaN without children.

    Siblings resemble each other beyond what the parent's attributes say. The engine learns these scores like any attribute of
    the parent, so that a generated parent has a family of a kind, too. No scores where families are small or few.
    """
    has = counts > 0
    if has.sum() < (2 if is_reference(counts) else 20) or means.shape[1] == 0 or counts[has].mean() < _FAMILY:
        return np.zeros((len(counts), 0))
    weight = np.sqrt(counts[has].astype(np.float64))[:, None]
    centred = means[has] - np.average(means[has], axis=0, weights=counts[has])
    _, strength, directions = np.linalg.svd(centred * weight, full_matrices=False)
    kept = min(_PROFILES, int((strength > 1e-3 * max(float(strength[0]), 1e-12)).sum()))
    directions = directions[:kept]
    signs = np.sign(directions[np.arange(kept), np.abs(directions).argmax(axis=1)])  # SVD leaves the sign open
    scores = np.full((len(counts), kept), np.nan)
    scores[has] = np.round(centred @ (directions * signs[:, None]).T, 4)
    return scores
