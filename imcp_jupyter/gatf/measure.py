"""A check's parts: what it finds, how a finding becomes a score and a verdict."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..models.validation import Check, Verdict
from .comparison import Comparison

Floats = npt.NDArray[np.float64]

GATE_CAP = 24.0  # just under level 'low': a failed gate means no trust
FOUND_CAP = 45.0  # best score of a check that found what must not be there at all
ROWS_SHOWN = 20  # rows that evidence points to
_RANGES = {
    "share": (0, 1),
    "AUC": (0, 1),
    "probability": (0, 1),
    "difference of rates": (0, 1),
    "rank correlation": (-1, 1),
}  # of units, for intervals
_RAREST, _COMMON = 1e-6, 0.1  # shares of cells at which a finding scores `FOUND_CAP` and 0


@dataclass(frozen=True)
class Limits:
    """Scores from which a check passes or only warns."""

    passes: float = 80.0
    warns: float = 50.0


@dataclass(frozen=True)
class Finding:
    """One measurement.

    `replicates` are (n_replicates,) bootstrap values. `gate_failed` and `verdict` overrule the score, `threshold` names the value
    at which they do. `scale` scores values where the way from floor to ceiling is no straight line: (n,) to (n,) of 0 to 100.
    """

    value: float
    floor: float
    ceiling: float
    explanation: str
    evidence: dict[str, Any] = field(default_factory=dict)
    replicates: Floats | None = None
    gate_failed: bool = False
    verdict: Verdict | None = None
    threshold: float | None = None
    scale: Callable[[Floats], Floats] | None = None


@dataclass(frozen=True)
class Skipped:
    """Why nothing could be measured."""

    reason: str


@dataclass(frozen=True)
class Affected:
    """What of the synthetic table a check objects to, all of it: evidence only shows the first few.

    `rows`: (n_synthetic,) of bool, rows that must go as a whole. `cells`: column name to (n_synthetic,) of bool, single cells.
    """

    rows: npt.NDArray[np.bool_] | None = None
    cells: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """A check for the report with the bootstrap replicates of its score, (n_replicates,)."""

    check: Check
    scores: Floats


class Measure(ABC):
    """One check. `needs_real` and `needs_holdout` are settled before `run` is called.

    A failed `gate` caps the trust score, a failed `critical` check only its dimension, at the check's own score.
    """

    id: ClassVar[str]
    dimension: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    unit: ClassVar[str] = "share"
    weight: ClassVar[float] = 1.0
    gate: ClassVar[bool] = False
    critical: ClassVar[bool] = False
    needs_real: ClassVar[bool] = True
    needs_holdout: ClassVar[bool] = False
    basis: ClassVar[str] = ""  # where the threshold comes from, in one line; what `judge` says when left out fits most

    @abstractmethod
    def run(self, comparison: Comparison) -> Finding | Skipped:
        """Measure. `found` is what callers want: it asks first whether there is anything to measure on, and remembers."""

    def affected(self, comparison: Comparison) -> Affected | None:
        """All rows or cells that this check objects to, for correcting them; None where it judges the table as a whole."""
        return None

    def found(self, comparison: Comparison) -> Finding | Skipped:
        return comparison.once(self.id, lambda: self._ready(comparison) or _usable(self.run(comparison)))

    def _ready(self, comparison: Comparison) -> Skipped | None:
        if self.needs_real and not comparison.has_real:
            return Skipped("needs the real table that the synthetic one was made from")
        if self.needs_holdout and comparison.holdout is None:
            return Skipped("needs a holdout: real rows that the generator has not seen")
        return None


def judge(measure: Measure, comparison: Comparison, limits: Limits) -> Judged:
    """Run one check and score it between its floor (0) and its ceiling (100)."""
    found = measure.found(comparison)
    facts: dict[str, Any] = {"id": measure.id, "dimension": measure.dimension, "title": measure.title, "source": measure.source}
    facts |= {"unit": measure.unit, "gate": measure.gate, "weight": measure.weight}
    if isinstance(found, Skipped):
        return Judged(Check(**facts, verdict="skipped", explanation=found.reason[:1].upper() + found.reason[1:] + "."), np.empty(0))
    score = float(_score(np.asarray([found.value]), found)[0])
    values = _centred(found, comparison.replicates)
    low, high = np.percentile(np.clip(values, *_RANGES.get(measure.unit, (None, None))), [2.5, 97.5])
    check = Check(
        **facts,
        value=found.value,
        floor=found.floor,
        ceiling=found.ceiling,
        threshold=_passing(found, limits) if found.threshold is None else found.threshold,
        score=score,
        interval=(min(float(low), found.value), max(float(high), found.value)),
        verdict=found.verdict or _verdict(score, found, limits),
        evidence=found.evidence,
        explanation=found.explanation,
        basis=measure.basis or _basis(found, limits),
    )
    return Judged(check, _score(values, found))


def shown_rows(mask: npt.NDArray[np.bool_]) -> list[int]:
    """For evidence: the positions of the first `ROWS_SHOWN` rows of (n_rows,) `mask`."""
    found: list[int] = np.flatnonzero(mask)[:ROWS_SHOWN].tolist()
    return found


def incidence(affected: int, cells: int, explanation: str, evidence: dict[str, Any], *, gate: bool = False) -> Finding:
    """Finding of a check for what must not be there: `affected` of `cells` cells or rows hold it.

    None: score 100. Any: it fails, with at most `FOUND_CAP`, falling with the logarithm of the share. What was found is certain,
    so it has no bootstrap interval.
    """
    return Finding(
        affected / max(cells, 1),
        _COMMON,
        0.0,
        explanation,
        {"affected": affected, "examined": cells, "floor": f"a share of {_COMMON:g} or more"} | evidence,
        gate_failed=gate and affected > 0,
        threshold=0.0,
        verdict="fail" if affected else "pass",
        scale=_rarity,
    )


def _rarity(values: Floats) -> Floats:
    way = (math.log(_COMMON) - np.log(np.clip(values, _RAREST, _COMMON))) / (math.log(_COMMON) - math.log(_RAREST))
    return np.where(values > 0, FOUND_CAP * way, 100.0)


def span(floor: float, ceiling: float, worst: float, least: float = 0.02) -> float:
    """`floor`, or `worst` where the floor is no worse than the ceiling (a table without dependence has nothing to lose)."""
    return worst if abs(ceiling - floor) < least or (floor < ceiling) != (worst < ceiling) else floor


def _passing(found: Finding, limits: Limits) -> float:
    """The value from which the check passes."""
    if found.scale is None:
        return found.floor + limits.passes / 100 * (found.ceiling - found.floor)
    way = np.linspace(found.floor, found.ceiling, 10_001)  # the score rises along it
    return float(way[np.searchsorted(found.scale(way), limits.passes).clip(0, len(way) - 1)])


def _usable(found: Finding | Skipped) -> Finding | Skipped:
    """Without a bad and a good case apart from each other there is no scale: a handful of rows."""
    if isinstance(found, Finding) and not (np.isfinite([found.value, found.floor, found.ceiling]).all() and found.floor != found.ceiling):
        return Skipped("too few values to tell a good case from a bad one")
    return found


def _basis(found: Finding, limits: Limits) -> str:
    if found.scale is _rarity:
        return "None at all: what was found is certain, so there is no tolerance."
    if found.threshold is not None:
        return "Set by the check itself; see its explanation and source."
    if found.scale is not None:
        return f"Where the score reaches {limits.passes:g}, as the profile asks."
    return f"{limits.passes:g} % of the way from the bad case to what real rows reach, as the profile asks."


def _score(values: Floats, found: Finding) -> Floats:
    if found.scale is not None:
        return found.scale(values)
    if found.ceiling == found.floor:  # nothing lies between a bad and a good case: only reaching it counts
        return np.where(np.isclose(values, found.ceiling), 100.0, 0.0)
    scores: Floats = 100 * np.clip((values - found.floor) / (found.ceiling - found.floor), 0, 1) + 0.0  # no -0.0
    return scores


def _centred(found: Finding, replicates: int) -> Floats:
    """Bootstrap values shifted onto the measured one: resampled rows lie further apart, which biases every distance upwards."""
    if found.replicates is None:
        return np.full(replicates, found.value)
    finite = np.where(np.isfinite(found.replicates), found.replicates, found.value)
    values: Floats = finite - finite.mean() + found.value
    return values


def _verdict(score: float, found: Finding, limits: Limits) -> Verdict:
    if found.gate_failed or math.isnan(score):
        return "fail"
    if score >= limits.passes:
        return "pass"
    return "warn" if score >= limits.warns else "fail"
