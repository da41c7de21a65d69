"""Is it on record how the table came to be, and is that record whole?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped

# What must be on record, and the names under which lineage may give it.
_RECORD: dict[str, tuple[str, ...]] = {
    "who": ("principal", "user", "owner", "by", "job_id"),  # a job's record names who called
    "when": ("created", "finished", "started"),
    "source": ("source_hash", "inputs"),
    "seed": ("seed",),
    "versions": ("versions",),
    "engine": ("engine",),
    "parameters": ("parameters", "params"),
}


class LineageComplete(Measure):
    """Who made the table, when, from which content, by which engine and parameters, with which seed and versions.

    The card and the lineage of a workspace dataset are read; no value is judged but the source's hash, where real has as many rows.
    """

    id = "lineage"
    dimension = "compliance"
    title = "Lineage on record"
    source = "Sarbanes-Oxley Act, sections 302 and 404; W3C PROV-DM (agent, activity, entity)"
    basis = "Every entry: a record with gaps cannot be traced."
    weight = 0.25
    needs_real = False

    def run(self, comparison: Comparison) -> Finding | Skipped:
        card, lineage = comparison.facts.card, comparison.facts.lineage
        if card is None and not lineage:
            return Skipped("nothing was said of how the table was made: only datasets of a workspace carry a card and a lineage")
        known: dict[str, Any] = {**(card.model_dump() if card is not None else {}), **{k: v for k, v in lineage.items() if k != "card"}}
        missing = [what for what, names in _RECORD.items() if not any(_is_given(known.get(name)) for name in names)]
        hashes = {str(known.get("source_hash"))} | {str(value) for value in _values(known.get("inputs"))}
        other = False
        # A source larger than memory stands as a sample of its rows, whose hash says nothing.
        if comparison.has_real and card is not None and len(card.source_hash) == 64 and card.source_rows == comparison.real.n_rows:
            other = comparison.tables["real"].content_hash not in hashes
        said = "It is on record who made the table, when, from what and how."
        if missing:
            said = f"Not on record: {', '.join(missing)}."
        if other:
            said += " The source on record is another table than the real one that was given."
        return Finding(
            1 - len(missing) / len(_RECORD),
            0.0,
            1.0,
            said,
            {"on_record": [what for what in _RECORD if what not in missing], "missing": missing, "floor": "nothing on record"},
            verdict="warn" if missing or other else "pass",
            threshold=1.0,
        )


class AuditChain(Measure):
    """The result of verifying the audit log (``lineage["audit"]``): a broken chain means that the record was changed afterwards."""

    id = "audit_chain"
    dimension = "compliance"
    title = "Audit log intact"
    source = "Schneier and Kelsey 1999, Secure audit logs to support computer forensics; 45 CFR 164.312(b)"
    basis = "Intact or not; there is nothing between."
    weight = 0.125
    needs_real = False
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        audit = comparison.facts.lineage.get("audit")
        intact = audit.get("intact", audit.get("verified", audit.get("ok"))) if isinstance(audit, Mapping) else audit
        if not isinstance(intact, bool):
            return Skipped("no result of verifying the audit log was given")
        details = {key: value for key, value in audit.items() if isinstance(value, (bool, int, str))} if isinstance(audit, Mapping) else {}
        said = (
            "The chain of the audit log is unbroken."
            if intact
            else "The chain of the audit log is broken: entries were changed or removed."
        )
        return Finding(float(intact), 0.0, 1.0, said, details | {"floor": "broken"}, verdict="pass" if intact else "fail", threshold=1.0)


def _is_given(value: Any) -> bool:
    return value is not None and value != "" and value != {} and value != []


def _values(inputs: Any) -> list[Any]:
    return list(inputs.values()) if isinstance(inputs, Mapping) else []
