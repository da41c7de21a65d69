"""Can training rows be told from unseen real rows by what lies near them in the synthetic table?"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..classifier import auc
from ..comparison import Comparison
from ..distance import nearest
from ..measure import Finding, Skipped
from .neighbours import NeighbourMeasure, Neighbours, Z

Floats = npt.NDArray[np.float64]

FALSE_ALARMS = 0.01
LEAST_ROWS = 200
MEMBERS = 5_000
_TINY = 1e-6


class MembershipInference(NeighbourMeasure):
    """Share of training rows that an attacker recognises while taking 1 % of the unseen rows for training rows.

    A row's score is how much nearer the closest synthetic row is than the closest row of a reference, half of the holdout (the
    density ratio of DOMIAS, by nearest neighbours). Members and non-members are judged against the same two tables.
    The ceiling is what chance gives one time in forty where members are no nearer.
    """

    id = "membership_inference"
    title = "Recognising training rows"
    source = "van Breugel et al. 2023, DOMIAS; Carlini et al. 2022, Membership inference attacks from first principles (TPR at low FPR)"
    needs_holdout = True
    min_rows = LEAST_ROWS

    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        order = comparison.rng(self.id).permutation(near.holdout_rows)
        reference, outside = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])[:MEMBERS]
        inside = comparison.pick("real", min(MEMBERS, len(outside)), self.id)
        known = near.points("holdout", reference)
        rows = np.concatenate([near.points("real", inside), near.points("holdout", outside)])
        scores = np.log(nearest(rows, known)[0][:, 0] + _TINY) - np.log(nearest(rows, near.synthetic)[0][:, 0] + _TINY)
        is_member = np.arange(len(rows)) < len(inside)
        value = _recognised(scores[is_member], scores[~is_member])
        area = float(auc(scores, is_member)[0])
        rng = comparison.rng(f"{self.id}:bootstrap")
        members, others = scores[is_member], scores[~is_member]
        replicates = np.array(
            [_recognised(rng.choice(members, len(members)), rng.choice(others, len(others))) for _ in range(comparison.replicates)]
        )
        low = float(np.percentile(replicates, 2.5))
        ceiling = FALSE_ALARMS + Z * math.sqrt(FALSE_ALARMS * (1 - FALSE_ALARMS) * (1 / len(members) + 1 / len(others)))
        return Finding(
            value,
            0.1,
            ceiling,
            f"{value:.2%} of the training rows are recognised at {FALSE_ALARMS:.0%} false alarms; the area under the curve is {area:.3f}.",
            {"auc": round(area, 4), "members": len(inside), "non_members": len(outside), "reference_rows": len(reference)}
            | {"synthetic_rows": len(near.synthetic), "floor": "a tenth of the training rows recognised"},
            replicates,
            verdict="pass" if low <= FALSE_ALARMS else None,
        )


def _recognised(members: Floats, others: Floats) -> float:
    """Share of members above the score that only `FALSE_ALARMS` of the others exceed."""
    return float((members > np.quantile(others, 1 - FALSE_ALARMS, method="higher")).mean())
