"""Was the table made under a differential privacy budget, and which?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped

Floats = npt.NDArray[np.float64]

STRONG, REASONABLE, USELESS = 1.0, 10.0, 100.0


class EpsilonEvidence(Measure):
    """The guarantee that the data card states: ε up to 1 passes, up to 10 warns, beyond it fails.

    Fails too where the spendings on the card exceed what ε and δ allow. No weight: it is a promise about the method, not a
    measurement of the table.
    """

    id = "epsilon_evidence"
    dimension = "privacy"
    title = "Differential privacy budget"
    unit = "epsilon"
    source = "Ponomareva et al. 2023, How to DP-fy ML, section 5.2: tiers of ε; Bun and Steinke 2016, zCDP"
    weight = 0.0
    basis = "Strong up to an ε of 1, reasonable up to 10 (Ponomareva et al. 2023)."
    needs_real = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        card = comparison.facts.card
        if card is None:
            return Skipped("no data card says how the table was made")
        stated = card.privacy
        if stated is None:
            return Skipped(f"engine '{card.engine}' ran without a privacy budget")
        spent = sum(one.rho for one in stated.spent)
        overspent = spent > stated.rho * (1 + 1e-9)
        explanation = f"The engine's budget was ε = {stated.epsilon:g} at δ = {stated.delta:g}, by {stated.mechanism}."
        if overspent:
            explanation += f" But the card lists spendings of {spent:.4g} zCDP, beyond the {stated.rho:.4g} that it allows."
        return Finding(
            stated.epsilon,
            USELESS,
            STRONG,
            explanation,
            {
                "delta": stated.delta,
                "mechanism": stated.mechanism,
                "neighbours": stated.neighbours,
                "rho": stated.rho,
                "rho_spent": round(spent, 9),
                "spent": [one.model_dump() for one in stated.spent][:20],
                "warning": stated.warning,
                "floor": f"an ε of {USELESS:g}",
            },
            threshold=STRONG,
            verdict="fail" if overspent or stated.epsilon > REASONABLE else "warn" if stated.epsilon > STRONG else "pass",
            scale=_scale,
        )


def _scale(values: Floats) -> Floats:
    return np.asarray(100 * np.clip(1 - np.log10(np.maximum(values, STRONG)) / np.log10(USELESS), 0, 1))
