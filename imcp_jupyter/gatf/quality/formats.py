"""Do ids and texts have the shapes that real's have?"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, shown_rows
from .worst import lowest, rounded

Mask = npt.NDArray[np.bool_]

LEAST_REGULAR = 0.95  # share of other real cells whose shape must recur, so that shapes are a rule of the column at all


class TextFormats(Measure):
    """Per column of ids or text the share of cells whose shape occurs in real: digits kept by number, letters by case and run.

    Columns of free text, where even real rows keep bringing new shapes, do not count.
    """

    id = "text_formats"
    dimension = "quality"
    title = "Formats of ids and text"
    source = "Raman and Hellerstein 2001, Potter's Wheel: structure extraction; SDMetrics 0.32: RegexFormatAdherence"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        found = self._valid(comparison)
        if not found:
            return Skipped("no shared column of ids or text has a regular format")
        scores = {name: float(valid.mean()) for name, (valid, _) in found.items()}
        value = float(np.mean(list(scores.values())))
        ceiling = float(np.mean([regular for _, regular in found.values()]))
        faults = ~np.logical_and.reduce([valid for valid, _ in found.values()])
        return Finding(
            value,
            0.5,
            ceiling,
            f"{value:.1%} of the cells of {len(found)} columns of ids or text have a shape that real has.",
            {
                "columns": {name: rounded(score) for name, score in lowest(scores).items() if score is not None},
                "row_positions": shown_rows(faults),
                "floor": "half of the cells of unknown shape",
            },
            comparison.resamples("synthetic").means(np.mean([valid for valid, _ in found.values()], axis=0), np.arange(len(faults))),
        )

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(cells={name: ~valid for name, (valid, _) in self._valid(comparison).items() if not valid.all()})

    def _valid(self, comparison: Comparison) -> dict[str, tuple[Mask, float]]:
        """By column which synthetic cells have a known shape, and which share of other real cells has."""
        return comparison.once(f"{self.id}:valid", lambda: self._compared(comparison))

    def _compared(self, comparison: Comparison) -> dict[str, tuple[Mask, float]]:
        found = {}
        for field in comparison.fields:
            if field.kind not in ("id", "text"):
                continue
            real, synthetic = _shapes(comparison, "real", field.name), _shapes(comparison, "synthetic", field.name)
            if comparison.holdout is not None:
                first, second = real, _shapes(comparison, "holdout", field.name)
            else:
                first, second = real[comparison.halves[0]], real[comparison.halves[1]]
            regular = float(_known(second, first).mean())
            if regular >= LEAST_REGULAR:
                found[field.name] = _known(synthetic, real), regular
        return found


def _shapes(comparison: Comparison, role: str, name: str) -> npt.NDArray[np.object_]:
    """(n_rows,) the shape of each cell, None where missing."""
    column = comparison.column(role, name)
    shapes = np.array([_shape(str(level)) for level in column.categories] + [None], dtype=object)
    return shapes[column.codes]


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_a-z]+", "A", re.sub(r"[a-z]+", "a", re.sub(r"\d", "9", text)))


def _known(cells: npt.NDArray[np.object_], known: npt.NDArray[np.object_]) -> Mask:
    shapes = set(known.tolist()) | {None}
    return np.fromiter((cell in shapes for cell in cells.tolist()), dtype=bool, count=len(cells))
