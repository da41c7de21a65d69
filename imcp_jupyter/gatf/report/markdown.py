"""A report as a Markdown summary: short enough for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...models.validation import Check, Dimension, ReportDocument
from .words import (
    NO_CERTIFICATE,
    VERDICTS,
    advice,
    amount,
    clipped,
    faults,
    headline,
    interval,
    method_of,
    subjects_of,
    valid,
    weight,
    whole,
)

MAX_FAULTS = 20
_MARKS = re.compile(r"([\\`*_\[\]|~#!])")
_INVISIBLE = "\u200b"  # keeps a name from becoming a mention, an issue number or a link


def render_markdown(document: ReportDocument) -> str:
    """The verdict, why, and what to do; all checks folded. Names and values cannot become markup, mentions or links."""
    head = headline(document)
    score = f"{head.score} of 100" + (f" [{head.range}]" if head.range else "")
    badge = f" · {head.badge}" if head.badge else ""
    about = " · ".join(" ".join(filter(None, map(escaped, (before, name, after)))) for before, name, after in subjects_of(document))
    lines = [
        f"## {VERDICTS[head.tone][0]} {head.title}: {escaped(clipped(document.synthetic.name))}",
        "",
        f"**{head.what.capitalize()} {score}** · {head.level}{badge}",
        "",
        about,
        "",
        escaped(head.why),
        "",
        *_table(("dimension", "score", "95 % interval", "weight", "verdict"), "lrrrl", [_dimension(item) for item in document.dimensions]),
        "",
        *_faults(document),
        *_controls(document),
        "<details><summary>All checks</summary>",
        "",
        *_table(("check", "dimension", "value", "passes from", "score", "verdict"), "llrrrl", [_check(check) for check in document.checks]),
        "",
        "</details>",
        "",
        f"<sub>{NO_CERTIFICATE} {method_of(document)}</sub>",
    ]
    return valid("\n".join(lines) + "\n")


def escaped(text: str) -> str:
    """`text` as Markdown that shows it literally, on one line."""
    flat = " ".join(text.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    flat = _MARKS.sub(r"\\\1", flat)
    return flat.replace("@", "@" + _INVISIBLE).replace("\\#", "\\#" + _INVISIBLE).replace("://", ":" + _INVISIBLE + "//")


def _faults(document: ReportDocument) -> list[str]:
    bad = faults(document.checks)
    if not bad:
        return []
    lines = ["### What to do", ""]
    for check in bad[:MAX_FAULTS]:
        gate = " (gate)" if check.gate else ""
        lines.append(
            f"- {_mark(check.verdict)} **{escaped(check.title)}**{gate}: {escaped(check.explanation)} {escaped(advice(check))}".rstrip()
        )
    if len(bad) > MAX_FAULTS:
        lines.append(f"- … and {len(bad) - MAX_FAULTS} more")
    return [*lines, ""]


def _controls(document: ReportDocument) -> list[str]:
    if not document.controls:
        return []
    rows = [
        (escaped(control.framework), escaped(control.control), escaped(control.title), _mark(control.verdict))
        for control in document.controls
    ]
    return ["### Evidence for controls", "", *_table(("framework", "control", "title", "evidence"), "llll", rows), ""]


def _dimension(item: Dimension) -> tuple[str, ...]:
    verdict = _mark(item.verdict) + (f": {escaped(item.reason)}" if item.reason and item.score is None else "")
    return escaped(item.name), whole(item.score), interval(item) or "–", weight(item), verdict


def _check(check: Check) -> tuple[str, ...]:
    value, threshold = amount(check.value, check.unit), amount(check.threshold, check.unit)
    return escaped(check.title), escaped(check.dimension), value, threshold, whole(check.score), _mark(check.verdict)


def _mark(verdict: str) -> str:
    icon, word = VERDICTS[verdict]
    return f"{icon} {word}".replace("!", "\\!")


def _table(heads: tuple[str, ...], sides: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    rule = "|".join({"l": "---", "r": "---:"}[side] for side in sides)
    return ["| " + " | ".join(heads) + " |", f"|{rule}|", *("| " + " | ".join(row) + " |" for row in rows)]
