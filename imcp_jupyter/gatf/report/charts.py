"""Geometry of the pictures: the dial, distributions, the maps of pairs and the distances, as numbers that any canvas can draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...models.dataset import NUMERIC_KINDS
from ...models.validation import DistancePlot, PairMap
from .words import clipped

MAX_DRAWN = 60  # distributions; more would make the page heavy, and the least alike are what one looks for
CELL = 12
LABEL = 16  # letters of a column's name on a map
LARGEST_SHOWN = 5
FULL_CHANGE = 0.5  # change of a relation that is drawn in full colour
_DIAL_START, _DIAL_SWEEP = 135.0, 270.0  # degrees, clockwise from three o'clock


def dial(score: float, low: float, high: float) -> dict[str, str]:
    """SVG paths of the dial around (110, 110)."""
    width = max((high - low) / 2, 0.75)  # a shorter stroke would look like a speck
    middle = (low + high) / 2
    return {"track": arc(0, 100, 84), "value": arc(0, max(score, 0.1), 84), "interval": arc(middle - width, middle + width, 97)}


def arc(start: float, stop: float, radius: float) -> str:
    """SVG path of an arc of the dial between two scores, around (110, 110)."""
    first, last = (math.radians(_DIAL_START + _DIAL_SWEEP * min(max(score, 0.0), 100.0) / 100) for score in (start, stop))
    points = [(110 + radius * math.cos(angle), 110 + radius * math.sin(angle)) for angle in (first, last)]
    large = int(last - first > math.pi)
    return f"M{points[0][0]:.2f} {points[0][1]:.2f}A{radius:g} {radius:g} 0 {large} 1 {points[1][0]:.2f} {points[1][1]:.2f}"


def drawn(items: list[dict[str, Any]], limit: int = MAX_DRAWN) -> list[dict[str, Any]]:
    """The distributions to draw: all, or the `limit` least alike in table order."""
    if len(items) <= limit:
        return items
    ranked = sorted(range(len(items)), key=lambda position: overlap(items[position]) or 0.0)[:limit]
    return [items[position] for position in sorted(ranked)]


def is_numeric(item: dict[str, Any]) -> bool:
    return item["kind"] in NUMERIC_KINDS


def overlap(item: dict[str, Any]) -> float | None:
    """Common share of a distribution's real and synthetic bins, 0 to 1; None without real."""
    if item["real"] is None:
        return None
    return float(sum(min(pair) for pair in zip(item["real"], item["synthetic"], strict=True)))


def histogram(item: dict[str, Any]) -> dict[str, Any]:
    """Bars on a canvas of 240 × 80: real filled, synthetic as a line of steps on top."""
    return _labelled(item) | bars(item["bins"], item["real"], item["synthetic"], 240) | {"first": item["bins"][0], "last": item["bins"][-1]}


def bars(labels: list[str], real: list[float] | None, synthetic: list[float], canvas: float, named: str = "real") -> dict[str, Any]:
    """Bars and steps on a canvas of height 80."""
    top = max([*(real or []), *synthetic, 1e-9])
    width = canvas / max(1, len(synthetic))
    found = []
    for position, label in enumerate(labels):
        share = real[position] if real else synthetic[position]
        height = 78 * share / top
        tip = f"{clipped(label)}: " + (f"{named} {share:.1%}, " if real else "") + f"synthetic {synthetic[position]:.1%}"
        found.append(
            {"x": f"{position * width + 0.5:.1f}", "y": f"{80 - height:.1f}", "w": f"{width - 1:.1f}", "h": f"{height:.1f}", "tip": tip}
        )
    steps = "".join(
        f"{'L' if position else 'M'}{position * width:.1f} {80 - 78 * share / top:.1f}h{width:.1f}"
        for position, share in enumerate(synthetic)
    )
    return {"bars": found, "steps": steps if real else ""}


def levels(item: dict[str, Any]) -> dict[str, Any]:
    """Two bars per level, in percent of the longest."""
    real, synthetic = item["real"], item["synthetic"]
    top = max([*(real or []), *synthetic, 1e-9])
    rows = [
        {
            "label": label,
            "real": None if real is None else f"{100 * real[position] / top:.1f}",
            "synthetic": f"{100 * synthetic[position] / top:.1f}",
            "tip": (f"real {real[position]:.1%}, " if real else "") + f"synthetic {synthetic[position]:.1%}",
            "share": f"{synthetic[position]:.1%}",
        }
        for position, label in enumerate(item["bins"])
    ]
    return _labelled(item) | {"rows": rows}


def distances(plot: DistancePlot) -> dict[str, Any]:
    """The distances on a canvas of 480 × 80."""
    edges = plot.edges
    labels = [f"{low:.3g} – {high:.3g}" for low, high in pairwise(edges)] + [f"{edges[-1]:.3g} or more"]
    unseen = "unseen real rows" if plot.unseen_is == "holdout" else "real rows among each other"
    found = bars(labels, plot.unseen, plot.synthetic, 480, unseen)
    return found | {"first": "0", "last": f"≥ {edges[-1]:.3g}", "unseen": unseen, "rows": plot.rows}


@dataclass(frozen=True)
class Cell:
    """A pair of columns on a map: column `x` and row `y` of the triangle, `strength` 0 (nothing) to 1 (full colour)."""

    x: int
    y: int
    strength: float
    tip: str


@dataclass(frozen=True)
class Map:
    title: str
    kind: str
    cells: list[Cell]


@dataclass(frozen=True)
class Maps:
    """Three triangles over the same columns, and the pairs whose relation changed most, in words."""

    labels: list[str]
    maps: list[Map]
    largest: list[str]
    hidden: int

    @property
    def height(self) -> int:
        return CELL * len(self.labels)

    @property
    def width(self) -> float:
        """Names stand on the diagonal and need the place that the last of them takes."""
        return max(CELL * at + 6 + 5.0 * len(label) for at, label in enumerate(self.labels))

    @property
    def ground(self) -> str:
        """SVG path of the triangle."""
        return f"M0 {CELL}" + "".join(f"H{CELL * at}V{CELL * (at + 1)}" for at in range(1, len(self.labels))) + "H0Z"


def pair_maps(found: PairMap) -> Maps:
    """Maps of real, of synthetic and of their difference."""
    places = [(first, second) for second in range(1, len(found.columns)) for first in range(second)]
    names = [clipped(name) for name in found.columns]
    changes = [None if mine is None or theirs is None else theirs - mine for mine, theirs in zip(found.real, found.synthetic, strict=True)]
    maps = [
        Map("Real", "real", _cells(found.real, places, names, 1.0)),
        Map("Synthetic", "synthetic", _cells(found.synthetic, places, names, 1.0)),
        Map("Difference", "change", _cells(changes, places, names, FULL_CHANGE)),
    ]
    ranked = sorted(
        (at for at, change in enumerate(changes) if change is not None and abs(change) >= 0.005), key=lambda at: -abs(changes[at] or 0.0)
    )
    largest = [
        f"{names[places[at][0]]} × {names[places[at][1]]}: {found.real[at]:.2f} became {found.synthetic[at]:.2f}"
        for at in ranked[:LARGEST_SHOWN]
    ]
    labels = [name if len(name) <= LABEL else name[: LABEL - 1] + "…" for name in names]
    return Maps(labels, maps, largest, found.of - len(names))


def _cells(values: list[float | None], places: list[tuple[int, int]], names: list[str], full: float) -> list[Cell]:
    return [
        Cell(first, second, min(abs(value) / full, 1.0), f"{names[first]} × {names[second]}: {value:.2f}")
        for value, (first, second) in zip(values, places, strict=True)
        if value is not None
    ]


def _labelled(item: dict[str, Any]) -> dict[str, Any]:
    share = overlap(item)
    return {"column": item["column"], "kind": item["kind"], "overlap": None if share is None else f"{share:.1%}"}
