"""Marker values that were planted in the source, and must not come out again."""

from __future__ import annotations

import numpy as np

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..texts import Mask, masked, texts_of


class CanaryReplay(Measure):
    """Planted values (declared as ``canaries``) that occur in the synthetic table: as a whole cell, or inside a text."""

    id = "canary_replay"
    dimension = "security"
    title = "Canaries"
    source = "Carlini et al. 2019, The Secret Sharer: evaluating unintended memorization in neural networks"
    weight = 0.5
    needs_real = False
    critical = True

    def run(self, comparison: Comparison) -> Finding | Skipped:
        canaries = _canaries(comparison)
        if not canaries:
            return Skipped("no canaries were declared: values planted in the source that must not come out again")
        cells = _cells(comparison, canaries)
        rows = np.zeros(comparison.tables["synthetic"].n_rows, dtype=bool)
        for mask in cells.values():
            rows |= mask
        evidence = {
            "declared": len(canaries),
            "columns": {name: int(mask.sum()) for name, mask in cells.items()},
            "row_positions": shown_rows(rows),
            "canaries": [masked(canary) for canary in canaries[:5]],
        }
        count = int(rows.sum())
        said = f"{count:,} of {len(rows):,} rows hold one of the {len(canaries)} planted canaries."
        return incidence(count, len(rows), said if count else f"None of the {len(canaries)} planted canaries came out.", evidence)

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(cells=_cells(comparison, _canaries(comparison)))


def _canaries(comparison: Comparison) -> list[str]:
    return [str(value) for value in comparison.facts.declared.get("canaries", ()) if str(value)]


def _cells(comparison: Comparison, canaries: list[str]) -> dict[str, Mask]:
    found: dict[str, Mask] = {}
    for texts in texts_of(comparison):
        whole = {canary.lower() for canary in canaries if len(canary) < 6}  # short ones are parts of many words
        held = set(texts.holding([canary.lower() for canary in canaries if len(canary) >= 6]))
        held |= {place for place, text in enumerate(texts.values) if text.lower() in whole}
        if held:
            found[texts.column] = texts.rows(held)
    numbers = [float(canary) for canary in canaries if _is_number(canary)]
    if numbers:
        table = comparison.tables["synthetic"]
        for name in table.names:
            if table.schema[name].kind in ("continuous", "integer", "id") and table.frame[name].dtype.kind in "iuf":
                mask = np.isin(table.frame[name].to_numpy(dtype=np.float64), numbers)
                if mask.any():
                    found[name] = mask
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
