"""Static pictures of the widgets, for notebooks that are read where no kernel and no script runs.

Hosts such as GitHub strip style sheets and scripts, so these are plain tables with a few inline styles. Every value is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from ..models.validation import Check, Dimension, ReportDocument, SubjectInfo
from .pages import Page

_NUMERIC_KINDS = frozenset({"integer", "decimal"})
_MISSING = '<span style="opacity:0.5">–</span>'
_VERDICT_SIGNS = {"pass": "✓", "warn": "!", "fail": "✗", "skipped": "–"}


def grid_html(columns: list[dict[str, Any]], head: Page, caption: str) -> str:
    """The first rows of a table. `columns` are those of `head`, in its order."""
    cells = [array.to_pylist() for array in pa.ipc.open_stream(head.ipc).read_all().columns]
    names = "".join(f'<th scope="col">{_text(column["name"])}<br><small>{_text(column["kind"])}</small></th>' for column in columns)
    rows = []
    for number, label in enumerate(head.labels):
        drawn = "".join(_cell(values[number], column["kind"]) for values, column in zip(cells, columns, strict=True))
        rows.append(f'<tr><th scope="row">{_text(label)}</th>{drawn}</tr>')
    shown = f"first {len(head.labels)} rows" + (f", first {len(columns)} columns" if columns else "")
    table = f'<table class="imcp-static-grid"><thead><tr><th></th>{names}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f"<div>{table}<p><small>{_text(caption)} ({shown})</small></p></div>"


def report_html(document: ReportDocument) -> str:
    """The score, the dimensions and the checks of a report."""
    parts = [
        f"<h3>{_text(report_title(document))}</h3>",
        f"<p><strong>{_text(score_text(document))}</strong> · level <strong>{_text(document.level)}</strong>"
        f" · badge <strong>{_text(document.badge)}</strong></p>",
        f"<p>{_text(report_sentence(document))}</p>",
        _table(("dimension", "score", "95 % interval", "weight", "verdict"), map(_dimension_row, document.dimensions)),
        _table(("check", "dimension", "value", "threshold", "score", "verdict"), map(_check_row, document.checks)),
    ]
    return f'<div class="imcp-static-report">{"".join(parts)}</div>'


def report_title(document: ReportDocument) -> str:
    return "Trust report" if document.kind == "gatf" else "Validation report"


def score_text(document: ReportDocument) -> str:
    """The score with its interval: 0 to 100 for 'gatf', 0 to 1 for 'validation'."""
    places, top = (1, "100") if document.kind == "gatf" else (3, "1")
    low, high = document.interval
    return f"{document.score:.{places}f} of {top} [{low:.{places}f}, {high:.{places}f}]"


def report_sentence(document: ReportDocument) -> str:
    """What the report found, in words."""
    subject = f"{_subject(document.synthetic)} measured"
    if document.real is not None:
        subject += f" against {_subject(document.real)}"
    if document.holdout is not None:
        subject += f" with holdout {_subject(document.holdout)}"
    counts = {verdict: sum(check.verdict == verdict for check in document.checks) for verdict in _VERDICT_SIGNS}
    done = len(document.checks) - counts["skipped"]
    found = f"{counts['pass']} of {done} checks pass"
    if counts["warn"]:
        found += f", {counts['warn']} warn"
    if counts["fail"]:
        found += f", {counts['fail']} fail"
    if counts["skipped"]:
        found += f", {counts['skipped']} skipped"
    sentence = f"{subject}: {found}."
    if document.gates_failed:
        titles = {check.id: check.title for check in document.checks}
        gates = ", ".join(titles.get(gate, gate) for gate in document.gates_failed)
        sentence += f" The score is capped because a gate failed: {gates}."
    return sentence


def _subject(info: SubjectInfo) -> str:
    return f"{info.name} ({info.rows:,} × {info.columns:,})"


def _dimension_row(dimension: Dimension) -> tuple[str, ...]:
    interval = "" if dimension.interval is None else f"{dimension.interval[0]:.1f} to {dimension.interval[1]:.1f}"
    verdict = _verdict(dimension.verdict) + (f": {dimension.reason}" if dimension.reason else "")
    return dimension.name, _number(dimension.score), interval, _number(dimension.weight), verdict


def _check_row(check: Check) -> tuple[str, ...]:
    value = _number(check.value) + (f" {check.unit}" if check.unit and check.value is not None else "")
    return check.title, check.dimension, value, _number(check.threshold), _number(check.score), _verdict(check.verdict)


def _verdict(verdict: str) -> str:
    return f"{_VERDICT_SIGNS[verdict]} {verdict}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _table(names: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return f"<td>{_MISSING}</td>"
    if isinstance(value, float):
        value = f"{value:.6g}"
    align = ' style="text-align:right"' if kind in _NUMERIC_KINDS else ""
    return f"<td{align}>{_text(value)}</td>"


def _text(value: Any) -> str:
    return html.escape(str(value), quote=True)
