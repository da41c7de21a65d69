"""Mend a table by what the checks object to, and touch nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Table
from ...errors import InvalidInput
from ...models.correction import Change, Leftover
from ...models.validation import ReportDocument
from ..comparison import Comparison, Progress
from ..facts import Facts
from ..measure import Affected, Measure
from ..quality.validity import Validity
from ..run import all_measures, no_progress
from .clear_faults import ClearFaults
from .draft import Draft
from .mend import empty_cells, mend_cells

Mask = npt.NDArray[np.bool_]
Redraw = Callable[[int, int], pd.DataFrame]  # (rows, seed) to new rows of the same columns

EDITING_ROUNDS = 3  # in which cells are mended and rows drawn anew; what is bad after them is dropped
MOST_ROUNDS = 8
HARMFUL = ("security", "compliance", "privacy")  # dimensions whose finds must not stay, even where nothing can stand in their place
MOST_DROPPED = 0.5  # share of the rows that may be dropped for cells that could not be mended


@dataclass(frozen=True)
class Correction:
    """The mended table. `origin` (n_rows,) are the positions of its rows in the table that was given."""

    frame: pd.DataFrame
    origin: npt.NDArray[np.intp]
    changes: list[Change]
    left: list[Leftover]
    rows_dropped: int
    rows_redrawn: int
    cells_changed: int


def objecting(document: ReportDocument) -> list[Measure]:
    """The checks of a report that `correct` should heed: those that failed or warned, and single cells that are clearly wrong.

    A few cells far out of range leave the score of 'valid values' above its threshold. Other checks that pass count what real rows do too.
    """
    verdicts = {check.id: check.verdict for check in document.checks}
    heeded = [measure for measure in all_measures() if verdicts.get(measure.id) in ("fail", "warn")]
    return heeded if any(measure.id == Validity.id for measure in heeded) else [*heeded, ClearFaults()]


def correct(
    synthetic: Table,
    real: Table | None = None,
    holdout: Table | None = None,
    *,
    measures: Sequence[Measure],
    evidence: Mapping[str, Affected] | None = None,
    target: str | None = None,
    facts: Facts | None = None,
    seed: int = 0,
    redraw: Redraw | None = None,
    progress: Progress = no_progress,
) -> Correction:
    """`synthetic` without the rows and cells that `measures` object to, or that `evidence` names by check id.

    Bad rows are drawn anew by `redraw`, else dropped. Bad cells get an unused id, a harmless form of their text, or the value of the
    most alike sound row. Mended tables are judged again, until nothing is found; what editing does not mend is dropped. All other
    cells stay as they are. Raises `InvalidInput` where no row would be left.
    """
    draft = Draft(synthetic.frame)
    harmful = {measure.id for measure in measures if measure.dimension in HARMFUL} | set(evidence or ())
    left: dict[tuple[str, str | None], Leftover] = {}
    for attempt in range(MOST_ROUNDS):
        progress(min(0.95, attempt / EDITING_ROUNDS), "looking for what to mend" if attempt == 0 else "looking at what was mended")
        comparison = Comparison(
            Table.of(draft.frame, synthetic.schema, field="synthetic"), real, holdout, target=target, seed=seed, replicates=1, facts=facts
        )
        rows, cells = _objections(comparison, measures, evidence if attempt == 0 else None, left)
        if not rows and not cells:
            break
        rng = comparison.rng(f"correct:{attempt}")
        if attempt < EDITING_ROUNDS:
            bad = _any(rows.values(), draft.n_rows)
            cells = {key: mask & ~bad for key, mask in cells.items()}
            lost = mend_cells(draft, cells, bad, comparison, rng, harmful)
            for lost_key, reason in lost.items():
                left[lost_key] = Leftover(check=lost_key[0], column=lost_key[1], count=int(cells[lost_key].sum()), reason=reason)
            ids = frozenset(field.name for field in comparison.fields if field.kind == "id")
            _mend_rows(draft, rows, redraw, seed + attempt, ids)
            continue
        late = _any([*rows.values(), *cells.values()], draft.n_rows)
        if late.mean() <= MOST_DROPPED:
            _drop(draft, _by_check(rows, cells))
        elif not empty_cells(draft, cells, harmful):
            why = "more than half of the rows would have to go"
            for check, column, mask in [
                *((check, None, mask) for check, mask in rows.items()),
                *((*key, mask) for key, mask in cells.items()),
            ]:
                left[check, column] = Leftover(check=check, column=column, count=int(mask.sum()), reason=why)
            break
    return Correction(
        draft.frame, draft.origin, draft.changes(), list(left.values()), draft.rows_dropped, draft.rows_redrawn, draft.cells_changed
    )


def _objections(
    comparison: Comparison,
    measures: Sequence[Measure],
    evidence: Mapping[str, Affected] | None,
    left: Mapping[tuple[str, str | None], Leftover],
) -> tuple[dict[str, Mask], dict[tuple[str, str], Mask]]:
    """Bad rows by check, bad cells by check and column; neither has an empty mask, nor what was given up."""
    found = [(measure.id, measure.affected(comparison)) for measure in measures] + list((evidence or {}).items())
    rows: dict[str, Mask] = {}
    cells: dict[tuple[str, str], Mask] = {}
    for check, affected in found:
        if affected is None:
            continue
        if affected.rows is not None and affected.rows.any() and (check, None) not in left:
            rows[check] = affected.rows | rows.get(check, False)
        for column, mask in affected.cells.items():
            if mask.any() and (check, column) not in left:
                cells[check, column] = mask | cells.get((check, column), False)
    return rows, cells


def _mend_rows(draft: Draft, rows: Mapping[str, Mask], redraw: Redraw | None, seed: int, ids: frozenset[str]) -> None:
    bad = _any(rows.values(), draft.n_rows)
    if not bad.any():
        return
    if redraw is None:
        _drop(draft, rows)
        return
    for check, mask in rows.items():
        draft.note(check, None, "row drawn anew", mask)
    draft.replace_rows(bad, redraw(int(bad.sum()), seed), kept=ids)  # ids of the old rows are unique, drawn ones may be taken


def _drop(draft: Draft, rows: Mapping[str, Mask]) -> None:
    bad = _any(rows.values(), draft.n_rows)
    if bad.all():
        names = ", ".join(f"'{check}'" for check in rows)
        raise InvalidInput(f"every row breaks {names}, so none would be left", field="synthetic", hint="generate the data anew")
    for check, mask in rows.items():
        draft.note(check, None, "row dropped", mask)
    draft.drop_rows(bad)


def _by_check(rows: Mapping[str, Mask], cells: Mapping[tuple[str, str], Mask]) -> dict[str, Mask]:
    found = dict(rows)
    for (check, _), mask in cells.items():
        found[check] = mask | found.get(check, False)
    return found


def _any(masks: Iterable[Mask], n_rows: int) -> Mask:
    found = np.zeros(n_rows, dtype=bool)
    for mask in masks:
        found |= mask
    return found
