"""Quality: does the synthetic table look like the real one?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .classifier import Learner, auc
from .comparison import Comparison, Encoded
from .measure import Finding, Measure, Skipped, span
from .shapes import PairTrends, column_shape, column_shape_replicates, mean_present, uniform_shape

Floats = npt.NDArray[np.float64]

WORST_SHOWN = 5
MAX_REPLICATED_PAIRS = 200
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
        worst = _lowest(scores)
        return Finding(
            value,
            floor,
            ceiling,
            f"The distributions of single columns overlap by {value:.1%} on average; the least alike is '{next(iter(worst))}'.",
            {"columns": {name: _rounded(score) for name, score in scores.items()}, "worst": worst, "floor": "uniform over range or levels"},
            replicates,
        )


class ColumnPairs(Measure):
    id = "column_pairs"
    dimension = "quality"
    title = "Column pair trends"
    source = f"{SDMETRICS}: CorrelationSimilarity, ContingencySimilarity"

    def run(self, comparison: Comparison) -> Finding | Skipped:
        trends = PairTrends(comparison.modelled, comparison.real)
        scores = [trends.score(pair, comparison.synthetic) for pair in trends.pairs]
        value = mean_present(scores)
        if np.isnan(value):
            return Skipped("the real table has no pair of related columns (correlation above 0.5 or Cramér's V above 0.3)")
        reference, other = comparison.ceiling
        among = trends if reference is comparison.real else PairTrends(comparison.modelled, reference)
        ceiling = mean_present([among.score(pair, other) for pair in trends.pairs])
        floor = span(mean_present([trends.score(pair, comparison.floor) for pair in trends.pairs]), ceiling, worst=0.0)
        named = {f"{pair.first.name} × {pair.second.name}": score for pair, score in zip(trends.pairs, scores, strict=True)}
        worst = _lowest(named)
        return Finding(
            value,
            floor,
            ceiling,
            f"{len(scores)} related pairs of columns keep {value:.1%} of their relation; the least alike is {next(iter(worst))}.",
            {"pairs": len(scores), "worst": worst, "without_score": int(np.isnan(scores).sum()), "floor": "columns shuffled independently"},
            self._replicates(comparison, trends, scores),
        )

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


class Missingness(Measure):
    id = "missingness"
    dimension = "quality"
    title = "Missing values"
    source = f"{SDMETRICS}: MissingValueSimilarity"
    weight = 0.25

    def run(self, comparison: Comparison) -> Finding | Skipped:
        names = [field.name for field in comparison.fields]
        rates = {name: (_missing(comparison.real, name), _missing(comparison.synthetic, name)) for name in names}
        rates = {name: pair for name, pair in rates.items() if any(pair)}
        if not rates:
            return Finding(1.0, 0.5, 1.0, "Neither table has missing values.", {"floor": "half of the cells missing"})
        scores = {name: 1 - abs(real - synthetic) for name, (real, synthetic) in rates.items()}
        reference, other = comparison.ceiling
        ceiling = 1 - float(np.mean([abs(_missing(reference, name) - _missing(other, name)) for name in rates]))
        value = float(np.mean(list(scores.values())))
        # A table that never misses a value where real does is the bad case, but at least a tenth of the cells must differ for 0.
        floor = min(1 - float(np.mean([real for real, _ in rates.values()])), 0.9)
        shown = {name: {"real": _rounded(rates[name][0]), "synthetic": _rounded(rates[name][1])} for name in _lowest(scores)}
        replicates = 1 - np.mean([np.abs(self._rates(comparison, name)) for name in rates], axis=0)
        return Finding(
            value,
            floor,
            max(ceiling, floor + 0.05),
            f"Shares of missing values differ by {1 - value:.1%} on average over {len(rates)} columns that have any.",
            {"columns": shown, "floor": "no missing values, or a tenth of the cells differ"},
            replicates,
        )

    def _rates(self, comparison: Comparison, name: str) -> Floats:
        """(replicates,) difference of the resampled missing shares."""
        sides = []
        for role in ("real", "synthetic"):
            table = comparison.table(role)
            sides.append(comparison.resamples(role).means(table.missing(name).astype(float), np.arange(table.n_rows)))
        return sides[0] - sides[1]


class ClassifierTwoSample(Measure):
    """Can a model tell synthetic rows from real ones? Scores cross-fitted on two folds."""

    id = "c2st"
    dimension = "quality"
    title = "Classifier two-sample test"
    unit = "AUC"
    source = "Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests"
    weight = 1.5  # the one check that sees every dependence at once
    max_rows = 10_000
    min_rows = 20

    def run(self, comparison: Comparison) -> Finding | Skipped:
        role = comparison.reference
        limit = min(self.max_rows, comparison.synthetic.n_rows, comparison.table(role).n_rows)
        if min(limit, comparison.real.n_rows) < self.min_rows:
            return Skipped(f"needs at least {self.min_rows} rows in every table")
        learner = Learner([field for field in comparison.modelled if field.kind != "constant"], comparison.seed)
        if not learner.fields:
            return Skipped("no shared column can tell rows apart")
        rows = {side: comparison.pick(side, limit, self.id) for side in ("synthetic", role)}
        synthetic, real = (learner.matrix(comparison.table(side).take(rows[side])) for side in rows)
        weights = np.concatenate([comparison.resamples(side).of_rows(rows[side]) for side in rows])
        value, replicates = self._cross_fitted(learner, comparison, synthetic, real, weights)
        shuffled = learner.matrix(comparison.floor.take(comparison.pick("real", limit, f"{self.id}:floor")))
        size = min(len(shuffled), limit, 8_000)  # the bad case needs no third digit
        floor, _ = self._cross_fitted(learner, comparison, shuffled[:size], real[:size], None)
        floor = span(floor, 0.5, worst=1.0, least=0.1)
        return Finding(
            value,
            floor,
            0.5,
            f"A classifier tells synthetic from real rows with an AUC of {value:.2f} (0.5 is a coin toss).",
            {"rows_per_side": int(limit), "against": role, "floor": "columns shuffled independently" if floor < 1 else "told apart always"},
            replicates,
        )

    def _cross_fitted(
        self, learner: Learner, comparison: Comparison, synthetic: Floats, real: Floats, weights: npt.NDArray[np.float32] | None
    ) -> tuple[float, Floats]:
        features = np.concatenate([synthetic, real])
        labels = np.arange(len(features)) < len(synthetic)
        fold = comparison.rng(f"{self.id}:folds").permutation(len(features)) % 2
        values, replicates = [], []
        for held in (0, 1):
            predict = learner.fit_classifier(features[fold != held], labels[fold != held])
            test = fold == held
            scores = predict(features[test])[:, 1]
            values.append(auc(scores, labels[test])[0])
            if weights is not None:
                replicates.append(auc(scores, labels[test], weights[test]))
        return float(np.mean(values)), np.mean(replicates, axis=0) if replicates else np.empty(0)


def _lowest(scores: dict[str, float]) -> dict[str, Any]:
    known = [(name, score) for name, score in scores.items() if not np.isnan(score)]
    return {name: _rounded(score) for name, score in sorted(known, key=lambda item: item[1])[:WORST_SHOWN]}


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _missing(table: Encoded, name: str) -> float:
    return float(table.missing(name).mean())
