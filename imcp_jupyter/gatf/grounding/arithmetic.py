"""Columns that are worked out of others: copies, multiples, sums, differences, products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from .excess import KEPT, TELLING, Broken, LearnedRules
from .numbers import Floats, Number, numbers_of, sampled

FINE = 0.02  # largest tolerance in standard deviations of the result: a coarse column agrees with anything
_SAMPLE = 400
_MOST_FOR_THREE = 16  # columns up to which sums of three are looked for


@dataclass(frozen=True)
class Relation:
    """`result` is worked out of `parts`: equal, a multiple plus a constant, their sum or their product; to `tolerance`."""

    result: Number
    parts: tuple[Number, ...]
    form: str
    factor: float = 1.0
    constant: float = 0.0
    tolerance: float = 0.0

    def __str__(self) -> str:
        names = [f"'{part.name}'" for part in self.parts]
        if self.form == "multiple":
            shift = "" if abs(self.constant) <= self.tolerance else f" {'+' if self.constant > 0 else '-'} {abs(self.constant):.6g}"
            factor = "" if self.factor == 1 else f"{self.factor:.6g} × "
            return f"'{self.result.name}' = {factor}{names[0]}{shift}"
        return f"'{self.result.name}' = " + (" + " if self.form == "sum" else " × ").join(names)

    def breaks(self, result: Floats, parts: list[Floats]) -> npt.NDArray[np.bool_]:
        """(n_rows,): rows off by more than the tolerance; where a value is missing nothing is broken."""
        with np.errstate(invalid="ignore", over="ignore"):
            expected = parts[0] * parts[1] if self.form == "product" else self.factor * np.sum(parts, axis=0) + self.constant
            return np.asarray(np.abs(result - expected) > self.tolerance + 1e-9 * np.abs(expected))


class Arithmetic(LearnedRules):
    """Equations between columns that 99.9 % of the real rows keep, to what rounding explains, and shuffled columns do not.

    Copies, multiples with a constant, sums of two and three columns (a difference is a sum read backwards), products of two.
    """

    id = "arithmetic"
    title = "Arithmetic between columns"
    source = "Fan and Geerts 2012, Foundations of Data Quality Management (numeric dependencies); by exhaustive search"
    weight = 0.25
    what = "equations between columns"

    def learned(self, comparison: Comparison) -> list[Broken]:
        numbers = numbers_of(comparison)
        rows = sampled(comparison, _SAMPLE)
        order = comparison.rng("arithmetic").permutation(len(rows))
        rules = []
        for relation in _candidates(numbers, rows):
            if not _is_telling(relation, rows, order):
                continue
            if relation.breaks(relation.result.real, [part.real for part in relation.parts]).mean() > 1 - KEPT:
                continue
            mine = relation.breaks(relation.result.synthetic, [part.synthetic for part in relation.parts])
            natural = relation.breaks(relation.result.unseen, [part.unseen for part in relation.parts])
            names = (relation.result.name, *(part.name for part in relation.parts))
            rules.append(Broken(str(relation), names, mine, natural))
        return rules


def _candidates(numbers: list[Number], rows: npt.NDArray[np.intp]) -> Iterator[Relation]:
    """What the sampled rows allow, each column's relation with single columns before those with more."""
    sample = {number.name: number.real[rows] for number in numbers}
    tied: set[frozenset[str]] = set()
    for first, second in combinations(numbers, 2):
        ways = [_multiple(result, part, sample) for result, part in ((second, first), (first, second))]
        relation = min((way for way in ways if way), key=lambda way: len(str(way)), default=None)
        if relation is not None:
            tied.add(frozenset((first.name, second.name)))
            yield relation
    plain = [number for number in numbers if not number.is_time]
    for result in plain:
        others = [number for number in plain if number is not result and frozenset((number.name, result.name)) not in tied]
        sizes = (2, 3) if len(plain) <= _MOST_FOR_THREE else (2,)
        for parts in (parts for size in sizes for parts in combinations(others, size)):
            if any(frozenset((one.name, other.name)) in tied for one, other in combinations(parts, 2)):
                continue
            tolerance = _rounding(result, len(parts))
            if _fits(sample[result.name], np.sum([sample[part.name] for part in parts], axis=0), tolerance):
                yield Relation(result, parts, "sum", tolerance=tolerance)
            if len(parts) == 2 and _fits(sample[result.name], sample[parts[0].name] * sample[parts[1].name], _rounding(result, 0)):
                yield Relation(result, parts, "product", tolerance=_rounding(result, 0))


def _multiple(result: Number, part: Number, sample: dict[str, Floats]) -> Relation | None:
    x, y = sample[part.name], sample[result.name]
    both = np.isfinite(x) & np.isfinite(y)
    if result.is_time != part.is_time or both.sum() < 20:
        return None
    x, y = x[both], y[both]
    order = np.argsort(x, kind="stable")
    low, high = order[: len(order) // 4], order[-(len(order) // 4) :]
    width = x[high].mean() - x[low].mean()
    if width <= 0:
        return None
    factor = float((y[high].mean() - y[low].mean()) / width)
    rounded = float(f"{factor:.4g}")
    factor = rounded if abs(factor - rounded) * np.abs(x).max() <= max(_rounding(result, 1), 1e-9) else factor
    if factor == 0:
        return None
    constant = float(np.median(y - factor * x))
    tolerance = _rounding(result, 1)
    constant = 0.0 if abs(constant) <= tolerance else constant
    return Relation(result, (part,), "multiple", factor, constant, tolerance) if _fits(y, factor * x + constant, tolerance) else None


def _rounding(result: Number, roundings: int) -> float:
    """How far rounding the result and `roundings` terms of it to its last decimal may lead off."""
    return 0.501 * result.unit * (1 + roundings)


def _fits(result: Floats, expected: Floats, tolerance: float) -> bool:
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(result - expected) > tolerance + 1e-9 * np.abs(expected)
    both = np.isfinite(result) & np.isfinite(expected)
    return bool(both.sum() >= 20 and off.sum() <= 2)


def _is_telling(relation: Relation, rows: npt.NDArray[np.intp], order: npt.NDArray[np.intp]) -> bool:
    """Whether shuffled columns would break it, and it is no coarse one."""
    result = relation.result.real[rows]
    if relation.tolerance > FINE * float(np.nanstd(result)):
        return False
    return bool(relation.breaks(result, [part.real[rows][order] for part in relation.parts]).mean() >= TELLING)
