"""A report document as one self-contained HTML page: no script, no network, light, dark and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...models.validation import Check, Control, Dimension, ReportDocument
from . import charts, words
from .evidence import table_of
from .words import VERDICTS

_TEMPLATES = Path(__file__).parent / "templates"
MAX_OPEN = 6  # failed checks that are open on opening the page


def render_html(document: ReportDocument) -> str:
    """The page as text. All names and values are escaped; nothing in it can run."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"clip": words.clipped, "amount": words.amount, "whole": words.whole, "shown": words.shown}
    return words.valid(environment.get_template("report.html.j2").render(page=_page(document), document=document))


def _page(document: ReportDocument) -> dict[str, Any]:
    drawn = charts.drawn(document.distributions)
    bad = words.faults(document.checks)
    opened = {check.id for check in bad[:MAX_OPEN] if check.verdict == "fail"}
    return {
        "head": words.headline(document),
        "dial": charts.dial(*words.of_hundred(document)),
        "meta": words.subjects_of(document),
        "dimensions": [_dimension(dimension) for dimension in document.dimensions],
        "faults": [_fault(check) for check in bad],
        "groups": [
            {"name": name, "checks": [_check(check, check.id in opened) for check in checks]}
            for name, checks in words.groups(document.checks).items()
        ],
        "maps": charts.pair_maps(document.pair_map) if document.pair_map is not None else None,
        "distances": charts.distances(document.distances) if document.distances is not None else None,
        "numbers": [charts.histogram(item) for item in drawn if charts.is_numeric(item)],
        "categories": [charts.levels(item) for item in drawn if not charts.is_numeric(item)],
        "hidden_columns": len(document.distributions) - len(drawn),
        "has_real": document.real is not None,
        "controls": [_control(control, document) for control in document.controls],
        "method": words.method_of(document),
        "no_certificate": words.NO_CERTIFICATE,
    }


def _marked(verdict: str) -> dict[str, str]:
    icon, word = VERDICTS[verdict]
    return {"verdict": verdict, "icon": icon, "word": word}


def _dimension(dimension: Dimension) -> dict[str, Any]:
    low, high = dimension.interval or (0.0, 0.0)
    return _marked(dimension.verdict) | {
        "name": dimension.name,
        "score": dimension.score,
        "low": low,
        "width": max(high - low, 0.6),
        "range": words.interval(dimension),
        "weight": words.weight(dimension),
        "reason": dimension.reason,
    }


def _fault(check: Check) -> dict[str, Any]:
    return _marked(check.verdict) | {"title": check.title, "explanation": check.explanation, "advice": words.advice(check)}


def _check(check: Check, opened: bool) -> dict[str, Any]:
    evidence = [(name, value, table_of(value)) for name, value in words.evidence_of(check)]
    return _marked(check.verdict) | {"check": check, "facts": words.limits_of(check), "evidence": evidence, "open": opened}


def _control(control: Control, document: ReportDocument) -> dict[str, Any]:
    titles = {check.id: check.title for check in document.checks}
    named = [titles.get(check, check) for check in control.checks]
    return _marked(control.verdict) | {"control": control, "checks": ", ".join(named)}
