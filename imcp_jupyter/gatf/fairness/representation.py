"""Is every group there, as often as among real rows?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from ..comparison import Comparison
from ..measure import Finding, Skipped
from .check import SHOWN, FairnessCheck, protected_columns, shown
from .protected import Attribute, intersections

Floats = npt.NDArray[np.float64]

LEAST_REAL, LEAST_EXPECTED = 30, 10  # rows of a group in real, and rows that synthetic should have
TAIL = 0.017  # of either count's exact Poisson limit; both at once are three standard errors of the ratio


class Representation(FairnessCheck):
    """The least share of a group, or of two groups crossed, relative to its share among real rows, beyond chance."""

    id = "representation"
    title = "Every group is there"
    unit = "ratio"
    source = "Mehrabi et al. 2021, A survey on bias and fairness in machine learning (representation bias); Garwood 1936 (Poisson limits)"
    critical = True

    def of_groups(self, comparison: Comparison, protected: list[Attribute]) -> Finding | Skipped:
        rows = {role: comparison.table(role).n_rows for role in ("real", "synthetic")}
        values, groups, replicates = [], [], []
        for attribute in [*protected, *intersections(comparison)]:
            counts = {role: _counts(attribute, role) for role in rows}
            judged = np.flatnonzero((counts["real"] >= LEAST_REAL) & (counts["real"] * rows["synthetic"] / rows["real"] >= LEAST_EXPECTED))
            if not len(judged):
                continue
            values.append(_ratios(counts["synthetic"][judged], counts["real"][judged], rows))
            groups += [(attribute, int(at), {role: shown(counts[role][at] / rows[role]) for role in rows}) for at in judged]
            resampled = [comparison.resamples(role).counts(attribute.codes[role], len(attribute.labels))[judged] for role in rows]
            replicates.append(_ratios(resampled[1].astype(np.float64), resampled[0].astype(np.float64), rows))
        if not groups:
            return Skipped(f"no group has {LEAST_REAL} real rows, and {LEAST_EXPECTED} to be expected among the synthetic ones")
        ratios = np.concatenate(values)
        order = np.argsort(ratios, kind="stable")
        worst, at, shares = groups[order[0]]
        absent = [_named(*group[:2]) for group in groups if group[2]["synthetic"] == 0]
        value = float(ratios[order[0]])
        explanation = f"All {len(groups)} groups are as frequent as among real rows, as far as chance allows."
        if value < 1:
            explanation = (
                f"'{_named(worst, at)}' makes up {shares['synthetic']:.2%} of the synthetic rows and {shares['real']:.2%} of the real ones"
                + (f"; {len(absent)} of {len(groups)} groups are absent." if absent else ".")
            )
        return Finding(
            value,
            0.0,
            1.0,
            explanation,
            {
                "protected": protected_columns(protected),
                "columns": list(worst.columns) if value < 1 else [],
                "groups": len(groups),
                "absent": absent[:20],
                "least": {_named(*groups[n][:2]): groups[n][2] for n in order[:SHOWN] if ratios[n] < 1},
                "floor": "the group is absent",
            },
            np.concatenate(replicates)[order[0]],
        )


def _counts(attribute: Attribute, role: str) -> Floats:
    codes = attribute.codes[role]
    return np.bincount(codes[codes >= 0], minlength=len(attribute.labels)).astype(np.float64)


def _ratios(synthetic: Floats, real: Floats, rows: dict[str, int]) -> Floats:
    """Shares of synthetic over shares of real at the limits that favour synthetic, at most 1. Same shape as the counts."""
    most = special.gammaincinv(synthetic + 1, 1 - TAIL) / rows["synthetic"]
    least = np.where(real > 0, special.gammaincinv(np.maximum(real, 1), TAIL), 0.0) / rows["real"]
    ratios = np.minimum(np.divide(most, least, out=np.ones_like(most), where=least > 0), 1.0)
    shares: Floats = np.where(synthetic == 0, 0.0, ratios)
    return shares


def _named(attribute: Attribute, at: int) -> str:
    return f"{attribute.name}: {attribute.group(at)}"
