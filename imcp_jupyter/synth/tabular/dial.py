"""The privacy dial: one word that sets leaves, smoothing and the protection of rare values together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...models.generation import PrivacyLevel

STANDARD: Literal["standard"] = "standard"


@dataclass(frozen=True)
class Dial:
    """A leaf has at least one part in `leaves` of the rows, within the ends of `min_leaf`: small tables have no rows to spare.

    `min_gain` see `trees.grow_classes`; a smoothed number moves up to `smoothing` of the way to its neighbour; what fewer than
    `rare_rows` rows have is protected (`rare.py`), the ends of numbers too where `blunt`.
    """

    min_leaf: tuple[int, int]
    leaves: int
    min_gain: float
    smoothing: float
    rare_rows: int
    blunt: bool

    def leaf(self, rows: int) -> int:
        """The smallest number of rows of a leaf in a table of `rows`."""
        least, most = self.min_leaf
        return min(max(rows // self.leaves, least), most)


DIAL: dict[PrivacyLevel, Dial] = {
    "fidelity": Dial(min_leaf=(5, 5), leaves=400, min_gain=3.0, smoothing=0.5, rare_rows=1, blunt=False),
    "standard": Dial(min_leaf=(10, 40), leaves=400, min_gain=4.0, smoothing=0.5, rare_rows=5, blunt=False),
    "high": Dial(min_leaf=(20, 100), leaves=200, min_gain=10.0, smoothing=1.0, rare_rows=20, blunt=True),
}
