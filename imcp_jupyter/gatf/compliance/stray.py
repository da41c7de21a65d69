"""Personal data where the real table has none."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...models.pii import HIPAA
from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..privacy.copies import Excess
from ..texts import Mask, masked
from .tokens import Found, found_in

OWN = 0.2  # share of a column's cells from which it is a column of this kind; below, and without a real table, a cell is a stray
CHANCE = 0.05  # error level in free text, where unseen real rows may hold what the seen ones do not
EXAMPLES_SHOWN = 5


class StrayPersonalData(Measure):
    """Cells with personal data in columns whose real cells hold none of this kind: a leak from elsewhere.

    Counts what a strict form or a checksum gives away: addresses of mail, networks and profiles, payment cards, accounts, national ids,
    phones. Where the real column holds the kind too, cells are fakes as far as one can see (the check of replayed identifiers tells
    them from real ones), and only more than twice as many count.
    """

    id = "pii_content"
    dimension = "compliance"
    title = "Personal data out of place"
    source = "45 CFR 164.514(b)(2)(i), the 18 identifiers of HIPAA Safe Harbor; PCI DSS 4.0.1, requirement 3; python-stdnum; libphonenumber"
    needs_real = False
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        strays = _strays(comparison)
        table = comparison.tables["synthetic"]
        cells = table.n_rows * len(table.names)
        affected = _affected(strays)
        count = sum(int(mask.sum()) for mask in affected.values())
        if not count:
            return incidence(0, cells, "No cell holds personal data where the real table has none.", {})
        rows = np.logical_or.reduce(list(affected.values()))
        kinds: dict[str, int] = {}
        examples: list[dict[str, Any]] = []
        for found in strays:
            kinds[found.kind] = kinds.get(found.kind, 0) + int(found.rows.sum())
            piece = next(iter(found.pieces.values()))[0]
            examples.append({"column": found.texts.column, "kind": found.kind, "value": masked(piece, 2), "hipaa": HIPAA.get(found.kind)})
        columns = {name: int(mask.sum()) for name, mask in affected.items()}
        most = max(columns, key=lambda name: columns[name])
        return incidence(
            count,
            cells,
            f"{count:,} cells hold personal data ({', '.join(sorted(kinds))}) where none belongs, most in '{most}'.",
            {"columns": columns, "kinds": kinds, "row_positions": shown_rows(rows), "examples": examples[:EXAMPLES_SHOWN]},
        )

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(cells=_affected(_strays(comparison)))


def _affected(strays: list[Found]) -> dict[str, Mask]:
    cells: dict[str, Mask] = {}
    for found in strays:
        column = found.texts.column
        cells[column] = cells[column] | found.rows if column in cells else found.rows
    return cells


def _strays(comparison: Comparison) -> list[Found]:
    return comparison.once("strays", lambda: [one for one in found_in(comparison, "synthetic").values() if _is_stray(one, comparison)])


def _is_stray(found: Found, comparison: Comparison) -> bool:
    column, here = found.texts.column, found.rows
    card = comparison.facts.card
    if card is not None and any(one.column == column and one.treatment == "fake" for one in card.pii):
        return False
    if "real" not in comparison.tables or column not in comparison.tables["real"].names:
        return int(here.sum()) < OWN * max(found.texts.present, 1)
    there = _real_rows(found, comparison)
    if there.any():
        return Excess(here, there).is_sure(2.0)
    schema = comparison.tables["real"].schema
    return schema[column].kind != "text" or Excess(here, there).chance < CHANCE


def _real_rows(found: Found, comparison: Comparison) -> Mask:
    """(n_real + n_holdout,): real rows with the same kind in the same column."""
    parts = []
    for role in ("real", "holdout"):
        if role in comparison.tables and found.texts.column in comparison.tables[role].names:
            same = found_in(comparison, role).get((found.texts.column, found.kind))
            parts.append(np.zeros(comparison.tables[role].n_rows, dtype=bool) if same is None else same.rows)
    whole: Mask = np.concatenate(parts)
    return whole
