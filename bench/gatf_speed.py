"""SDMetrics' quality numbers: ours beside its own, on all rows, in CPU seconds of processes of their own."""

from __future__ import annotations

from .measure import table
from .probe import Measured, measured

SIZES = (100_000, 1_000_000)
AGREES = 1e-9


def section() -> str:
    lines = []
    for rows in SIZES:
        theirs, ours = measured("sdmetrics_quality", rows=rows), measured("similarity", rows=rows)
        gap = max(abs(theirs[name] - ours[name]) for name in ("column_shapes", "column_pairs", "score"))
        lines.append(
            [f"{rows:,}", f"{theirs['cpu']:.2f} s", f"{ours['cold']:.2f} s", _ratio(theirs, ours["cold"]), f"{ours['warm']:.2f} s",
             _ratio(theirs, ours["warm"]), f"{ours['typed']:.2f} s", _ratio(theirs, ours["typed"]),
             f"{gap:.0e}" if gap <= AGREES else f"**{gap:.1e}**"]
        )  # fmt: skip
    note = (
        "The 16-column mixed table (`bench/tables.py`) against another draw of it. SDMetrics' QualityReport without its subsample. Cold: "
        "both frames are checked and typed and both sides worked out. Next candidate: `Reference` keeps the real side, the candidate is "
        "still a plain frame. Typed candidate: its types are known too, as those of a stored dataset are. One BLAS thread, medians of "
        "three of ours. Goal: 10 × cold, 20 × for the next candidate."
    )
    head = ["rows a side", "SDMetrics", "cold", "ratio", "next candidate", "ratio", "typed candidate", "ratio", "largest difference"]
    return f"## SDMetrics' quality numbers\n\n{note}\n\n{table(head, lines)}"


def _ratio(theirs: Measured, cpu: float) -> str:
    return f"{theirs['cpu'] / cpu:.1f} ×"
