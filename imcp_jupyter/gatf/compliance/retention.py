"""What the data is for and how long it is kept, as its owner declares."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped

_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_SPAN = re.compile(r"(?:for )?(?P<count>\d{1,5}) ?(?P<unit>d(?:ays?)?|w(?:eeks?)?|m(?:onths?)?|y(?:ears?)?)?", re.IGNORECASE)
_ISO_SPAN = re.compile(r"P(?P<count>\d{1,5})(?P<unit>[DWMY])", re.IGNORECASE)


class PurposeAndRetention(Measure):
    """A declared ``purpose``, and a ``retention`` that can be read and has not run out.

    A retention is a day (``2027-01-31``) or a span (``90 days``, ``P1Y``), which counts from the day that the lineage gives.
    """

    id = "purpose_retention"
    dimension = "compliance"
    title = "Purpose and retention"
    source = "GDPR Art. 5(1)(b) and (e), Art. 30(1)(b) and (f)"
    basis = "Both are asked for."
    weight = 0.125
    needs_real = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        declared = comparison.facts.declared
        purpose, retention = (str(declared.get(name) or "").strip() for name in ("purpose", "retention"))
        if not purpose and not retention:
            return Skipped("neither a purpose nor a retention was declared")
        faults = [] if purpose else ["no purpose is declared"]
        end, fault = _end(retention, comparison.facts.lineage.get("created"))
        today = datetime.now(UTC).date()
        ran_out = end is not None and end < today
        if ran_out:
            fault = f"the retention ran out on {end}"
        faults += [fault] if fault else []
        said = "; ".join(faults) or "a purpose and a retention are declared" + (f", until {end}" if end else "")
        return Finding(
            1 - len(faults) / 2,
            0.0,
            1.0,
            f"{said[:1].upper()}{said[1:]}.",
            {"purpose": purpose[:200], "retention": retention[:100], "until": str(end) if end else None, "floor": "neither is declared"},
            verdict="fail" if ran_out else "warn" if faults else "pass",
            threshold=1.0,
        )


def _end(retention: str, created: Any) -> tuple[date | None, str | None]:
    """The last day, where it can be told, and what is wrong with the declaration."""
    if not retention:
        return None, "no retention is declared"
    try:
        return date.fromisoformat(retention[:10]), None
    except ValueError:
        pass
    span = _ISO_SPAN.fullmatch(retention) or _SPAN.fullmatch(retention)
    if span is None:
        return None, f"the retention '{retention[:40]}' is neither a day nor a span of time"
    try:
        start = date.fromisoformat(str(created)[:10])
    except ValueError:
        return None, None
    return start + timedelta(days=int(span["count"]) * _DAYS[(span["unit"] or "d")[0].lower()]), None
