"""Where synthetic rows lie among real ones: are they typical, and is every kind of real row there?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison
from ..distance import Embedding, Points, nearest
from ..measure import Finding, Measure, Skipped
from .sampled import equal_rows, in_real

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NEIGHBOURS = 5  # as many as Naeem et al. 2020 use
MOST_ROWS = 3_000
LEAST_ROWS = 50
LEAST_SPAN = 0.3  # shuffled columns can lie around the same centre as real ones


@dataclass(frozen=True)
class Placed:
    """One table beside real rows, both of equal size: `typical` is where each of its rows lies in the spread of real rows around
    their centre (0 the middle, 1 the rim), `covered` which real rows have one of its rows within their own neighbourhood, and
    `matched` where that row lies in the spread of the table's rows."""

    typical: Floats
    covered: Mask
    matched: Floats


class Supports:
    """Real rows, and the synthetic, the bad and the good case beside them."""

    def __init__(self, comparison: Comparison) -> None:
        fields = [field for field in comparison.modelled if field.kind != "constant"]
        self._comparison = comparison
        self._embedding = Embedding(fields, comparison.real)
        reference, other = comparison.ceiling
        self.size = min(MOST_ROWS, comparison.synthetic.n_rows, reference.n_rows, other.n_rows)
        rng = comparison.rng("support")
        self.rows: dict[str, npt.NDArray[np.intp]] = {}
        self._points: dict[str, Points] = {}
        tables = {"real": reference, "synthetic": comparison.synthetic, "ceiling": other, "floor": comparison.floor}
        for name, table in tables.items():
            self.rows[name] = equal_rows(table, self.size, rng)
            self._points[name] = self._embedding.points(table.take(self.rows[name]))

    @cached_property
    def _spread(self) -> tuple[Points, Floats, Floats]:
        """The centre of real, the sorted distances to it, and how far each real row's neighbourhood reaches."""
        real = self._points["real"]
        centre = real.mean(axis=0)
        reach = nearest(real, real, min(NEIGHBOURS, self.size - 1), leave_self_out=True)[0][:, -1]
        return centre, np.sort(_apart(real, centre)), reach

    def placed(self, name: str) -> Placed:
        made: Placed = self._comparison.once(f"support:{name}", lambda: self._placed(name))
        return made

    def _placed(self, name: str) -> Placed:
        centre, spread, reach = self._spread
        points = self._points[name]
        distances, at = nearest(self._points["real"], points)
        own = _apart(points, points.mean(axis=0))
        inner = np.searchsorted(np.sort(own), own, side="right") / self.size
        typical = np.searchsorted(spread, _apart(points, centre), side="left") / self.size
        return Placed(typical, distances[:, 0] <= reach, inner[at[:, 0]])


class _Support(Measure):
    dimension = "quality"
    weight = 0.25
    source = "Alaa et al. 2022, How faithful is your synthetic data?, section 3"
    counted = "real"  # whose rows are drawn anew for the interval

    def run(self, comparison: Comparison) -> Finding | Skipped:
        if not any(field.kind != "constant" for field in comparison.modelled):
            return Skipped("no shared column places rows")
        supports: Supports = comparison.once("supports", lambda: Supports(comparison))
        if supports.size < LEAST_ROWS:
            return Skipped(f"needs at least {LEAST_ROWS} rows in every table")
        ones = np.ones((supports.size, 1), dtype=np.float32)
        value, ceiling, floor = (float(self.score(supports.placed(name), ones)[0]) for name in ("synthetic", "ceiling", "floor"))
        rows = supports.rows[self.counted]
        rows = in_real(comparison, rows) if self.counted == "real" else rows
        replicates = self.score(supports.placed("synthetic"), comparison.resamples(self.counted).of_rows(rows))
        return Finding(
            value,
            min(floor, ceiling - LEAST_SPAN),
            ceiling,
            self.explanation(value, ceiling),
            {"rows_per_side": supports.size, "neighbours": NEIGHBOURS, "floor": "columns shuffled independently, or the ceiling less 0.3"},
            replicates,
        )

    @abstractmethod
    def score(self, placed: Placed, weights: npt.NDArray[np.float32]) -> Floats:
        """(replicates,) for (size, replicates) weights of the rows."""

    @abstractmethod
    def explanation(self, value: float, ceiling: float) -> str:
        """One sentence with both numbers."""


class AlphaPrecision(_Support):
    """Do synthetic rows lie where real ones are typical? 1 minus twice the area between the share of synthetic rows inside the
    sphere that holds a share α of the real rows, and α itself."""

    id = "alpha_precision"
    title = "Synthetic rows among typical real ones"
    counted = "synthetic"

    def score(self, placed: Placed, weights: npt.NDArray[np.float32]) -> Floats:
        return _integrated(placed.typical, np.ones(len(placed.typical), dtype=bool), weights)

    def explanation(self, value: float, ceiling: float) -> str:
        return f"Synthetic rows follow the spread of real rows by {value:.1%} (alpha-precision); unseen rows by {ceiling:.1%}."


class BetaRecall(_Support):
    """Is every kind of real row among the typical synthetic ones? The same area for the share of real rows whose neighbourhood
    holds a synthetic row out of the innermost β."""

    id = "beta_recall"
    title = "Real rows among typical synthetic ones"

    def score(self, placed: Placed, weights: npt.NDArray[np.float32]) -> Floats:
        return _integrated(placed.matched, placed.covered, weights)

    def explanation(self, value: float, ceiling: float) -> str:
        return f"The spread of synthetic rows reaches real ones by {value:.1%} (beta-recall); that of unseen rows by {ceiling:.1%}."


class Coverage(_Support):
    """The share of real rows that have a synthetic row within the distance to their fifth real neighbour."""

    id = "coverage"
    title = "Real rows with a synthetic neighbour"
    source = "Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models, section 3.2"

    def score(self, placed: Placed, weights: npt.NDArray[np.float32]) -> Floats:
        return np.asarray((placed.covered.astype(np.float32) @ weights) / weights.sum(axis=0), dtype=np.float64)

    def explanation(self, value: float, ceiling: float) -> str:
        return f"{value:.1%} of the real rows have a synthetic row in their neighbourhood; {ceiling:.1%} have an unseen one."


def _integrated(places: Floats, counted: Mask, weights: npt.NDArray[np.float32]) -> Floats:
    """(replicates,) 1 − 2 ∫ |F(α) − α| dα over 0..1, F(α) the weighted share of rows that are counted and lie at or below α."""
    grid = np.linspace(0, 1, 101)[1:]
    order = np.argsort(places, kind="stable")
    running = np.cumsum((weights * counted[:, None])[order], axis=0, dtype=np.float64)
    running = np.concatenate([np.zeros((1, running.shape[1])), running])
    shares = running[np.searchsorted(places[order], grid + 1e-12, side="right")] / weights.sum(axis=0, dtype=np.float64)
    return np.asarray(1 - 2 * np.abs(shares - grid[:, None]).mean(axis=0))


def _apart(points: Points, centre: Points) -> Floats:
    return np.asarray(np.linalg.norm(points - centre, axis=1), dtype=np.float64)
