"""What does an attacker who holds the synthetic table learn of training rows, beyond what it tells of any real row?

The three attacks of Giomi et al. 2023, in the order of the Article 29 Working Party's opinion 05/2014.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded, Field
from ..measure import Finding, Measure, Skipped
from .copies import CONTAMINATED, overlap
from .gower import Gower
from .neighbours import point_fields
from .queries import Query, combined_queries, count, extreme_queries

ATTACKS = 1_000
CANDIDATES = 20_000
LEAST_ROWS = 100
Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Guesses:
    """How many of `attacks` guesses were right: of training rows, of holdout rows (control) and at random (baseline)."""

    attacks: int
    training: int
    control: int
    baseline: int
    evidence: dict[str, Any] = field(default_factory=dict)


def success(hits: float, attacks: int) -> tuple[float, float]:
    """Rate and half width of its 95 % interval (Wilson 1927)."""
    width = attacks + Z**2
    return (hits + Z**2 / 2) / width, Z / width * math.sqrt(hits * (attacks - hits) / attacks + Z**2 / 4)


def residual(training: int, control: int, attacks: int) -> tuple[float, float]:
    """Risk in excess of the control, (training − control) / (1 − control), and the half width of its interval (Giomi et al., eq. 3)."""
    (attack, attack_error), (known, known_error) = success(training, attacks), success(control, attacks)
    error = math.hypot(attack_error / (1 - known), known_error * (attack - 1) / (1 - known) ** 2)
    return (attack - known) / (1 - known), error


class _Attack(Measure):
    """An attack on training rows, on the holdout's for control and with guesses at random for a baseline.

    The ceiling is the risk that chance gives one time in forty where training rows are no easier to attack than the holdout's.
    """

    dimension = "privacy"
    unit = "risk"
    source = "Giomi et al. 2023, A unified framework for quantifying privacy risk in synthetic data (Anonymeter)"
    weight = 0.5
    needs_holdout = True
    worst = 0.2

    def run(self, comparison: Comparison) -> Finding | Skipped:
        tables = [comparison.real, comparison.holdout, comparison.synthetic]
        if min(table.n_rows for table in tables if table is not None) < LEAST_ROWS:
            return Skipped(f"needs at least {LEAST_ROWS} rows in every table")
        if len(point_fields(comparison)) < 2:
            return Skipped("needs two columns that an attacker may know")
        if overlap(comparison).is_contaminated:
            return Skipped(CONTAMINATED)
        made = self.attack(comparison)
        return made if isinstance(made, Skipped) else self._finding(comparison, made)

    @abstractmethod
    def attack(self, comparison: Comparison) -> Guesses | Skipped:
        """Guess, and count what was right."""

    def _finding(self, comparison: Comparison, made: Guesses) -> Finding:
        risk, error = residual(made.training, made.control, made.attacks)
        value = max(0.0, risk)
        names = ("training", "control", "baseline")
        rates = {name: getattr(made, name) / made.attacks for name in names}
        evidence = {"attacks": made.attacks} | {f"{name}_rate": round(rate, 6) for name, rate in rates.items()} | made.evidence
        ceiling = residual(made.control, made.control, made.attacks)[1]
        worst = max(self.worst, 2 * ceiling)
        draws = comparison.rng(f"{self.id}:interval").normal(risk, error / Z, comparison.replicates)
        return Finding(
            value,
            worst,
            ceiling,
            f"{rates['training']:.1%} of {made.attacks} attacks on training rows succeed, {rates['control']:.1%} on unseen rows "
            f"and {rates['baseline']:.1%} at random: a risk of {value:.3f}.",
            evidence
            | {
                "risk_interval": [round(max(0.0, risk - error), 6), round(max(0.0, risk + error), 6)],
                "floor": f"a risk of {worst:.2g}",
            },
            np.clip(draws, 0, 1),
            verdict="pass" if risk - error <= 0.01 else None,
        )


class _SinglingOut(_Attack):
    columns = 1

    def attack(self, comparison: Comparison) -> Guesses | Skipped:
        fields = point_fields(comparison)
        size = min(CANDIDATES, comparison.real.n_rows, comparison.table("holdout").n_rows)
        synthetic = _sample(comparison, "synthetic", CANDIDATES, self.id)
        rng = comparison.rng(self.id)
        queries = self.queries(synthetic, fields, rng)
        if len(queries) < 20:
            return Skipped(f"only {len(queries)} conditions single out a synthetic row")
        guessed = combined_queries(synthetic.shuffled(rng), fields, min(3, len(fields)), ATTACKS, rng, 2_000) if self.columns > 1 else []
        real, holdout = (_sample(comparison, role, size, self.id) for role in ("real", "holdout"))
        hits = [_singled_out(table, queries) for table in (real, holdout)]
        chance = _singled_out(real, guessed) * len(queries) / max(1, len(guessed))
        evidence = {"rows_attacked": size, "synthetic_rows": synthetic.n_rows, "columns_per_condition": self.columns}
        return Guesses(len(queries), hits[0], hits[1], int(chance), evidence)

    @abstractmethod
    def queries(self, table: Encoded, fields: list[Field], rng: np.random.Generator) -> list[Query]:
        """Conditions that hold for exactly one synthetic row."""


class SinglingOutByValue(_SinglingOut):
    """Values and extremes that only one synthetic row has: does exactly one training row have them?"""

    id = "singling_out_univariate"
    title = "Singling out by one value"

    def queries(self, table: Encoded, fields: list[Field], rng: np.random.Generator) -> list[Query]:
        return extreme_queries(table, fields, ATTACKS, rng)


class SinglingOutByCombination(_SinglingOut):
    """Conditions on three columns that only one synthetic row meets: does exactly one training row meet them?"""

    id = "singling_out_multivariate"
    title = "Singling out by a combination"
    columns = 3

    def queries(self, table: Encoded, fields: list[Field], rng: np.random.Generator) -> list[Query]:
        return combined_queries(table, fields, min(self.columns, len(fields)), ATTACKS, rng)


class Linkability(_Attack):
    """Two halves of a person's columns, in two hands: is the same synthetic row nearest to both?"""

    id = "linkability"
    title = "Linking two halves of a row"

    def attack(self, comparison: Comparison) -> Guesses | Skipped:
        fields = point_fields(comparison)
        known = set(comparison.facts.quasi_identifiers or ())
        first = [one for one in fields if one.name in known]
        if not 0 < len(first) < len(fields):
            first = fields[::2]
        second = [one for one in fields if one not in first]
        candidates = _sample(comparison, "synthetic", CANDIDATES, self.id)
        attacks = min(ATTACKS, comparison.real.n_rows, comparison.table("holdout").n_rows)
        hits = []
        for role in ("real", "holdout"):
            targets = _sample(comparison, role, attacks, self.id)
            one, other = (Gower(part, targets, candidates).nearest()[:, 0] for part in (first, second))
            hits.append(int((one == other).sum()))
        evidence = {"columns": [[one.name for one in part][:20] for part in (first, second)], "synthetic_rows": candidates.n_rows}
        return Guesses(attacks, hits[0], hits[1], round(attacks / candidates.n_rows), evidence)


class AttributeInference(_Attack):
    """A column is kept secret, all others are known: does the nearest synthetic row tell it?"""

    id = "attribute_inference"
    title = "Inferring a secret column"
    most_secrets = 4

    def attack(self, comparison: Comparison) -> Guesses | Skipped:
        fields = point_fields(comparison)
        named = [comparison.facts.sensitive, [comparison.target] if comparison.target else None]
        wanted = {name for names in named for name in names or ()}
        secrets = [at for at, one in enumerate(fields) if one.name in wanted]
        if not secrets:
            usable = [at for at, one in enumerate(fields) if one.kind != "datetime"]
            secrets = usable[:: max(1, math.ceil(len(usable) / self.most_secrets))]
        if not secrets:
            return Skipped("no column could be a secret")
        candidates = _sample(comparison, "synthetic", CANDIDATES, self.id)
        attacks = min(ATTACKS, comparison.real.n_rows, comparison.table("holdout").n_rows)
        random = comparison.rng(self.id).integers(candidates.n_rows, size=attacks)
        hits = {name: np.zeros(len(secrets), dtype=int) for name in ("real", "holdout", "random")}
        for role in ("real", "holdout"):
            targets = _sample(comparison, role, attacks, self.id)
            nearest = Gower(fields, targets, candidates).nearest(secrets)
            for place, at in enumerate(secrets):
                truth, told = targets[fields[at].name], candidates[fields[at].name]
                hits[role][place] = told_right(told[nearest[:, 1 + place]], truth, fields[at]).sum()
                if role == "real":
                    hits["random"][place] = told_right(told[random], truth, fields[at]).sum()
        parts = {
            fields[at].name: {role: round(int(hits[role][place]) / attacks, 4) for role in hits} for place, at in enumerate(secrets[:20])
        }
        total = {role: int(counts.sum()) for role, counts in hits.items()}
        return Guesses(attacks * len(secrets), total["real"], total["holdout"], total["random"], {"by_secret": parts})


def told_right(guesses: npt.NDArray[Any], truth: npt.NDArray[Any], column: Field, tolerance: float = 0.05) -> npt.NDArray[np.bool_]:
    """A category must be met, a number within 5 % of the guess; missing is met by missing."""
    if not column.is_numeric:
        return np.asarray(guesses == truth)
    near = np.abs(guesses - truth) <= tolerance * np.abs(guesses) + 1e-12
    return np.asarray(near | (np.isnan(guesses) & np.isnan(truth)))


def _singled_out(table: Encoded, queries: list[Query]) -> int:
    """How many of `queries` are met by exactly one row."""
    return int((count(table, queries) == 1).sum())


def _sample(comparison: Comparison, role: str, limit: int, purpose: str) -> Encoded:
    return comparison.table(role).take(comparison.pick(role, limit, purpose))
