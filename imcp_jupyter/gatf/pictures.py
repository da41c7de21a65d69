"""What the report draws beside single columns: how pairs of columns are related, and how near rows lie to training rows."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ..models.validation import DistancePlot, PairMap
from .comparison import Comparison, Encoded, Field
from .measure import Finding
from .privacy.neighbours import CloserToTraining, DistanceQuantile, NearestNeighbourRatio, Neighbours
from .quality.side import Side

Floats = npt.NDArray[np.float64]

MAX_MAPPED = 24  # columns of the pair map: 276 cells that can still be told apart on a page
MAX_SEARCHED = 60  # columns among which the related ones are looked for; wider tables are searched by seeded choice
BINS = 40
_ON_DISTANCES = (CloserToTraining, NearestNeighbourRatio, DistanceQuantile)
_SHOWN_SHARE = 0.99  # of the unseen rows lie before the open end


def pair_map(comparison: Comparison) -> PairMap | None:
    """The relations of at most `MAX_MAPPED` columns, those that real relates most; None without real or without two columns."""
    fields = [field for field in comparison.modelled if field.kind != "constant"]
    if not comparison.has_real or len(fields) < 2:
        return None
    searched = fields
    if len(fields) > MAX_SEARCHED:
        chosen = comparison.rng("pair_map").choice(len(fields), size=MAX_SEARCHED, replace=False)
        searched = [fields[at] for at in np.sort(chosen)]
    if len(searched) > MAX_MAPPED:
        searched = _most_related(searched, comparison.real)
    for table in (comparison.real, comparison.synthetic):
        Side.of(table).count_all(searched)
    pairs = [(searched[first], searched[second]) for second in range(1, len(searched)) for first in range(second)]
    real, synthetic = ([_relation(first, second, table) for first, second in pairs] for table in (comparison.real, comparison.synthetic))
    return PairMap(columns=[field.name for field in searched], of=len(fields), real=real, synthetic=synthetic)


def distance_plot(comparison: Comparison) -> DistancePlot | None:
    """Distances to the nearest training row, where the privacy checks have measured them."""
    if not comparison.has_real or not any(isinstance(check().found(comparison), Finding) for check in _ON_DISTANCES):
        return None
    near = comparison.once("neighbours", lambda: Neighbours(comparison))
    synthetic = near.synthetic_to_train[:, 0]
    unseen = (near.holdout_to_train if comparison.holdout is not None else near.train_to_train)[:, 0]
    top = float(np.quantile(unseen, _SHOWN_SHARE))
    if not top > 0:
        return None
    edges = np.linspace(0.0, top, BINS)
    return DistancePlot(
        edges=[float(f"{edge:.6g}") for edge in edges],
        synthetic=_binned(synthetic, edges),
        unseen=_binned(unseen, edges),
        unseen_is="holdout" if comparison.holdout is not None else "real",
        rows=len(synthetic),
    )


def _most_related(fields: list[Field], real: Encoded) -> list[Field]:
    """The `MAX_MAPPED` columns of the strongest pairs, in table order."""
    pairs = list(combinations(range(len(fields)), 2))
    strengths = np.array([abs(_relation(fields[first], fields[second], real) or 0.0) for first, second in pairs])
    kept: dict[int, None] = {}
    for at in np.argsort(-strengths, kind="stable"):
        for column in pairs[at]:
            if len(kept) < MAX_MAPPED:
                kept[column] = None
    return [fields[at] for at in sorted(kept)]


def _relation(first: Field, second: Field, table: Encoded) -> float | None:
    side = Side.of(table)
    both = first.is_numeric and second.is_numeric
    value = side.correlation(first.name, second.name) if both else side.cells(first, second).cramers_v()
    return round(float(value), 4) + 0.0 if np.isfinite(value) else None


def _binned(distances: Floats, edges: npt.NDArray[Any]) -> list[float]:
    counts = np.bincount(np.searchsorted(edges, distances, side="right") - 1, minlength=len(edges))
    return [round(float(count) / len(distances), 6) for count in counts]
