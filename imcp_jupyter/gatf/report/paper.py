"""A report as a PDF, laid out by reportlab (extra 'documents')."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from ...errors import MissingExtra
from ...models.validation import Check, Dimension, ReportDocument
from . import charts, words

MAX_DRAWN = 24  # distributions on paper: four pages would follow otherwise
MAX_EVIDENCE = 600  # letters of one entry; HTML and JSON have all of it


def render_pdf(document: ReportDocument) -> bytes:
    """The report as A4 pages; the same document gives the same bytes.

    Letters that the font lacks are shown as a box: DejaVu Sans where the system has it, else Bitstream Vera, which reportlab brings.
    Raises `MissingExtra` without reportlab.
    """
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm
        from reportlab.platypus import SimpleDocTemplate
    except ImportError:
        raise MissingExtra.named("documents", "a report as PDF") from None
    from .paper_styles import Styles

    styles = Styles()
    target = BytesIO()
    title = words.headline(document).title
    pages = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm, invariant=1,
        title=styles.plain(f"{title}: {document.synthetic.name}"), author="imcp_jupyter",
    )  # fmt: skip
    foot = partial(_foot, styles=styles, text=styles.plain(f"{title} · {words.clipped(document.synthetic.name)}"))
    pages.build(list(_story(document, styles, pages.width)), onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def _story(document: ReportDocument, styles: Any, width: float) -> Iterable[Any]:
    yield from _verdict(document, styles, width)
    yield from styles.heading("Why")
    yield styles.table(
        [("dimension", "score", "95 % interval", "weight", ""), *(_dimension(item, styles) for item in document.dimensions)],
        [0.17, 0.35, 0.21, 0.11, 0.16], width,
    )  # fmt: skip
    bad = words.faults(document.checks)
    for check in bad:
        yield styles.line(check.verdict, check.title, check.explanation, width)
    yield from styles.heading("Evidence", 180)
    yield styles.note("Each score runs from a bad case (0) to what real rows reach (100).")
    for name, checks in words.groups(document.checks).items():
        yield from styles.subheading(name.capitalize())
        yield styles.table([("", "check", "value", "score"), *(_check(check, styles) for check in checks)], [0.13, 0.67, 0.12, 0.08], width)
    yield from _pictures(document, styles, width)
    if document.controls:
        yield from styles.heading("Evidence for controls")
        rows = [(control.framework, f"{control.control} {control.title}", styles.verdict(control.verdict)) for control in document.controls]
        yield styles.table([("framework", "control", "evidence"), *rows], [0.2, 0.66, 0.14], width)
    if bad:
        yield from styles.heading("What to do")
        for check in bad:
            yield styles.line(check.verdict, check.title, words.advice(check) or check.explanation, width)
    reasons = [(f"weight of {item.subject}", f"{item.value:g}", item.why) for item in document.weights]
    named = {"passes": "passes from", "warns": "warns from"}
    reasons += [(named.get(item.subject, f"{item.subject} passes from"), f"{item.value:g}", item.why) for item in document.thresholds]
    if reasons:
        yield from styles.heading(f"Weights and thresholds of profile {words.clipped(document.profile)}")
        yield styles.table([("", "", "why"), *reasons], [0.26, 0.08, 0.66], width)
    yield styles.gap(12)
    yield styles.note(f"{words.NO_CERTIFICATE} {words.method_of(document)}")
    hashes = ((role, getattr(document, role)) for role in ("synthetic", "real", "holdout"))
    parts = [f"{role} {subject.content_hash[:16]}" for role, subject in hashes if subject is not None]
    yield styles.note(" · ".join([*parts, *(f"{name} {version}" for name, version in document.versions.items())]))


def _verdict(document: ReportDocument, styles: Any, width: float) -> Iterable[Any]:
    from .paper_charts import dial

    head = words.headline(document)
    yield styles.note(head.title)
    yield styles.title(words.clipped(document.synthetic.name))
    about = (" ".join(filter(None, (before, words.clipped(name), after))) for before, name, after in words.subjects_of(document))
    yield styles.note(" · ".join(about))
    yield styles.gap(8)
    text = [styles.note(head.what.capitalize()), styles.big(head.level), styles.note(head.badge), styles.gap(4), styles.text(head.why)]
    picture = dial(*words.of_hundred(document), head.score, head.range, styles.tones[head.tone], styles)
    yield styles.box([[picture, text]], [130, width - 130])


def _dimension(item: Dimension, styles: Any) -> tuple[Any, ...]:
    from .paper_charts import bar

    if item.score is None:
        return item.name.capitalize(), styles.note(words.clipped(item.reason or "not measured")), "–", "–", styles.verdict(item.verdict)
    picture = bar(item.score, item.interval, styles.tones[item.verdict], styles)
    return (
        item.name.capitalize(),
        picture,
        f"{item.score:.0f}  ({words.interval(item)})",
        words.weight(item),
        styles.verdict(item.verdict),
    )


def _check(check: Check, styles: Any) -> tuple[Any, ...]:
    mark = escape(" (gate)") if check.gate else ""
    parts = [styles.rich(f"<b>{styles.safe(check.title)}</b>{mark} {styles.safe(check.explanation)}")]
    if check.verdict in ("fail", "warn"):
        limits = [f"{name} {words.amount(value, check.unit)}" for name, value, _ in words.limits_of(check)]
        parts.append(styles.note("; ".join(limits)))
        entries = ((name, words.shown(value)) for name, value in words.evidence_of(check))
        parts.append(styles.note(" · ".join(f"{name}: {text[:MAX_EVIDENCE]}{'…' * (len(text) > MAX_EVIDENCE)}" for name, text in entries)))
    unit = f" {check.unit}" if check.unit not in ("share", "") and check.value is not None else ""
    return styles.verdict(check.verdict), parts, words.amount(check.value, check.unit) + unit, words.whole(check.score)


def _pictures(document: ReportDocument, styles: Any, width: float) -> Iterable[Any]:
    from .paper_charts import distances, distribution, heat

    if document.pair_map is not None:
        maps = charts.pair_maps(document.pair_map)
        yield from styles.subheading("Pairs of columns", 260)
        yield styles.note(
            "Each square is a pair: the deeper, the closer related. In the difference, full colour is a change of 0.5 or more."
        )
        side = width / 3 - 6
        yield styles.grid([[styles.captioned(one.title, heat(one, maps, side, styles)) for one in maps.maps]], 3, width)
        for line in maps.largest:
            yield styles.note(line)
    if document.distances is not None:
        yield from styles.subheading("Distance to the nearest training row", 140)
        drawn = charts.distances(document.distances)
        yield styles.note(f"Grey: {drawn['unseen']}. Line: synthetic. A heap of synthetic rows left of the grey ones is copies.")
        yield distances(document.distances, width, styles)
    shown = charts.drawn(document.distributions, MAX_DRAWN)
    if shown:
        yield from styles.subheading("Distributions", 150)
        hidden = len(document.distributions) - len(shown)
        yield styles.note(
            ("Grey: real. Line: synthetic." if document.real is not None else "Only synthetic.")
            + (f" The least alike; {hidden} more are in the HTML report." if hidden else "")
        )
        side = width / 3 - 10
        pictures = [styles.captioned(words.clipped(item["column"]), distribution(item, side, styles)) for item in shown]
        yield styles.grid([pictures[at : at + 3] for at in range(0, len(pictures), 3)], 3, width)


def _foot(canvas: Any, pages: Any, *, styles: Any, text: str) -> None:
    canvas.saveState()
    canvas.setFont(styles.font, 7.5)
    canvas.setFillColor(styles.soft)
    canvas.drawString(pages.leftMargin, 28, text)
    canvas.drawRightString(pages.pagesize[0] - pages.rightMargin, 28, f"{canvas.getPageNumber()}")
    canvas.restoreState()
