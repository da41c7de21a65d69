"""k-anonymity, l-diversity and t-closeness: what the groups of people who look alike to outsiders give away.

A synthetic row is no person, so small groups in the synthetic table harm nobody by themselves: k and l are judged by what they tell
of training rows beyond what they tell of the holdout. The classical figures of both tables are in the evidence.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped
from .copies import CONTAMINATED, Keys, Mask, distinct, overlap
from .groups import Groups, Secret, groups_of
from .neighbours import point_fields

Floats = npt.NDArray[np.float64]

K = 5
LEAST_ROWS = 100
LEAST_SPAN = 0.02
Z = 1.959964


class _Anonymity(Measure):
    dimension = "privacy"
    weight = 0.25
    needs_holdout = True
    wants_secret = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if min(table.n_rows for table in comparison.tables.values()) < LEAST_ROWS:
            return Skipped(f"needs at least {LEAST_ROWS} rows in every table")
        groups = groups_of(comparison)
        if not groups.names:
            return Skipped("no shared column is a quasi-identifier; name the columns that outsiders may know")
        if self.wants_secret and not groups.secrets:
            return Skipped("no shared column is known to be sensitive; name the columns that nobody may infer")
        if overlap(comparison).is_contaminated:
            return Skipped(CONTAMINATED)
        return self.measure(comparison, groups)

    @abstractmethod
    def measure(self, comparison: Comparison, groups: Groups) -> Finding | Skipped:
        """Measure on the groups that all three share."""

    def evidence(self, groups: Groups) -> dict[str, Any]:
        return {"columns": groups.names, "quasi_identifiers": groups.chosen}


class KAnonymity(_Anonymity):
    """Share of synthetic rows whose quasi-identifiers are those of one to four training rows, against the holdout's share.

    Equal rows count once. Bad case: the training table itself.
    """

    id = "k_anonymity"
    title = "Small groups of people met"
    source = "Sweeney 2002, k-anonymity: a model for protecting privacy"

    def measure(self, comparison: Comparison, groups: Groups) -> Finding | Skipped:
        once = {role: distinct(comparison.table(role), point_fields(comparison)) for role in groups.keys}
        small = {role: _in_small_group(keys[once[role]], groups.keys["real"]) for role, keys in groups.keys.items()}
        value, natural, worst = (float(small[role].mean()) for role in ("synthetic", "holdout", "real"))
        ceiling = natural + Z * _error(natural, len(small["synthetic"]), len(small["holdout"]))
        if worst - ceiling < LEAST_SPAN:
            return Skipped("unseen rows fall into the small groups of the training table as often as training rows do")
        own = {role: _sizes(groups.keys[role]) for role in ("synthetic", "real")}
        return Finding(
            value,
            worst,
            ceiling,
            f"{value:.1%} of the distinct synthetic rows look like fewer than {K} training rows; {natural:.1%} of the holdout rows do.",
            self.evidence(groups)
            | {"expected_share": round(natural, 6)}
            | {f"{role}_k": int(sizes.min()) for role, sizes in own.items()}
            | {f"{role}_share_below_{K}": round(float((sizes < K).mean()), 6) for role, sizes in own.items()}
            | {"floor": "the training table itself"},
            comparison.resamples("synthetic").means(small["synthetic"].astype(float), once["synthetic"]),
        )


class LDiversity(_Anonymity):
    """Share of training rows whose group in the synthetic table has one sensitive value, and it is theirs, against the holdout's.

    Bad case: as many training rows as the synthetic table has. Mean over up to four sensitive columns; numbers in tenths of real.
    """

    id = "l_diversity"
    title = "Secrets told by groups of one value"
    source = "Machanavajjhala et al. 2007, l-diversity: privacy beyond k-anonymity"
    wants_secret = True

    def measure(self, comparison: Comparison, groups: Groups) -> Finding | Skipped:
        every = {role: np.arange(len(keys)) for role, keys in groups.keys.items()}
        told = {role: _told(groups, role, "synthetic", every["synthetic"]) for role in ("real", "holdout")}
        value, natural = (float(told[role].mean()) for role in ("real", "holdout"))
        worst = float(_told(groups, "real", "real", comparison.pick("real", len(every["synthetic"]), self.id)).mean())
        ceiling = natural + Z * _error(natural, len(every["real"]), len(every["holdout"]))
        if worst - ceiling < LEAST_SPAN:
            return Skipped("the groups of the training table tell no more of its rows than of unseen ones")
        least, alone = {}, {}
        for role in ("synthetic", "real"):
            parts = [_diversity(groups.keys[role], secret.codes[role]) for secret in groups.secrets]
            least[f"{role}_l"] = int(min(part.min() for part in parts))
            alone[f"{role}_groups_of_one_value"] = round(float(np.mean([(part == 1).mean() for part in parts])), 6)
        return Finding(
            value,
            worst,
            ceiling,
            f"Groups with one sensitive value tell {value:.1%} of the secrets of training rows and {natural:.1%} of the holdout's.",
            self.evidence(groups)
            | {"sensitive": [secret.name for secret in groups.secrets], "expected_share": round(natural, 6)}
            | least
            | alone
            | {"floor": "as many training rows themselves"},
            comparison.resamples("real").means(told["real"], every["real"]),
        )


class TCloseness(_Anonymity):
    """How far a sensitive column's distribution in a group lies from that of the table, by earth mover's distance, at equal rows.

    Mean over the rows in groups of five or more, and over up to four sensitive columns. Bad case: one value in each group.
    """

    id = "t_closeness"
    title = "Groups that tell more than the table"
    unit = "distance"
    source = "Li et al. 2007, t-closeness: privacy beyond k-anonymity and l-diversity"
    wants_secret = True

    def measure(self, comparison: Comparison, groups: Groups) -> Finding | Skipped:
        size = min(comparison.synthetic.n_rows, len(groups.keys["holdout"]))
        rows = {role: comparison.pick(role, size, self.id) for role in ("synthetic", "holdout")}
        found = {}
        for role, at in rows.items():
            found[role] = [_closeness(groups.keys[role][at], secret.codes[role][at], secret) for secret in groups.secrets]
        usable = [place for place in range(len(groups.secrets)) if all(found[role][place] is not None for role in found)]
        if not usable:
            return Skipped(f"too few rows in groups of {K} or more")
        parts = {role: [part for place in usable if (part := found[role][place]) is not None] for role in found}
        value, natural = (float(np.mean([part[0] for part in parts[role]])) for role in ("synthetic", "holdout"))
        errors = [math.sqrt(sum(part[1] ** 2 for part in parts[role])) / len(usable) for role in ("synthetic", "holdout")]
        ceiling = natural + Z * math.hypot(*errors)
        worst = float(np.mean([part[3] for part in parts["holdout"]]))
        if worst - ceiling < LEAST_SPAN:
            return Skipped("the groups of unseen rows tell their sensitive values already")
        return Finding(
            value,
            worst,
            ceiling,
            f"In groups that look alike, sensitive values lie {value:.3f} from those of the table; {natural:.3f} among holdout rows.",
            self.evidence(groups)
            | {"sensitive": [groups.secrets[place].name for place in usable], "rows_per_side": size, "expected": round(natural, 6)}
            | {f"{role}_t": round(max(part[2] for part in parts[role]), 6) for role in ("synthetic", "holdout")}
            | {"floor": "one sensitive value in each group"},
            comparison.rng(f"{self.id}:interval").normal(value, errors[0], comparison.replicates),
        )


def _in_small_group(keys: Keys, real: Keys) -> Mask:
    """(n_rows,) whose key 1 to `K` - 1 real rows have."""
    known, counts = np.unique(real, return_counts=True)
    return np.isin(keys, known[counts < K])


def _sizes(keys: Keys) -> npt.NDArray[np.int64]:
    """(n_rows,) size of each row's group."""
    _, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[where], dtype=np.int64)


def _diversity(keys: Keys, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(n_groups,) distinct sensitive values; missing is one."""
    _, where = np.unique(keys, return_inverse=True)
    pairs = np.unique(np.stack([where, codes]), axis=1)
    return np.bincount(pairs[0])


def _told(groups: Groups, role: str, table: str, rows: npt.NDArray[np.intp]) -> Floats:
    """(n_rows,) share of the secrets of each row of `role` that its group among `rows` of `table` tells: one value, and the row's own."""
    known, first, where = np.unique(groups.keys[table][rows], return_index=True, return_inverse=True)
    at = np.minimum(np.searchsorted(known, groups.keys[role]), len(known) - 1)
    met = known[at] == groups.keys[role]
    total = np.zeros(len(met))
    for secret in groups.secrets:
        codes = secret.codes[table][rows]
        alone = np.bincount(where, weights=codes != codes[first][where]) == 0
        total += met & alone[at] & (codes[first][at] == secret.codes[role])
    return total / len(groups.secrets)


def _closeness(keys: Keys, codes: npt.NDArray[np.int64], secret: Secret) -> tuple[float, float, float, float] | None:
    """Mean over rows in groups of `K` or more, its standard error over groups, the largest, and the mean if groups had one value each.

    None where fewer than `LEAST_ROWS` rows are in such groups.
    """
    present = codes >= 0
    keys, codes = keys[present], codes[present]
    _, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
    large = np.flatnonzero(counts >= K)
    if counts[large].sum() < LEAST_ROWS:
        return None
    overall = np.bincount(codes, minlength=secret.levels) / len(codes)
    place = np.full(len(counts), -1)
    place[large] = np.arange(len(large))
    kept = place[where] >= 0
    levels, codes = np.unique(codes, return_inverse=True)  # most of a wide column's levels are not here
    overall = overall[levels]
    cells = np.bincount(place[where][kept] * len(levels) + codes[kept], minlength=len(large) * len(levels))
    shares = cells.reshape(len(large), len(levels)) / counts[large][:, None]
    apart = _moved(shares - overall, secret.is_numeric)
    weights = counts[large] / counts[large].sum()
    mean = float(weights @ apart)
    error = float(np.sqrt((weights**2) @ (apart - mean) ** 2))
    alone = float(overall @ _moved(np.eye(len(levels)) - overall, secret.is_numeric))
    return mean, error, float(apart.max()), alone


def _moved(difference: Floats, is_ordered: bool) -> Floats:
    """(n_groups,) earth mover's distance: over ordered levels by steps, else all levels equally far (Li et al. 2007, section 5)."""
    if not is_ordered:
        return np.asarray(0.5 * np.abs(difference).sum(axis=1))
    return np.asarray(np.abs(np.cumsum(difference, axis=1)[:, :-1]).sum(axis=1) / max(1, difference.shape[1] - 1))


def _error(share: float, mine: int, theirs: int) -> float:
    """Standard error of the difference of two shares that are alike."""
    return math.sqrt(max(share * (1 - share), 1 / (mine + theirs)) * (1 / mine + 1 / theirs))
