"""New values for single cells: those of the most alike row that nothing is wrong with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded, Field

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

PAIRS = 20_000_000  # pairs of rows that are compared at most
FEWEST, MOST = 200, 4_000  # donors that are looked at, drawn by the seed


def donors_for(cells: Mapping[str, Mask], sound: Mask, comparison: Comparison, rng: np.random.Generator) -> Rows:
    """For every row the row that lends it its bad cells, -1 where it has none: (n_synthetic,).

    `cells` are the bad cells by column, `sound` the rows that may lend; at least one. All cells of a row come from one donor, so that
    they fit each other: the nearest by Gower distance over the columns that are not bad in the row (nearest-neighbour hot deck;
    Andridge and Little 2010, A review of hot deck imputation), the first in random order among equals.
    """
    found = np.full(len(sound), -1, dtype=np.intp)
    names = list(cells)
    patterns = np.stack([cells[name] for name in names])
    wanting = np.flatnonzero(patterns.any(axis=0))
    limit = min(MOST, max(FEWEST, PAIRS // max(1, len(wanting))))
    lenders = rng.permutation(np.flatnonzero(sound))[:limit]
    _, where = np.unique(patterns[:, wanting], axis=1, return_inverse=True)
    for pattern in range(int(where.max()) + 1):
        rows = wanting[where.ravel() == pattern]
        bad = {name for at, name in enumerate(names) if patterns[at, rows[0]]}
        fields = [field for field in comparison.modelled if field.name not in bad and field.kind != "constant"]
        for start in range(0, len(rows), 512):
            part = rows[start : start + 512]
            found[part] = lenders[_distances(comparison.synthetic, fields, part, lenders).argmin(axis=1)]
    return found


def _distances(table: Encoded, fields: list[Field], rows: Rows, lenders: Rows) -> npt.NDArray[np.float32]:
    """(n_rows, n_lenders): summed over the columns, 0 to 1 each."""
    total = np.zeros((len(rows), len(lenders)), dtype=np.float32)
    for field in fields:
        column = table[field.name]
        mine, theirs = column[rows][:, None], column[lenders][None, :]
        if not field.is_numeric:
            total += mine != theirs
            continue
        present = column[~np.isnan(column)]
        width = float(present.max() - present.min()) if len(present) else 0.0
        apart = np.abs(mine - theirs) / (width or 1.0)
        total += np.where(np.isnan(apart), np.isnan(mine) != np.isnan(theirs), apart).astype(np.float32)
    return total
