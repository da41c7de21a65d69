"""Which outcome is the favourable one, in the data and in what a model predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field
from ..measure import Skipped
from ..utility.task import MAX_CLASSES, Task, main_target
from .protected import Attribute, attributes

Mask = npt.NDArray[np.bool_]

_GOOD = {"yes", "true", "1", "1.0", "y", "approved", "accepted", "admitted", "hired", "granted", "good", "pass", "passed", "positive"}


@dataclass(frozen=True)
class Outcome:
    """The favourable outcome of `target`: a level (`code`), or a number from `least` on."""

    target: Field
    label: str
    why: str
    code: int = -1
    least: float = 0.0

    def of(self, column: npt.NDArray[Any]) -> tuple[Mask, Mask]:
        """(n_rows,) favourable, and (n_rows,) known."""
        if self.target.is_numeric:
            return column >= self.least, ~np.isnan(column)
        return column == self.code, column >= 0

    def predicted(self, predictions: npt.NDArray[np.float64], task: Task) -> Mask:
        """(n_rows,) favourable in what a model of `task` predicts: its likeliest class, or its value."""
        if self.target.is_numeric:
            high: Mask = predictions >= self.least
            return high
        favourable: Mask = predictions.argmax(axis=1) == task.classes[self.code]
        return favourable


def outcome(comparison: Comparison) -> Outcome | Skipped:
    """The favourable outcome of the target: the one declared, else picked from a target that is not itself protected."""
    return comparison.once("outcome", lambda: _outcome(comparison))


def unprotected(protected: list[Attribute], target: Field) -> list[Attribute]:
    """Columns of which the target can depend."""
    return [attribute for attribute in protected if target.name not in attribute.columns]


def _outcome(comparison: Comparison) -> Outcome | Skipped:
    target = main_target(comparison)
    if target is None:
        return Skipped("no column can serve as a target")
    if all(target.name in attribute.columns for attribute in attributes(comparison)):
        return Skipped(f"the target '{target.name}' is the only protected column; name another with 'target'")
    column = comparison.real[target.name]
    if target.is_numeric:
        return _of_numbers(target, column[~np.isnan(column)], comparison.facts.positive)
    levels = [str(level) for level in comparison.level_names(target.name)]
    counts = np.bincount(column[(column >= 0) & (column < len(levels))], minlength=len(levels))
    if comparison.facts.positive is not None:
        wanted = str(comparison.facts.positive)
        if wanted not in levels:
            return Skipped(f"the favourable outcome '{wanted}' is no value of '{target.name}' in the real table")
        return _judged(Outcome(target, wanted, "declared", levels.index(wanted)), counts)
    telling = [at for at, level in enumerate(levels) if level.strip().lower() in _GOOD]
    if len(telling) == 1:
        return _judged(Outcome(target, levels[telling[0]], "its name", telling[0]), counts)
    if len(levels) == 2:
        rare = int(np.argmin(counts))
        return Outcome(target, levels[rare], "the scarcer of two", rare)
    common = int(np.argmax(counts))
    return Outcome(target, levels[common], "the most frequent", common)


def _judged(found: Outcome, counts: npt.NDArray[np.int64]) -> Outcome | Skipped:
    """Models pool rare levels beyond `MAX_CLASSES`, and cannot predict one of those alone."""
    if (counts > counts[found.code]).sum() >= MAX_CLASSES:
        return Skipped(f"the favourable outcome '{found.label}' is too rare among {len(counts)} values of '{found.target.name}'")
    return found


def _of_numbers(target: Field, known: npt.NDArray[np.float64], positive: Any) -> Outcome | Skipped:
    if not len(known):
        return Skipped(f"the target '{target.name}' is missing in every real row")
    if positive is not None and not isinstance(positive, str):
        return Outcome(target, f"{float(positive):g} or more", "declared", least=float(positive))
    values = np.unique(known)
    if len(values) == 2:
        return Outcome(target, f"{values[1]:g}", "the greater of two", least=float(values.mean()))
    median = float(np.median(known))
    least = float(values[values > median][0]) if (values > median).any() else median
    return Outcome(target, "above the real median", "the target is a number", least=least)
