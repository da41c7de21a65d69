"""How alike columns and pairs of columns are, by SDMetrics' numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Field
from ..measure import Finding, Measure, Skipped, span
from .shapes import PairTrends, column_shape, column_shape_replicates, mean_present, uniform_shape
from .worst import lowest, rounded

Floats = npt.NDArray[np.float64]

MAX_REPLICATED_PAIRS = 200
MAX_PAIRED = 300  # columns; a wider table is judged on a drawn set of them
SDMETRICS = "SDMetrics 0.32 (DataCebo)"


class ColumnShapes(Measure):
    id = "column_shapes"
    dimension = "quality"
    title = "Column shapes"
    source = f"{SDMETRICS}: KSComplement, TVComplement"

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = comparison.modelled
        scores = {field.name: column_shape(field, comparison.real, comparison.synthetic) for field in fields}
        value = mean_present(list(scores.values()))
        if np.isnan(value):
            return Skipped("no shared column has values to compare")
        reference, other = comparison.ceiling
        ceiling = mean_present([column_shape(field, reference, other) for field in fields])
        floor = mean_present([uniform_shape(field, comparison.real) for field in fields])
        floor = span(floor, ceiling, worst=0.0)
        weights = comparison.resamples("real"), comparison.resamples("synthetic")
        counted = [field for field in fields if not np.isnan(scores[field.name])]
        replicates = np.mean([column_shape_replicates(field, comparison.real, comparison.synthetic, weights) for field in counted], axis=0)
        worst = lowest(scores)
        return Finding(
            value,
            floor,
            ceiling,
            f"The distributions of single columns overlap by {value:.1%} on average; the least alike is '{next(iter(worst))}'.",
            {"columns": {name: rounded(score) for name, score in scores.items()}, "worst": worst, "floor": "uniform over range or levels"},
            replicates,
        )


class ColumnPairs(Measure):
    id = "column_pairs"
    dimension = "quality"
    title = "Column pair trends"
    source = f"{SDMETRICS}: CorrelationSimilarity, ContingencySimilarity"

    def run(self, comparison: Comparison) -> Finding | Skipped:
        fields = self._fields(comparison)
        trends = PairTrends(fields, comparison.real)
        scores = [trends.score(pair, comparison.synthetic) for pair in trends.pairs]
        value = mean_present(scores)
        if np.isnan(value):
            return Skipped("the real table has no pair of related columns (correlation above 0.5 or Cramér's V above 0.3)")
        reference, other = comparison.ceiling
        among = trends if reference is comparison.real else PairTrends(fields, reference)
        ceiling = mean_present([among.score(pair, other) for pair in trends.pairs])
        floor = span(mean_present([trends.score(pair, comparison.floor) for pair in trends.pairs]), ceiling, worst=0.0)
        named = {f"{pair.first.name} × {pair.second.name}": score for pair, score in zip(trends.pairs, scores, strict=True)}
        worst = lowest(named)
        return Finding(
            value,
            floor,
            ceiling,
            f"{len(scores)} related pairs of columns keep {value:.1%} of their relation; the least alike is {next(iter(worst))}.",
            {
                "pairs": len(scores),
                "columns_paired": len(fields),
                "worst": worst,
                "without_score": int(np.isnan(scores).sum()),
                "floor": "columns shuffled independently",
            },
            self._replicates(comparison, trends, scores),
        )

    def _fields(self, comparison: Comparison) -> list[Field]:
        fields = comparison.modelled
        if len(fields) <= MAX_PAIRED:
            return fields
        chosen = comparison.rng(f"{self.id}:columns").choice(len(fields), size=MAX_PAIRED, replace=False)
        return [fields[at] for at in np.sort(chosen)]

    def _replicates(self, comparison: Comparison, trends: PairTrends, scores: list[float]) -> Floats:
        counted = [pair for pair, score in zip(trends.pairs, scores, strict=True) if not np.isnan(score)]
        if len(counted) > MAX_REPLICATED_PAIRS:
            chosen = comparison.rng(self.id).choice(len(counted), size=MAX_REPLICATED_PAIRS, replace=False)
            counted = [counted[position] for position in np.sort(chosen)]
        weights = comparison.resamples("real"), comparison.resamples("synthetic")
        values = [trends.replicates(pair, comparison.synthetic, weights) for pair in counted]
        replicates: Floats = np.nanmean(values, axis=0)
        return replicates


class QualityScore(Measure):
    """SDMetrics' overall number, for those who compare with it. It carries no weight: its two parts do."""

    id = "quality_score"
    dimension = "quality"
    title = "SDMetrics quality score"
    source = f"{SDMETRICS}: single-table QualityReport, all rows"
    weight = 0.0

    def run(self, comparison: Comparison) -> Finding | Skipped:
        parts = [part for part in (ColumnShapes().found(comparison), ColumnPairs().found(comparison)) if isinstance(part, Finding)]
        if not parts:
            return Skipped("neither column shapes nor pair trends could be measured")
        value, floor, ceiling = (float(np.mean([getattr(part, name) for part in parts])) for name in ("value", "floor", "ceiling"))
        replicates = np.mean([part.replicates for part in parts if part.replicates is not None], axis=0)
        return Finding(
            value,
            floor,
            ceiling,
            f"SDMetrics' overall quality is {value:.1%}.",
            {"parts": len(parts), "floor": "that of its parts"},
            replicates,
        )
