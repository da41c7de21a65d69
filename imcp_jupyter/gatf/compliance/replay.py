"""Do identifiers of real people come back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..privacy.copies import COPY_LEVEL, COPY_RATIO, Excess
from ..texts import Mask, masked
from .identifiers import NAMES, SHORTEST, Cells, Identifiers, cells_of, identifiers_of_real, key_of
from .tokens import Found, found_in

BY_CHANCE = 0.01  # identifiers that may be met by chance in the whole table, for a single one to be proof
EXAMPLES_SHOWN = 5


@dataclass(frozen=True)
class Replay:
    """Cells of a synthetic column that hold identifiers of real people: `rows` (n_synthetic,), and whether that is beyond doubt."""

    column: str
    where: str
    rows: Mask
    natural: float
    is_sure: bool


class IdentifierReplay(Measure):
    """Identifiers of real people (mail, phone, cards, accounts, national and record numbers …) that occur in the synthetic table.

    Compared without separators and capitals, as whole cells of any column and inside texts. Gate: a single one where real's
    identifiers are nearly unique, unseen rows repeat none of them and random ones would not meet them by chance; else clearly more
    than unseen rows repeat (conditional binomial test, level 0.1 %, five at least). Without a holdout, real rows that share their
    identifier with another one stand in for the unseen, and names and addresses are left out.
    """

    id = "pii_replay"
    dimension = "compliance"
    title = "PII replay"
    source = (
        "45 CFR 164.514(b)(2)(i) (HIPAA Safe Harbor); Platzer and Reutterer 2021 for the holdout's rate; Przyborowski and Wilenski 1940"
    )
    gate = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        replays = _replays(comparison)
        sure = [replay for replay in replays if replay.is_sure]
        sources = identifiers_of_real(comparison)
        names = sorted({source.column for source in sources} | {found.texts.column for found in found_in(comparison, "real").values()})
        cells = comparison.tables["synthetic"].n_rows * max(1, len(names))
        affected = _affected(sure)
        count = sum(int(mask.sum()) for mask in affected.values())
        evidence: dict[str, Any] = {"identifier_columns": names[:20]}
        natural = {replay.column: int(replay.rows.sum()) for replay in replays if not replay.is_sure}
        if natural:
            evidence["no_more_than_unseen_rows"] = natural
        if not count:
            said = (
                "None of the identifiers of real people came back" if names else "The real table holds no identifiers that could come back"
            )
            if natural:
                said = f"{sum(natural.values()):,} cells hold identifiers of real people, no more than unseen rows or chance would"
            return incidence(0, cells, f"{said}.", evidence, gate=True)
        rows = np.logical_or.reduce(list(affected.values()))
        columns = {name: int(mask.sum()) for name, mask in affected.items()}
        most = max(columns, key=lambda name: columns[name])
        evidence |= {
            "columns": columns,
            "expected_share": {replay.column: round(replay.natural, 6) for replay in sure},
            "found": {replay.column: replay.where for replay in sure},
            "row_positions": shown_rows(rows),
            "examples": [_example(comparison, replay) for replay in sure[:EXAMPLES_SHOWN]],
        }
        return incidence(count, cells, f"{count:,} cells hold an identifier of a real person, most in '{most}'.", evidence, gate=True)

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(cells=_affected([replay for replay in _replays(comparison) if replay.is_sure])) if comparison.has_real else None


def _affected(replays: list[Replay]) -> dict[str, Mask]:
    cells: dict[str, Mask] = {}
    for replay in replays:
        cells[replay.column] = cells[replay.column] | replay.rows if replay.column in cells else replay.rows
    return cells


def _example(comparison: Comparison, replay: Replay) -> dict[str, str]:
    row = int(np.flatnonzero(replay.rows)[0])
    value = comparison.tables["synthetic"].frame[replay.column].iloc[row]
    return {"column": replay.column, "value": masked(str(value), 2)}


def _replays(comparison: Comparison) -> list[Replay]:
    """Every column that holds identifiers of real people, whether or not more of them than it should."""
    return comparison.once("replays", lambda: _search(comparison))


def _search(comparison: Comparison) -> list[Replay]:
    replays, strong = [], []
    for source in identifiers_of_real(comparison):
        natural = _natural(source, comparison)
        rows = comparison.tables["synthetic"].n_rows
        if source.kind not in NAMES and source.is_nearly_unique and not natural.any() and source.density * rows < BY_CHANCE:
            strong.append(source)
        cells = cells_of(comparison, "synthetic", source.column)
        if cells is None:
            continue
        here = cells.holding(source.known)
        if here.any():
            sure = _is_sure(here[cells.present], natural, source.density, single=source.is_nearly_unique)
            replays.append(Replay(source.column, "in its own column", here, _share(natural), sure))
    owners = _owners(strong, comparison)
    own = {source.column for source in identifiers_of_real(comparison)}
    if any(owner >= 0 for owner in owners.values()):
        replays += [replay for replay in _elsewhere(comparison, owners, own) if replay.rows.any()]
    return replays


def _natural(source: Identifiers, comparison: Comparison) -> Mask:
    """(n_cells,): unseen real cells of this column that hold one of its identifiers."""
    holdout = cells_of(comparison, "holdout", source.column) if comparison.holdout is not None else None
    if holdout is None or not holdout.present.any():
        return source.repeated
    natural: Mask = holdout.holding(source.known)[holdout.present]
    return natural


def _owners(strong: list[Identifiers], comparison: Comparison) -> dict[str, int]:
    """By identifier the real row that has it. Identifiers of several rows are left out; so are short ones."""
    owners: dict[str, int] = {}

    def add(key: str, row: int) -> None:
        if len(key) >= SHORTEST and key.strip("0"):
            owners[key] = row if owners.get(key, row) == row else -2

    for source in strong:
        cells = cells_of(comparison, "real", source.column)
        assert cells is not None
        first = np.zeros(len(cells.keys), dtype=np.int64)
        rows = np.flatnonzero(cells.present)[::-1]
        first[cells.codes[rows]] = rows
        for key, row in zip(cells.keys, first.tolist(), strict=True):
            add(key, row)
    for found in found_in(comparison, "real").values():
        counts = np.bincount(found.texts.codes[found.texts.codes >= 0], minlength=len(found.texts.values))
        rows = np.flatnonzero(found.texts.codes >= 0)[::-1]
        first = np.zeros(len(found.texts.values), dtype=np.int64)
        first[found.texts.codes[rows]] = rows
        for position, pieces in found.pieces.items():
            for piece in pieces:
                add(key_of(piece), int(first[position]) if counts[position] == 1 else -2)
    return owners


def _elsewhere(comparison: Comparison, owners: dict[str, int], own: set[str]) -> list[Replay]:
    """In other columns, and inside texts."""
    replays = []
    for name in comparison.tables["synthetic"].names:
        cells = None if name in own else cells_of(comparison, "synthetic", name)
        if cells is not None:
            here = _foreign(cells, owners, None)
            if here.any():
                natural = _natural_elsewhere(comparison, name, owners)
                replays.append(Replay(name, "in another column", here, _share(natural), _is_sure(here, natural, 0.0, single=True)))
    for (name, kind), found in found_in(comparison, "synthetic").items():
        if name in own:
            continue
        here = _inside(found, owners, None)
        if here.any():
            natural = _natural_inside(comparison, name, kind, owners)
            replays.append(Replay(name, "inside a text", here, _share(natural), _is_sure(here, natural, 0.0, single=True)))
    return replays


def _natural_elsewhere(comparison: Comparison, name: str, owners: dict[str, int]) -> Mask:
    for role in ("holdout", "real"):
        cells = cells_of(comparison, role, name) if role in comparison.tables else None
        if cells is not None:
            return _foreign(cells, owners, np.arange(len(cells.codes)) if role == "real" else None)
    return np.zeros(comparison.real.n_rows, dtype=bool)


def _natural_inside(comparison: Comparison, name: str, kind: str, owners: dict[str, int]) -> Mask:
    role = comparison.reference
    found = found_in(comparison, role).get((name, kind))
    if found is None:
        return np.zeros(comparison.tables[role].n_rows, dtype=bool)
    return _inside(found, owners, np.arange(len(found.texts.codes)) if role == "real" else None)


def _foreign(cells: Cells, owners: dict[str, int], rows: Any) -> Mask:
    """(n_rows,): cells that hold an identifier, of another row than their own where `rows` are those of the real table."""
    owner = np.fromiter((owners.get(key, -1) for key in cells.keys), dtype=np.int64, count=len(cells.keys))
    held = np.append(owner, -1)[cells.codes]
    mask: Mask = (held >= 0) if rows is None else (held >= 0) & (held != rows)
    return mask


def _inside(found: Found, owners: dict[str, int], rows: Any) -> Mask:
    owner = np.full(len(found.texts.values) + 1, -1, dtype=np.int64)
    for position, pieces in found.pieces.items():
        owner[position] = max(owners.get(key_of(piece), -1) for piece in pieces)
    held = owner[found.texts.codes]
    mask: Mask = (held >= 0) if rows is None else (held >= 0) & (held != rows)
    return mask


def _is_sure(here: Mask, natural: Mask, density: float, *, single: bool) -> bool:
    """`here`: cells that hold a real identifier, `natural`: unseen ones that do."""
    if not len(here) or not len(natural):
        return False
    if single and not natural.any() and density * len(here) < BY_CHANCE:
        return bool(here.any())
    chance = float(stats.binom.sf(int(here.sum()) - 1, len(here), density))
    return Excess(here, natural).is_sure(COPY_RATIO) and chance < COPY_LEVEL


def _share(natural: Mask) -> float:
    return float(natural.mean()) if len(natural) else 0.0
