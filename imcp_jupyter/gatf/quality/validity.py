"""Validity: are columns, types, ranges, categories and keys those of the real table?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...models.validation import Verdict
from ..comparison import Comparison, Encoded, Field
from ..measure import Affected, Finding, Measure, Skipped

Mask = npt.NDArray[np.bool_]

WORST_SHOWN = 5
LEAST_UNIQUE = 0.999  # share of keys that must be unique where real's are


class Structure(Measure):
    id = "structure"
    dimension = "quality"
    title = "Columns and types"
    source = "SDMetrics 0.32 (DataCebo): TableStructure"
    weight = 0.5

    def run(self, comparison: Comparison) -> Finding | Skipped:
        real, synthetic = comparison.names_in["real"], comparison.names_in["synthetic"]
        lacking = [name for name in real if name not in synthetic]
        extra = [name for name in synthetic if name not in real]
        unheld = [name for name in real if name in synthetic and name not in comparison.names_in.get("holdout", real)]
        wrong = dict(sorted(comparison.incompatible.items()))
        faults = [f"'{name}' {why}" for name, why in wrong.items()]
        for names, what in ((lacking, "missing"), (extra, "not in the real table"), (unheld, "not in the holdout")):
            if names:
                faults.append(f"{what}: " + ", ".join(f"'{name}'" for name in names[:WORST_SHOWN]))
        verdict: Verdict | None = "fail" if wrong or lacking else "warn" if extra or unheld else None
        return Finding(
            (len(real) - len(lacking) - len(wrong)) / len(real),
            0.5,
            1.0,
            f"{len(comparison.fields)} of {len(real)} columns can be compared" + (": " + "; ".join(faults) if faults else "") + ".",
            {
                "compared": len(comparison.fields),
                "missing_columns": lacking,
                "extra_columns": extra,
                "not_in_holdout": unheld,
                "wrong_types": wrong,
                "floor": "half of the columns",
            },
            verdict=verdict,
        )


class Validity(Measure):
    """Per column the share of present cells that stay within real's range or levels, or that are unique where real's are."""

    id = "validity"
    dimension = "quality"
    title = "Valid values"
    source = "SDMetrics 0.32 (DataCebo): BoundaryAdherence, CategoryAdherence, KeyUniqueness"
    weight = 0.5
    needs_real = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if not comparison.has_real:
            return self._keys_alone(comparison)
        fields = comparison.fields
        shares = {field.name: self._share(field, comparison) for field in fields}
        reference, other = comparison.ceiling
        ceiling = float(np.mean([_valid(field, reference, other).mean() for field in fields]))
        value = float(np.mean(list(shares.values())))
        worst = sorted((field for field in fields if shares[field.name] < 1), key=lambda field: shares[field.name])[:WORST_SHOWN]
        repeated = any(field.kind == "id" and shares[field.name] < LEAST_UNIQUE for field in worst)
        rows = comparison.synthetic.n_rows
        invalid = round(sum(1 - share for share in shares.values()) * rows)
        explanation = "All cells keep to real's ranges, categories and unique keys."
        if worst:
            explanation = (
                f"{invalid:,} of {rows * len(fields):,} cells leave real's ranges, categories or unique keys, most in '{worst[0].name}'."
            )
        return Finding(
            value,
            0.5,
            max(ceiling, 0.9),
            explanation,
            {
                "invalid_cells": invalid,
                "worst": {field.name: {"share": round(shares[field.name], 6), "rule": _rule(field)} for field in worst},
                "unreadable_cells": comparison.unreadable,
                "floor": "half of the cells invalid",
            },
            verdict="fail" if repeated else None,
        )

    def affected(self, comparison: Comparison) -> Affected | None:
        real = comparison.real if comparison.has_real else None
        fields = comparison.fields if real else [field for field in comparison.fields if field.kind == "id"]
        faults = {}
        for field in fields:
            valid = _valid(field, real, comparison.synthetic) if real else _unique(comparison.synthetic[field.name])
            bad = ~valid
            if field.name in comparison.unreadable:
                bad |= comparison.synthetic.missing(field.name) & ~comparison.tables["synthetic"][field.name].missing
            if bad.any():
                faults[field.name] = bad
        return Affected(cells=faults)

    def _share(self, field: Field, comparison: Comparison) -> float:
        valid = _valid(field, comparison.real, comparison.synthetic)
        unreadable = comparison.unreadable.get(field.name, 0)
        return float((valid.sum() - unreadable) / len(valid))

    def _keys_alone(self, comparison: Comparison) -> Finding | Skipped:
        keys = [field for field in comparison.fields if field.kind == "id"]
        if not keys:
            return Skipped("without the real table only keys can be judged, and there is no key column")
        shares = {field.name: float(_unique(comparison.synthetic[field.name]).mean()) for field in keys}
        value = min(shares.values())
        return Finding(
            value, 0.5, 1.0, f"Key columns are unique in {value:.2%} of the rows.", {"keys": shares, "floor": "half of the keys repeated"}
        )


def _rule(field: Field) -> str:
    if field.kind == "id":
        return "unique"
    if field.is_numeric:
        return "range"
    return "any" if field.kind == "text" else "category"


def _valid(field: Field, real: Encoded, other: Encoded) -> Mask:
    """(n_rows,) bool; missing cells are left to the check of missing values."""
    mine, theirs = real[field.name], other[field.name]
    missing = other.missing(field.name)
    if field.kind == "id":
        return _unique(theirs) | missing
    if field.kind == "text":
        return np.ones(len(theirs), dtype=bool)
    present = ~real.missing(field.name)
    if not present.any():
        return missing
    if field.is_numeric:
        low, high = mine[present].min(), mine[present].max()
        inside: Mask = missing | ((theirs >= low) & (theirs <= high))
        return inside
    known = np.zeros(field.n_levels + 1, dtype=bool)
    known[mine[present]] = True
    known[-1] = True
    within: Mask = known[theirs]
    return within


def _unique(codes: npt.NDArray[np.int32]) -> Mask:
    """The first row of every key counts as valid, its repetitions do not."""
    first = np.zeros(len(codes), dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    return first
