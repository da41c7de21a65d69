"""Do keys of several columns stay unique?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field
from ..measure import Affected, Finding, Measure, Skipped, shown_rows
from .worst import rounded

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_COLUMNS = 40
FIRST_LOOK = 5_000  # real rows that tell most pairs to be no key, before all rows are looked at
SURE = 10.0  # pairs of equal rows to be expected of independent columns: none is then no chance (e^-10)
LEAST_ROWS = 50


class CompositeKeys(Measure):
    """Rows that repeat a pair of values which is a key in real: unique there, where independent columns would repeat some.

    Pairs are learned from real among columns that are no key by themselves (those are for 'valid values'), and must hold in the
    holdout.
    """

    id = "composite_keys"
    dimension = "quality"
    title = "Keys of two columns"
    source = "Abedjan et al. 2015, Profiling relational data: unique column combinations; here tested against chance"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if comparison.real.n_rows < LEAST_ROWS:
            return Skipped(f"needs at least {LEAST_ROWS} real rows")
        repeats = self._repeats(comparison)
        if not repeats:
            return Skipped("no pair of columns is a key of the real table beyond chance")
        shares = {name: float(1 - mask.mean()) for name, mask in repeats.items()}
        value = min(shares.values())
        together = _any(repeats)
        return Finding(
            value,
            0.5,
            1.0,
            f"{int(together.sum()):,} synthetic rows repeat one of {len(repeats)} keys of two columns that never repeat in real.",
            {
                "keys": {name: rounded(share) for name, share in shares.items()},
                "row_positions": shown_rows(together),
                "floor": "half of the rows repeat a key",
            },
            verdict="fail" if together.any() and value < 0.99 else None,
        )

    def affected(self, comparison: Comparison) -> Affected | None:
        if comparison.real.n_rows < LEAST_ROWS or not self._repeats(comparison):
            return None
        return Affected(_any(self._repeats(comparison)))

    def _repeats(self, comparison: Comparison) -> dict[str, Mask]:
        """By key the synthetic rows that repeat an earlier one."""
        return comparison.once(self.id + ":repeats", lambda: self._found(comparison))

    def _found(self, comparison: Comparison) -> dict[str, Mask]:
        roles: list[str] = [role for role in ("real", "holdout", "synthetic") if role in comparison.tables]
        columns = {field.name: _coded(comparison, field, roles) for field in _candidates(comparison)}
        names = list(columns)[:MOST_COLUMNS]
        agreed = {name: _agreement(columns[name]["real"]) for name in names}
        rows = comparison.real.n_rows
        some = comparison.pick("real", FIRST_LOOK, self.id)
        found = {}
        for first, second in combinations(names, 2):
            if rows * (rows - 1) / 2 * agreed[first] * agreed[second] < SURE:
                continue
            if _repeated(columns[first]["real"][some], columns[second]["real"][some]).any():
                continue
            known = [role for role in roles if role != "synthetic"]
            if any(_repeated(columns[first][role], columns[second][role]).any() for role in known):
                continue
            found[f"{first} × {second}"] = _repeated(columns[first]["synthetic"], columns[second]["synthetic"])
        return found


def _any(masks: dict[str, Mask]) -> Mask:
    return np.asarray(np.logical_or.reduce(np.stack(list(masks.values()))), dtype=bool)


def _candidates(comparison: Comparison) -> list[Field]:
    """Columns whose values repeat, two times each or more, and none of whose cells is missing; no measurements, which are no keys."""
    found = []
    for field in comparison.fields:
        column = comparison.real[field.name]
        if field.kind in ("constant", "continuous") or comparison.real.missing(field.name).any():
            continue
        if 1 < len(np.unique(column)) <= len(column) / 2:
            found.append(field)
    return found


def _coded(comparison: Comparison, field: Field, roles: list[str]) -> dict[str, Codes]:
    columns = [comparison.table(role)[field.name] for role in roles]
    _, codes = np.unique(np.concatenate(columns), return_inverse=True)
    parts = np.split(codes.astype(np.int64), np.cumsum([len(column) for column in columns])[:-1])
    return dict(zip(roles, parts, strict=True))


def _agreement(codes: Codes) -> float:
    """Chance that two rows agree."""
    shares = np.bincount(codes) / len(codes)
    return float(shares @ shares)


def _repeated(first: Codes, second: Codes) -> Mask:
    """(n_rows,) rows whose pair of values an earlier row has."""
    packed = first << np.int64(32) | second
    again = np.ones(len(packed), dtype=bool)
    again[np.unique(packed, return_index=True)[1]] = False
    return again
