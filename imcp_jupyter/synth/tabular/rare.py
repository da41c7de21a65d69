"""Values that few rows have, taken out before anything is learned: they can point to a person.

Categories: a level that fewer than k rows have leaves the table with its rows, so that it is neither drawn nor stored, and relations
between columns stay whole. Where such rows are many, cells are replaced by those of rows drawn at random instead. A column in which
rare levels are the rule (cities, zip codes) keeps them; when `blunt`, its levels change places within groups of k rows.
Datetimes, and when `blunt` all numbers: the k lowest and the k highest become the k-th (top and bottom coding).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column, Mask, Table
from ...models.dataset import DISCRETE_KINDS, NUMERIC_KINDS, TableSchema

Rows = npt.NDArray[np.int64]

_FEW = 0.05  # share of a column's rows up to which rare levels are the exception
_LOST = 0.05  # share of the table's rows that may leave it
_ROUNDS = 20  # rows that leave can make another level rare


def protected(table: Table, rare_rows: int, blunt: bool, spared: Collection[str] = ()) -> Table:
    """`table` without what fewer than `rare_rows` rows have. Missing cells, ids and free text stay as they are.

    The columns `spared` tell how rows hang together, not what a person has: they stay, and so do all rows.
    """
    if rare_rows < 2:
        return table
    rng = np.random.Generator(np.random.Philox(table.n_rows))  # fixed: protection is a part of the engine, not of the draw
    table = _without_rare_levels(table, rare_rows, rng, spared)
    sources: dict[str, Rows] = {}
    for name in [name for name in table.names if name not in spared]:
        column = table[name]
        if column.schema.kind in DISCRETE_KINDS and blunt:
            sources[name] = _shuffled(column, rare_rows, rng)
        elif column.schema.kind == "datetime" or (column.schema.kind in NUMERIC_KINDS and blunt):
            sources[name] = _coded_ends(column, rare_rows)
    return _taken(table, sources)


def rare_levels(column: Column, rare_rows: int) -> Mask:
    """(n_levels,) which levels fewer than `rare_rows` rows have; none where these are not the exception."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.categories))
    rare = counts < rare_rows
    exception = counts[rare].sum() <= _FEW * len(column.series) and not rare.all()
    return rare if exception else np.zeros_like(rare)


def _without_rare_levels(table: Table, rare_rows: int, rng: np.random.Generator, spared: Collection[str]) -> Table:
    discrete = [name for name in table.names if name not in spared and table[name].schema.kind in DISCRETE_KINDS]
    part = table
    for _ in range(_ROUNDS):
        holds = {name: _holds(part[name], rare_levels(part[name], rare_rows)) for name in discrete}
        leaves = np.zeros(part.n_rows, dtype=bool)
        for rows in holds.values():
            leaves |= rows
        if not leaves.any():
            return _known(table, part, discrete)
        if spared or part.n_rows - leaves.sum() < (1.0 - _LOST) * table.n_rows:
            return _known(table, _taken(part, {name: _donors(part[name], rows, rng) for name, rows in holds.items()}), discrete)
        part = part.select_rows(np.flatnonzero(~leaves))
    return _known(table, part, discrete)


def _holds(column: Column, levels: Mask) -> Mask:
    """(n_rows,) which cells have one of `levels`."""
    return np.append(levels, False)[column.codes]


def _donors(column: Column, rows: Mask, rng: np.random.Generator) -> Rows:
    """By row, the row whose cell it takes: itself, or for `rows` one of the others."""
    found = np.arange(len(rows))
    found[rows] = rng.choice(np.flatnonzero(~rows & ~column.missing), size=int(rows.sum()))
    return found


def _shuffled(column: Column, rare_rows: int, rng: np.random.Generator) -> Rows:
    """Cells of levels that are rare all the same change places within groups of neighbouring levels that have `rare_rows` rows."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.categories))
    found = np.arange(len(column.codes))
    rare = np.flatnonzero(counts < rare_rows)
    if not len(rare):
        return found
    group = np.full(len(counts) + 1, -1)
    number, rows, left = 0, 0, int(counts[rare].sum())
    for level in rare.tolist():
        if rows >= rare_rows and left >= rare_rows:  # what is left must fill a group of its own
            number, rows = number + 1, 0
        group[level] = number
        rows += int(counts[level])
        left -= int(counts[level])
    own = group[column.codes]
    moved = np.flatnonzero(own >= 0)
    by_group = moved[np.argsort(own[moved], kind="stable")]
    found[by_group] = by_group[np.lexsort((rng.random(len(by_group)), own[by_group]))]
    return found


def _coded_ends(column: Column, rare_rows: int) -> Rows:
    found = np.arange(len(column.series))
    present = np.flatnonzero(~np.isnan(column.values))
    if len(present) < 4 * rare_rows:  # the ends would be half of the column
        return found
    ordered = present[np.argsort(column.values[present], kind="stable")]
    found[ordered[:rare_rows]] = ordered[rare_rows - 1]
    found[ordered[-rare_rows:]] = ordered[-rare_rows]
    return found


def _taken(table: Table, sources: Mapping[str, Rows]) -> Table:
    """`table` with the cells of each row taken from the row that `sources` names."""
    plain = np.arange(table.n_rows)
    moved = {name: rows for name, rows in sources.items() if not np.array_equal(rows, plain)}
    if not moved:
        return table
    columns = {name: table.frame[name].take(moved[name]).set_axis(table.frame.index) for name in moved}
    return Table(table.frame.assign(**columns), table.schema)


def _known(real: Table, part: Table, discrete: list[str]) -> Table:
    """`part` with a schema whose orders have no level that only `real` has; a categorical dtype states its levels for all to see."""
    if part is real:
        return part
    columns = []
    for schema in part.schema.columns:
        if schema.name in discrete and schema.order is not None and not isinstance(part[schema.name].series.dtype, pd.CategoricalDtype):
            gone = set(real[schema.name].categories.tolist()) - set(part[schema.name].categories.tolist())
            schema = schema.model_copy(update={"order": [level for level in schema.order if level not in gone]})
        columns.append(schema)
    return Table(part.frame, TableSchema(columns=columns))
