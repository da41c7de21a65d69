"""The pictures of a report on paper. Importing this needs reportlab."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.shapes import ArcPath, Drawing, Line, Path, Polygon, PolyLine, Rect, String

from ...models.validation import DistancePlot
from . import charts
from .paper_styles import Styles

LETTERS = 20  # of a label
_START = 225.0  # degrees, counter-clockwise from three o'clock, where the dial begins; it runs 270 clockwise


def dial(score: float, low: float, high: float, number: str, between: str, tone: Any, styles: Styles) -> Drawing:
    """The dial of a score of 100 with its interval outside; an empty one where nothing was measured (no `between`)."""
    picture = Drawing(112, 104)
    picture.add(_arc(0, 100, 42, styles.fill, 7))
    if between:
        picture.add(_arc(0, max(score, 0.1), 42, tone, 7))
        picture.add(_arc(min(low, score - 0.4), max(high, score + 0.4), 49, styles.soft, 1.6))
    picture.add(String(56, 46, number, fontName=styles.bold, fontSize=22, fillColor=styles.ink, textAnchor="middle"))
    picture.add(String(56, 34, between, fontName=styles.font, fontSize=7.5, fillColor=styles.soft, textAnchor="middle"))
    return picture


def bar(score: float, interval: tuple[float, float] | None, tone: Any, styles: Styles, width: float = 150) -> Drawing:
    picture = Drawing(width, 11)
    picture.add(Rect(0, 4, width, 6, fillColor=styles.fill, strokeColor=None, rx=3, ry=3))
    if score > 0:
        picture.add(Rect(0, 4, max(width * score / 100, 3), 6, fillColor=tone, strokeColor=None, rx=3, ry=3))
    if interval is not None:
        picture.add(Line(width * interval[0] / 100, 1, max(width * interval[1] / 100, width * interval[0] / 100 + 1), 1,
                         strokeColor=styles.soft, strokeWidth=1.2))  # fmt: skip
    return picture


def heat(one: charts.Map, maps: charts.Maps, side: float, styles: Styles) -> Drawing:
    """One triangle of pairs, `side` points wide."""
    scale = side / maps.width
    step = charts.CELL * scale
    height = step * len(maps.labels)
    picture = Drawing(side, height)
    ground = [0.0, height - step]
    for at in range(1, len(maps.labels)):
        ground += [at * step, height - at * step, at * step, height - (at + 1) * step]
    picture.add(Polygon([*ground, 0.0, 0.0], fillColor=styles.fill, strokeColor=None))
    colour = styles.tones["fail"] if one.kind == "change" else styles.synthetic
    for cell in one.cells:
        if cell.strength >= 0.01:
            shade = _mixed(colour, styles.fill, cell.strength)
            picture.add(Rect(cell.x * step, height - (cell.y + 1) * step, step * 0.95, step * 0.95, fillColor=shade, strokeColor=None))
    for at, label in enumerate(maps.labels):
        picture.add(String(at * step + 2, height - at * step - step * 0.75, styles.plain(label), fontName=styles.font,
                           fontSize=min(8.0 * scale, 7), fillColor=styles.soft))  # fmt: skip
    return picture


def distances(plot: DistancePlot, width: float, styles: Styles) -> Drawing:
    return _bars(plot.unseen, plot.synthetic, "0", f"\u2265 {plot.edges[-1]:.3g}", width, 80, styles)


def distribution(item: dict[str, Any], width: float, styles: Styles) -> Drawing:
    """Numbers as bars and a line, levels as pairs of bars."""
    if charts.is_numeric(item):
        return _bars(item["real"], item["synthetic"], item["bins"][0], item["bins"][-1], width, 46, styles)
    rows = charts.levels(item)["rows"]
    height = 9.5 * len(rows)
    picture = Drawing(width, height)
    left, right = width * 0.42, width * 0.4
    for at, row in enumerate(rows):
        y = height - 9.5 * (at + 1)
        picture.add(String(0, y + 2, styles.plain(_short(row["label"])), fontName=styles.font, fontSize=6, fillColor=styles.ink))
        picture.add(String(width, y + 2, row["share"], fontName=styles.font, fontSize=6, fillColor=styles.soft, textAnchor="end"))
        if row["real"] is not None:
            picture.add(Rect(left, y + 4.6, max(right * float(row["real"]) / 100, 0.5), 3, fillColor=styles.real, strokeColor=None))
        length = max(right * float(row["synthetic"]) / 100, 0.5)
        picture.add(Rect(left, y + 1, length, 3, fillColor=styles.synthetic, strokeColor=None))
    return picture


def _bars(real: list[float] | None, synthetic: list[float], first: str, last: str, width: float, height: float, styles: Styles) -> Drawing:
    picture = Drawing(width, height + 11)
    top = max([*(real or []), *synthetic, 1e-9])
    step = width / max(len(synthetic), 1)
    for at, share in enumerate(real or synthetic):
        picture.add(Rect(at * step, 11, step * 0.92, height * share / top, fillColor=styles.real if real else styles.synthetic,
                         strokeColor=None))  # fmt: skip
    if real:
        points = [point for at, share in enumerate(synthetic)
                  for point in (at * step, 11 + height * share / top, (at + 1) * step, 11 + height * share / top)]  # fmt: skip
        picture.add(PolyLine(points, strokeColor=styles.synthetic, strokeWidth=1))
    picture.add(Line(0, 11, width, 11, strokeColor=styles.line_colour, strokeWidth=0.5))
    for x, text, anchor in ((0, first, "start"), (width, last, "end")):
        picture.add(String(x, 2, styles.plain(_short(text)), fontName=styles.font, fontSize=6.5, fillColor=styles.soft, textAnchor=anchor))
    return picture


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "\u2026"


def _arc(start: float, stop: float, radius: float, colour: Any, width: float) -> Path:
    first, last = (_START - 2.7 * min(max(score, 0.0), 100.0) for score in (start, stop))
    path = ArcPath(strokeColor=colour, strokeWidth=width, fillColor=None, strokeLineCap=1)
    path.addArc(56, 52, radius, last, first)
    return path


def _mixed(colour: Any, ground: Any, share: float) -> Any:
    from reportlab.lib.colors import Color

    parts = (share * mine + (1 - share) * theirs for mine, theirs in zip(colour.rgb(), ground.rgb(), strict=True))
    return Color(*parts)
