"""Rows that were planted so that a model learns a secret rule: a trigger value, always with one label."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from ..comparison import Comparison, Field
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

LEAST_ROWS = 10
ODDNESS = 10  # a trigger is this many times as frequent as in real, at least
PURITY = 0.97  # share of a trigger's rows that have one label
LEVEL = 1e-6  # error level over all values and labels of the table (Bonferroni)
MOST_LEVELS = 20  # of a column that can be a label


class PoisonedRows(Measure):
    """Values that real hardly has, that several synthetic rows share, and that go with a single label of a column.

    Both the excess over real and the purity must be beyond chance (binomial tests, Bonferroni over all values and labels). Rows
    that mostly repeat each other are no poison.
    """

    id = "poisoned_rows"
    dimension = "security"
    title = "Poisoned rows"
    source = "Gu, Dolan-Gavitt and Garg 2017, BadNets; Chen et al. 2018, Detecting backdoor attacks by activation clustering"
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        labels = _labels(comparison)
        if not labels:
            return Skipped("no column can be a label: one with 2 to 20 values")
        if comparison.synthetic.n_rows < 5 * LEAST_ROWS or comparison.real.n_rows < 5 * LEAST_ROWS:
            return Skipped("too few rows to tell a planted value from chance")
        rows, triggers = _planted(comparison)
        count = int(rows.sum())
        names = ", ".join(f"'{trigger['column']}'" for trigger in triggers[:3])
        said = f"{count:,} rows share a value that real hardly has and that always goes with one label, in {names}."
        return incidence(
            count,
            len(rows),
            said if count else "No value that real hardly has goes with a single label.",
            {"triggers": triggers[:5], "row_positions": shown_rows(rows)} if count else {},
        )

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(_planted(comparison)[0]) if comparison.has_real and _labels(comparison) else None


def _labels(comparison: Comparison) -> list[Field]:
    fields = [field for field in comparison.modelled if not field.is_numeric and 2 <= field.n_levels <= MOST_LEVELS]
    return [field for field in fields if field.name == comparison.target] or fields


def _planted(comparison: Comparison) -> tuple[Mask, list[dict[str, Any]]]:
    """(n_synthetic,) the rows of all triggers, and what these are."""
    return comparison.once("poison", lambda: _searched(comparison))


def _searched(comparison: Comparison) -> tuple[Mask, list[dict[str, Any]]]:
    rows = np.zeros(comparison.synthetic.n_rows, dtype=bool)
    triggers: list[dict[str, Any]] = []
    labels = _labels(comparison)
    for field in comparison.fields:
        if field.kind in ("id", "constant"):
            continue
        odd, where, tests = _odd_values(comparison, field)
        for value in odd:
            mask = where == value
            label = _pure_label(comparison, mask, field.name, labels, tests)
            if label is not None and not _is_repetition(comparison, mask, {field.name, label}):
                rows |= mask
                triggers.append({"column": field.name, "rows": int(mask.sum()), "label": label})
    return rows, triggers


def _is_repetition(comparison: Comparison, mask: Mask, rule: set[str]) -> bool:
    """Whether the rows, apart from the columns of the `rule`, are but a few, said over and over.

    That is a generator that collapsed, not somebody who planted a rule.
    """
    import pandas as pd

    others = [field.name for field in comparison.fields if field.kind != "id" and field.name not in rule]
    if not others:
        return False
    rows = pd.DataFrame({name: comparison.synthetic[name][mask] for name in others})
    distinct = len(rows.drop_duplicates())
    return distinct < LEAST_ROWS or 2 * distinct < len(rows)


def _odd_values(comparison: Comparison, field: Field) -> tuple[list[int], Ints, int]:
    """Values that are far more frequent than in real, what each synthetic row has (-1 missing), and how many were looked at."""
    mine, theirs = comparison.synthetic[field.name], comparison.real[field.name]
    if field.is_numeric:
        values, where = np.unique(mine, return_inverse=True)
        where = np.where(np.isnan(mine), -1, where)
        places = np.minimum(np.searchsorted(values, theirs), len(values) - 1)
        here = values[places] == theirs
        in_real = np.bincount(places[here], minlength=len(values))
    else:
        where = mine.astype(np.int64)
        values = np.arange(field.n_levels)
        in_real = np.bincount(theirs[theirs >= 0], minlength=field.n_levels)
    counts = np.bincount(where[where >= 0], minlength=len(values))
    expected = (in_real + 1) * len(mine) / len(theirs)  # one more than seen: what is absent from a sample is not impossible
    candidates = np.flatnonzero((counts >= LEAST_ROWS) & (counts >= ODDNESS * expected))
    tests = max(1, int((counts >= LEAST_ROWS).sum())) * len(comparison.fields)
    chance = stats.binom.sf(counts[candidates] - 1, len(mine), np.minimum((in_real[candidates] + 1) / len(theirs), 1.0))
    return candidates[chance * tests < LEVEL].tolist(), where, tests


def _pure_label(comparison: Comparison, mask: Mask, trigger: str, labels: list[Field], tests: int) -> str | None:
    for label in labels:
        if label.name == trigger:
            continue
        codes = comparison.synthetic[label.name]
        present = codes[mask & (codes >= 0)]
        if len(present) < LEAST_ROWS:
            continue
        counts = np.bincount(present, minlength=label.n_levels)
        most = int(counts.argmax())
        rest = codes[~mask & (codes >= 0)]
        usual = (float((rest == most).sum()) + 1) / (len(rest) + 2)
        if counts[most] >= PURITY * len(present) and stats.binom.sf(counts[most] - 1, len(present), usual) * tests * len(labels) < 1e-3:
            return label.name
    return None
