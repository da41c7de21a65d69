"""Which columns hold personal data, and what is known of where their values come from."""

from __future__ import annotations

from typing import Any

from ...models.pii import PiiFinding
from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped
from .identifiers import pii_of
from .replay import IdentifierReplay


class PersonalDataColumns(Measure):
    """Columns that name people: are their values accounted for as fakes?

    A fake looks like the real thing, so holding such columns is no fault. They are accounted for where the data card says that fakes
    were made, or where they were compared with the real table. Quasi-identifiers are listed and do not count.
    """

    id = "pii_columns"
    dimension = "compliance"
    title = "Personal data accounted for"
    source = "45 CFR 164.514(b)(2)(i), the 18 identifiers of HIPAA Safe Harbor; GDPR Art. 4(1)"
    weight = 0.5
    needs_real = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        findings = pii_of(comparison, "synthetic")
        direct = [one for one in findings if one.direct]
        open_ones = [one.column for one in direct if not _is_accounted(one, comparison)]
        evidence: dict[str, Any] = {
            "kinds": {one.column: one.kind for one in findings[:50]},
            "quasi_identifiers": [one.column for one in findings if not one.direct][:20],
            "hipaa_identifiers": sorted({one.hipaa for one in direct if one.hipaa}),
            "unaccounted": open_ones[:20],
            "floor": "no column is accounted for",
        }
        if not direct:
            said = "No column holds personal data that names people by itself."
        elif open_ones:
            said = f"Nothing says that the personal data in '{open_ones[0]}'" + (
                f" and {len(open_ones) - 1} more columns is made up." if len(open_ones) > 1 else " is made up."
            )
        else:
            said = f"{len(direct)} columns hold what looks like personal data; the card or the real table says that it is made up."
        value = 1 - len(open_ones) / len(direct) if direct else 1.0
        return Finding(value, 0.0, 1.0, said, evidence, verdict="warn" if open_ones else "pass")


def _is_accounted(one: PiiFinding, comparison: Comparison) -> bool:
    card = comparison.facts.card
    treated = [] if card is None else [part.treatment for part in card.pii if part.column == one.column]
    if treated:
        return treated[0] == "fake"
    if not comparison.has_real or one.column not in comparison.tables["real"].names:
        return False
    replay = IdentifierReplay().found(comparison)
    return isinstance(replay, Finding) and one.column not in replay.evidence.get("columns", {})
