"""Do people who stand apart come out again?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..comparison import Comparison, Encoded, Field
from ..distance import Embedding, Points, nearest
from ..measure import FOUND_CAP, Affected, Finding, Skipped, shown_rows
from .copies import Excess, Mask, distinct
from .neighbours import NeighbourMeasure, Neighbours, point_fields

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

ISOLATED = 0.05  # share of the training rows that count as isolated
TRAINING = 16_000  # rows among which isolated ones are looked for
REFERENCE = 3_000  # rows among which a training row's neighbours are looked for
NEIGHBOURS = 2  # the row itself may be among them
CLOSE = 0.25  # a row so much nearer than the isolated row's own neighbours repeats it
RATIO = 1.5
_TAIL = 0.05
_BLOCK = 20_000


@dataclass(frozen=True)
class _Axis:
    """How far a number lies beyond the column's 5 % or 95 % quantile, in widths between them, by the logarithm.

    Ranks alone put the largest number as near to the next as any two neighbours in the middle.
    """

    name: str
    low: float
    high: float
    width: float

    @classmethod
    def of(cls, field: Field, table: Encoded) -> _Axis | None:
        known = table[field.name][~table.missing(field.name)]
        if not len(known):
            return None
        low, high = np.quantile(known, [_TAIL, 1 - _TAIL])
        width = float(high - low) or float(np.ptp(known))
        return cls(field.name, float(low), float(high), width) if 0 < width < math.inf else None

    def places(self, table: Encoded) -> Floats:
        values = np.nan_to_num(table[self.name], nan=(self.low + self.high) / 2)
        beyond = np.log1p(np.maximum(values - self.high, 0) / self.width) - np.log1p(np.maximum(self.low - values, 0) / self.width)
        return np.asarray(beyond, dtype=np.float64)


class Isolated:
    """Training rows far from their neighbours, and which rows of another table lie almost on them."""

    def __init__(self, comparison: Comparison, embedding: Embedding, train_rows: Rows) -> None:
        fields = point_fields(comparison)
        self._comparison, self._embedding = comparison, embedding
        self._axes = [axis for field in fields if field.is_numeric and (axis := _Axis.of(field, comparison.real)) is not None]
        points = self.points(comparison.real.take(train_rows))
        picked = comparison.rng("isolated").permutation(len(points))[:REFERENCE]
        distances, _ = nearest(points, points[picked], min(NEIGHBOURS, len(picked)))
        isolation = distances[:, 0].copy()
        isolation[picked] = distances[picked, -1]  # the nearest to a row of the reference is itself, or its double
        count = max(1, round(ISOLATED * len(points)))
        chosen = np.argsort(-isolation, kind="stable")[:count]
        self.at = chosen[isolation[chosen] > 0]
        self.centres, self.reach = points[self.at], CLOSE * isolation[self.at]

    def points(self, table: Encoded) -> Points:
        """(n_rows, width + axes) float32."""
        axes = [axis.places(table).astype(np.float32)[:, None] for axis in self._axes]
        return np.concatenate([self._embedding.points(table), *axes], axis=1)

    def repeated_by(self, role: str, rows: Rows) -> tuple[Mask, Rows]:
        """(n_rows,) which `rows` of a table repeat an isolated training row, and the positions in `at` of those repeated."""
        table = self._comparison.table(role)
        found, whom = [], []
        for start in range(0, len(rows), _BLOCK):
            distances, positions = nearest(self.points(table.take(rows[start : start + _BLOCK])), self.centres)
            repeats = distances[:, 0] <= self.reach[positions[:, 0]]
            found.append(repeats)
            whom.append(positions[repeats, 0])
        return np.concatenate(found), np.unique(np.concatenate(whom))


class OutlierReplay(NeighbourMeasure):
    """Synthetic rows that repeat, or nearly, one of the 5 % of training rows that lie farthest from their neighbours.

    Nearly: within a quarter of the distance from that row to its nearest neighbour among 3,000 others. Fails as 'training rows with one
    cell changed' does, by half as much again as the holdout; caps its dimension.
    Equal rows count once.
    """

    id = "outlier_replay"
    title = "Isolated training rows repeated"
    source = "Breunig et al. 2000, LOF: distance to the k-th neighbour; Platzer and Reutterer 2021: excess over holdout rows"
    weight = 0.5
    critical = True
    basis = "Half as much again as the holdout's own rate: unseen rows come close to isolated ones too."
    needs_holdout = True
    min_rows = 200

    def affected(self, comparison: Comparison) -> Affected | None:
        if isinstance(self.found(comparison), Skipped):
            return None
        return Affected(self._isolated(comparison).repeated_by("synthetic", np.arange(comparison.synthetic.n_rows))[0])

    def measure(self, comparison: Comparison, near: Neighbours) -> Finding | Skipped:
        isolated = self._isolated(comparison)
        if not len(isolated.at):
            return Skipped("no training row lies apart from the others")
        repeats, whom = isolated.repeated_by("synthetic", near.synthetic_rows)
        natural, _ = isolated.repeated_by("holdout", near.holdout_rows)
        once = {
            role: distinct(comparison.table(role).take(rows), point_fields(comparison))
            for role, rows in (("synthetic", near.synthetic_rows), ("holdout", near.holdout_rows))
        }
        excess = Excess(repeats[once["synthetic"]], natural[once["holdout"]])
        failed = excess.is_sure(RATIO)
        worst = max(ISOLATED, 2 * excess.natural_rate)
        mask = np.zeros(comparison.synthetic.n_rows, dtype=bool)
        mask[near.synthetic_rows] = repeats
        return Finding(
            excess.rate,
            worst,
            excess.natural_rate,
            f"{excess.rate:.2%} of the distinct synthetic rows repeat one of {len(isolated.at):,} isolated training rows "
            f"({len(whom):,} of them); {excess.natural_rate:.2%} of the holdout rows do.",
            {
                "isolated_rows": len(isolated.at),
                "repeated_rows": len(whom),
                "replays": excess.copies,
                "distinct_rows": len(once["synthetic"]),
                "expected_share": round(excess.natural_rate, 6),
                "p_value": float(f"{excess.chance:.3g}"),
                "row_positions": shown_rows(mask),
                "floor": "as many rows as all isolated ones repeated once, or twice the holdout's share",
            },
            threshold=RATIO * excess.natural_rate,
            verdict="fail" if failed else "pass",
            scale=(lambda values: FOUND_CAP * np.clip((worst - values) / (worst - excess.natural_rate), 0, 1))
            if failed
            else (lambda values: np.full(len(values), 100.0)),
        )

    def _isolated(self, comparison: Comparison) -> Isolated:
        near: Neighbours = comparison.once("neighbours", lambda: Neighbours(comparison))
        return comparison.once(
            self.id + ":isolated", lambda: Isolated(comparison, near.embedding, comparison.pick("real", TRAINING, self.id))
        )
