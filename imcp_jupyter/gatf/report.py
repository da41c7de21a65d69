"""A report document as one self-contained HTML page: no script, no network, light and dark."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

from ..models.dataset import NUMERIC_KINDS
from ..models.validation import Check, Dimension, ReportDocument
from .advice import ADVICE

_TEMPLATES = Path(__file__).parent / "templates"
_VERDICTS = {"pass": ("✓", "passed"), "warn": ("!", "to look at"), "fail": ("✕", "failed"), "skipped": ("–", "skipped")}
_LEVELS = {
    "none": "No trust",
    "low": "Low trust",
    "medium": "Medium trust",
    "high": "High trust",
    "verified": "Verified",
}

MAX_COLUMNS = 60  # distributions drawn; more would make the page heavy, and the least alike are what one looks for
MAX_TEXT = 120
MAX_ITEMS = 20
_DIAL_START, _DIAL_SWEEP = 135.0, 270.0  # degrees, clockwise from three o'clock


def render_html(document: ReportDocument) -> str:
    """The page as text. All names and values are escaped; nothing in it can run."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"clip": _clipped, "amount": _amount, "whole": _whole, "shown": _shown}
    return str(environment.get_template("report.html.j2").render(page=_page(document), document=document))


def _page(document: ReportDocument) -> dict[str, Any]:
    scale = 100 if document.kind == "validation" else 1
    score, low, high = (scale * value for value in (document.score, *document.interval))
    drawn, columns = _drawn(document.distributions)
    width = max((high - low) / 2, 0.75)  # a shorter stroke would look like a speck
    measured = any(dimension.weight > 0 for dimension in document.dimensions)
    return {
        "title": "Trust report" if document.kind == "gatf" else "Validation report",
        "what": "trust score" if document.kind == "gatf" else "quality score",
        "level": _LEVELS[document.level] if measured else "Not measured",
        "score": f"{score:.1f}" if measured else "–",
        "range": f"{low:.1f} – {high:.1f}" if measured else "",
        "dial": {
            "track": _arc(0, 100, 84),
            "value": _arc(0, max(score, 0.1), 84),
            "interval": _arc((low + high) / 2 - width, (low + high) / 2 + width, 97),
        },
        "tone": _tone(document, measured),
        "why": _why(document),
        "meta": _meta(document),
        "dimensions": [_dimension(dimension) for dimension in document.dimensions],
        "groups": _groups(document.checks),
        "advice": _advice(document.checks),
        "numbers": [_histogram(item) for item in drawn if item["kind"] in NUMERIC_KINDS],
        "categories": [_levels(item) for item in drawn if item["kind"] not in NUMERIC_KINDS],
        "hidden_columns": columns - len(drawn),
        "has_real": document.real is not None,
    }


def _meta(document: ReportDocument) -> list[dict[str, str]]:
    """Parts of the line under the title: what comes before a table's name, the name, and what comes after."""
    parts = [{"before": f"{document.synthetic.rows:,} rows × {document.synthetic.columns} columns", "name": "", "after": ""}]
    for before, subject in (("against", document.real), ("holdout", document.holdout)):
        if subject is not None:
            parts.append({"before": before, "name": "" if subject.name == before else subject.name, "after": f"({subject.rows:,} rows)"})
    return [*parts, *({"before": text, "name": "", "after": ""} for text in (f"profile {document.profile}", _date(document.created)))]


def _tone(document: ReportDocument, measured: bool) -> str:
    if document.gates_failed or not measured or document.level in ("none", "low"):
        return "fail"
    return "pass" if document.level in ("high", "verified") else "warn"


def _why(document: ReportDocument) -> str:
    """One sentence on what decides the score."""
    by_id = {check.id: check for check in document.checks}
    if document.gates_failed:
        return f"Capped at 24 by a failed gate. {by_id[document.gates_failed[0]].explanation}"
    scored = [dimension for dimension in document.dimensions if dimension.score is not None]
    if not scored:
        return "Nothing could be judged without the real table that this one was made from."
    skipped = [dimension.name for dimension in document.dimensions if dimension.score is None]
    if skipped:
        return f"Not measured: {', '.join(skipped)}. A badge needs every dimension that the profile requires."
    weakest = min((check for check in document.checks if check.score is not None), key=lambda check: check.score or 0.0)
    if weakest.verdict == "pass":
        return "Every check that was measured passes."
    return f"What holds it back most: {weakest.explanation}"


def _dimension(dimension: Dimension) -> dict[str, Any]:
    low, high = dimension.interval or (0.0, 0.0)
    return {
        "name": dimension.name,
        "score": dimension.score,
        "low": low,
        "width": max(high - low, 0.6),
        "range": f"{low:.0f} – {high:.0f}",
        "weight": f"{dimension.weight:.0%}",
        "verdict": dimension.verdict,
        "icon": _VERDICTS[dimension.verdict][0],
        "word": _VERDICTS[dimension.verdict][1],
        "reason": dimension.reason,
    }


def _groups(checks: list[Check]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(check.dimension for check in checks))
    return [{"name": name, "checks": [_check(check) for check in checks if check.dimension == name]} for name in names]


def _check(check: Check) -> dict[str, Any]:
    icon, word = _VERDICTS[check.verdict]
    facts = [("real rows reach", check.ceiling, ""), ("fails beyond" if check.gate else "passes from", check.threshold, "")]
    facts.insert(0, ("bad case", check.floor, check.evidence.get("floor", "columns shuffled independently")))
    return {
        "check": check,
        "icon": icon,
        "word": word,
        "facts": [fact for fact in facts if fact[1] is not None],
        "evidence": [
            (key.replace("_", " "), value) for key, value in check.evidence.items() if key != "floor" and value not in ({}, [], None)
        ],
    }


def _advice(checks: list[Check]) -> list[dict[str, Any]]:
    """Failed checks first, gates before all."""
    bad = [check for check in checks if check.verdict in ("fail", "warn")]
    bad.sort(key=lambda check: (check.verdict != "fail", not check.gate, check.score or 0.0))
    return [
        {"title": check.title, "verdict": check.verdict, "icon": _VERDICTS[check.verdict][0], "word": _VERDICTS[check.verdict][1]}
        | {"explanation": check.explanation, "advice": ADVICE.get(check.id, "")}
        for check in bad
    ]


def _drawn(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The distributions to draw: all, or the `MAX_COLUMNS` least alike in table order."""
    if len(items) <= MAX_COLUMNS:
        return items, len(items)
    ranked = sorted(range(len(items)), key=lambda position: _overlap(items[position]) or 0.0)[:MAX_COLUMNS]
    return [items[position] for position in sorted(ranked)], len(items)


def _overlap(item: dict[str, Any]) -> float | None:
    if item["real"] is None:
        return None
    return float(sum(min(pair) for pair in zip(item["real"], item["synthetic"], strict=True)))


def _histogram(item: dict[str, Any]) -> dict[str, Any]:
    """Bars on a canvas of 240 × 80: real filled, synthetic as a line of steps on top."""
    real, synthetic = item["real"] or [], item["synthetic"]
    top = max([*real, *synthetic, 1e-9])
    width = 240 / max(1, len(synthetic))
    bars = []
    for position, label in enumerate(item["bins"]):
        share = real[position] if real else synthetic[position]
        height = 78 * share / top
        tip = f"{_clipped(label)}: " + (f"real {share:.1%}, " if real else "") + f"synthetic {synthetic[position]:.1%}"
        bars.append(
            {"x": f"{position * width + 0.5:.1f}", "y": f"{80 - height:.1f}", "w": f"{width - 1:.1f}", "h": f"{height:.1f}", "tip": tip}
        )
    steps = "".join(
        f"{'L' if position else 'M'}{position * width:.1f} {80 - 78 * share / top:.1f}h{width:.1f}"
        for position, share in enumerate(synthetic)
    )
    return _labelled(item) | {"bars": bars, "steps": steps if real else "", "first": item["bins"][0], "last": item["bins"][-1]}


def _levels(item: dict[str, Any]) -> dict[str, Any]:
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


def _labelled(item: dict[str, Any]) -> dict[str, Any]:
    overlap = _overlap(item)
    return {"column": item["column"], "kind": item["kind"], "overlap": None if overlap is None else f"{overlap:.1%}"}


def _arc(start: float, stop: float, radius: float) -> str:
    """SVG path of an arc of the dial between two scores, around (110, 110)."""
    first, last = (math.radians(_DIAL_START + _DIAL_SWEEP * min(max(score, 0.0), 100.0) / 100) for score in (start, stop))
    points = [(110 + radius * math.cos(angle), 110 + radius * math.sin(angle)) for angle in (first, last)]
    large = int(last - first > math.pi)
    return f"M{points[0][0]:.2f} {points[0][1]:.2f}A{radius:g} {radius:g} 0 {large} 1 {points[1][0]:.2f} {points[1][1]:.2f}"


def _date(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC".lstrip("0")


def _clipped(text: Any) -> str:
    whole = str(text)
    return whole if len(whole) <= MAX_TEXT else whole[: MAX_TEXT - 1] + "…"


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.2%}" if 0 < value < 0.01 or 0.99 < value < 1 else f"{value:.1%}"
    return f"{value:.3f}"


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _shown(value: Any) -> str:
    """Evidence as a short text."""
    if isinstance(value, dict):
        items = [f"{_clipped(key)}: {_shown(item)}" for key, item in list(value.items())[:MAX_ITEMS]]
        return "; ".join(items) + _more(len(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(item) for item in value[:MAX_ITEMS]) + _more(len(value))
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else _clipped(value)


def _more(count: int) -> str:
    return f" … and {count - MAX_ITEMS} more" if count > MAX_ITEMS else ""
