"""What every form of a report says in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...models.validation import Check, Dimension, ReportDocument
from ..advice import ADVICE

VERDICTS = {"pass": ("✓", "passed"), "warn": ("!", "to look at"), "fail": ("✕", "failed"), "skipped": ("–", "skipped")}
_LEVELS = {
    "none": "No trust",
    "low": "Low trust",
    "medium": "Medium trust",
    "high": "High trust",
    "verified": "Verified",
}
MAX_TEXT = 120
MAX_ITEMS = 20


@dataclass(frozen=True)
class Headline:
    """The verdict: `score` and `range` of 100, empty where nothing was measured; `tone` is pass, warn or fail."""

    title: str
    what: str
    level: str
    badge: str
    score: str
    range: str
    tone: str
    why: str


def headline(document: ReportDocument) -> Headline:
    score, low, high = of_hundred(document)
    measured = was_measured(document)
    gatf = document.kind == "gatf"
    badge = "No badge" if document.badge == "none" else f"{document.badge.capitalize()} badge"
    return Headline(
        title="Trust report" if gatf else "Validation report",
        what="trust score" if gatf else "quality score",
        level=_LEVELS[document.level] if measured else "Not measured",
        badge=badge if gatf else "",
        score=f"{score:.1f}" if measured else "–",
        range=f"{low:.1f} – {high:.1f}" if measured else "",
        tone=_tone(document, measured),
        why=_why(document),
    )


def of_hundred(document: ReportDocument) -> tuple[float, float, float]:
    """The score and its interval, of 100 for both kinds of report."""
    scale = 100 if document.kind == "validation" else 1
    return scale * document.score, scale * document.interval[0], scale * document.interval[1]


def was_measured(document: ReportDocument) -> bool:
    return any(dimension.weight > 0 for dimension in document.dimensions)


def faults(checks: list[Check]) -> list[Check]:
    """Failed checks first, gates before all, then what to look at."""
    bad = [check for check in checks if check.verdict in ("fail", "warn")]
    return sorted(bad, key=lambda check: (check.verdict != "fail", not check.gate, check.score or 0.0))


def advice(check: Check) -> str:
    return ADVICE.get(check.id, "")


def groups(checks: list[Check]) -> dict[str, list[Check]]:
    """The checks by dimension, in the document's order."""
    names = dict.fromkeys(check.dimension for check in checks)
    return {name: [check for check in checks if check.dimension == name] for name in names}


def limits_of(check: Check) -> list[tuple[str, float, str]]:
    """(name, value, note) of the bad case, of what real rows reach, and of where the check passes."""
    found = [
        ("bad case", check.floor, str(check.evidence.get("floor", "columns shuffled independently"))),
        ("real rows reach", check.ceiling, ""),
        ("fails beyond" if check.gate else "passes from", check.threshold, check.basis),
    ]
    return [(name, value, note) for name, value, note in found if value is not None]


def evidence_of(check: Check) -> list[tuple[str, Any]]:
    return [(key.replace("_", " "), value) for key, value in check.evidence.items() if key != "floor" and value not in ({}, [], None)]


def subjects_of(document: ReportDocument) -> list[tuple[str, str, str]]:
    """Parts of the line under the title: what comes before a table's name, the name, and what comes after."""
    parts = [(f"{document.synthetic.rows:,} rows × {document.synthetic.columns} columns", "", "")]
    for before, subject in (("against", document.real), ("holdout", document.holdout)):
        if subject is not None:
            parts.append((before, "" if subject.name == before else subject.name, f"({subject.rows:,} rows)"))
    return [*parts, (f"profile {document.profile}", "", ""), (date(document.created), "", "")]


def method_of(document: ReportDocument) -> str:
    return (
        f"Intervals are 95 % bootstrap intervals from {document.replicates} resamples of the rows, seed {document.seed}. "
        f"Measured in {document.seconds:.1f} s."
    )


NO_CERTIFICATE = "This report is evidence for a decision; it certifies nothing."


def date(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC".lstrip("0")


def weight(dimension: Dimension) -> str:
    return f"{100 * dimension.weight:.3g}%"


def interval(dimension: Dimension) -> str:
    return "" if dimension.interval is None else f"{dimension.interval[0]:.0f} – {dimension.interval[1]:.0f}"


def valid(text: str) -> str:
    """`text` without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clipped(text: Any) -> str:
    whole = str(text)
    return whole if len(whole) <= MAX_TEXT else whole[: MAX_TEXT - 1] + "…"


def amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.2%}" if 0 < value < 0.01 or 0.99 < value < 1 else f"{value:.1%}"
    return f"{value:.3f}"


def whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def shown(value: Any) -> str:
    """Evidence as a short text."""
    if isinstance(value, dict):
        items = [f"{clipped(key)}: {shown(item)}" for key, item in list(value.items())[:MAX_ITEMS]]
        return "; ".join(items) + more(len(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value[:MAX_ITEMS]) + more(len(value))
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else clipped(value)


def more(count: int) -> str:
    return f" … and {count - MAX_ITEMS} more" if count > MAX_ITEMS else ""


def _tone(document: ReportDocument, measured: bool) -> str:
    if document.gates_failed or not measured or document.level in ("none", "low"):
        return "fail"
    return "pass" if document.level in ("high", "verified") else "warn"


def _why(document: ReportDocument) -> str:
    """One sentence on what decides the score."""
    by_id = {check.id: check for check in document.checks}
    if document.gates_failed:
        gate = by_id.get(document.gates_failed[0])
        return "Capped at 24 by a failed gate. " + (f"{gate.title}: {gate.explanation}" if gate else document.gates_failed[0])
    scored = [dimension for dimension in document.dimensions if dimension.score is not None]
    if not scored:
        return "Nothing could be judged without the real table that this one was made from."
    skipped = [dimension.name for dimension in document.dimensions if dimension.score is None]
    lost = f"Not measured: {', '.join(skipped)}." if skipped else ""
    if skipped and (document.badge == "none" or not was_measured(document)):
        lost += " A badge needs every dimension that the profile requires."
    if not was_measured(document):
        return lost
    bad = [check for check in faults(document.checks) if check.weight > 0]
    said = f"What holds it back most: {bad[0].title}. {bad[0].explanation}" if bad else "Every check that counts and was measured passes."
    return f"{said} {lost}".rstrip()
