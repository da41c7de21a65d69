"""Mend single cells, each in the way that changes least."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ...models.correction import Action
from ..comparison import Comparison
from .donors import donors_for
from .draft import Draft
from .fresh_ids import fresh_ids
from .scrub import SCRUBS

Mask = npt.NDArray[np.bool_]
Cells = Mapping[tuple[str, str], Mask]  # bad cells by check and column


def mend_cells(
    draft: Draft, cells: Cells, bad_rows: Mask, comparison: Comparison, rng: np.random.Generator, harmful: Collection[str]
) -> dict[tuple[str, str], str]:
    """Mend `cells`; returns those that could not be, with the reason. Rows of `bad_rows` lend nothing.

    Ids: an unused one. Free text that only holds a formula, unsafe characters or too much: the text, made harmless. All others:
    the value of the most alike sound row. Where no row is sound, what checks of `harmful` object to is emptied, the rest left.
    """
    kinds = {field.name: field.kind for field in comparison.fields}
    schema = comparison.tables["synthetic"].schema
    lent: dict[str, Mask] = {}
    lost: dict[tuple[str, str], str] = {}
    wanted = {column: _union(cells, column) for column in dict.fromkeys(column for _, column in cells)}
    for column, rows in wanted.items():
        kind = kinds.get(column, schema[column].kind)
        checks = [check for check, name in cells if name == column]
        if kind == "id":
            if not _renew(draft, column, checks, cells, comparison, rng):
                lost |= _empty(draft, {column: rows}, cells, harmful)
            continue
        if kind == "text":
            _scrub(draft, column, checks, cells)
            checks = [check for check in checks if check not in SCRUBS]
            rows = _union({key: mask for key, mask in cells.items() if key[0] in checks}, column, draft.n_rows)
        if rows.any():
            lent[column] = rows
    if lent:
        lost |= _empty(draft, _lend(draft, lent, cells, bad_rows, comparison, rng), cells, harmful)
    return lost


def _renew(draft: Draft, column: str, checks: list[str], cells: Cells, comparison: Comparison, rng: np.random.Generator) -> bool:
    rows = _union(cells, column)
    taken = [table.frame[column] for role, table in comparison.tables.items() if role != "synthetic" and column in table.names]
    own = draft.frame[column]
    new = fresh_ids(own[~rows] if not rows.all() else own, int(rows.sum()), [*taken, own], rng)
    if new is None:
        return False
    for check in checks:
        draft.note(check, column, "new id", cells[check, column])
    draft.put(column, rows, new)
    return True


def _scrub(draft: Draft, column: str, checks: list[str], cells: Cells) -> None:
    for check, (clean, action) in SCRUBS.items():
        if check not in checks:
            continue
        rows = cells[check, column]
        draft.note(check, column, action, rows)
        draft.put(column, rows, [clean(str(text)) for text in draft.frame[column][rows]])


def _lend(
    draft: Draft, lent: dict[str, Mask], cells: Cells, bad_rows: Mask, comparison: Comparison, rng: np.random.Generator
) -> dict[str, Mask]:
    """Lend each bad cell the value of a like row; returns the columns where no row is sound, with their bad cells."""
    hopeless = {column: rows for column, rows in lent.items() if not _sound([rows], bad_rows).any()}
    able = {column: rows for column, rows in lent.items() if column not in hopeless}
    # Together where some rows are sound in all of the columns, so that the cells of one row fit each other; else one by one.
    together = [able] if able and _sound(able.values(), bad_rows).any() else [{column: rows} for column, rows in able.items()]
    for group in together:
        givers = donors_for(group, _sound(group.values(), bad_rows), comparison, rng)
        before = draft.frame
        for column, rows in group.items():
            _note(draft, column, "taken from a like row", cells, rows)
            draft.put(column, rows, pd.Series(before[column].array[givers[rows]]))
    return hopeless


def empty_cells(draft: Draft, cells: Cells, harmful: Collection[str]) -> bool:
    """Empty the cells that checks of `harmful` object to; whether any could be."""
    kept = {key: mask for key, mask in cells.items() if key[0] in harmful}
    return len(_empty(draft, {column: _union(kept, column) for _, column in kept}, kept, harmful)) < len(kept)


def _empty(draft: Draft, hopeless: Mapping[str, Mask], cells: Cells, harmful: Collection[str]) -> dict[tuple[str, str], str]:
    lost: dict[tuple[str, str], str] = {}
    for column, rows in hopeless.items():
        checks = [check for check, name in cells if name == column]
        if not any(check in harmful for check in checks):
            lost |= {(check, column): "nothing sound can take its place" for check in checks}
            continue
        try:
            draft.put(column, rows, [None] * int(rows.sum()))
        except InvalidInput:
            lost |= {(check, column): "nothing sound can take its place, and the column's type has no missing value" for check in checks}
            continue
        _note(draft, column, "emptied", cells, rows)
    return lost


def _sound(bad: Iterable[Mask], bad_rows: Mask) -> Mask:
    sound: Mask = ~np.logical_or.reduce([bad_rows, *bad])
    return sound


def _note(draft: Draft, column: str, action: Action, cells: Cells, rows: Mask) -> None:
    for (check, name), mask in cells.items():
        if name == column:
            draft.note(check, column, action, mask & rows)


def _union(cells: Cells, column: str, n_rows: int = 0) -> Mask:
    masks = [mask for (_, name), mask in cells.items() if name == column]
    found: Mask = np.logical_or.reduce(masks) if masks else np.zeros(n_rows, dtype=bool)
    return found
