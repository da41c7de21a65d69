"""What the checks of text cells share: look at every distinct text once, count the cells, show where they are."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import Any, ClassVar

import numpy as np

from ..comparison import Comparison
from ..measure import Affected, Finding, Measure, Skipped, incidence, shown_rows
from ..texts import Texts, masked, texts_of

EXAMPLES_SHOWN = 5

Hits = dict[int, str]  # position of a distinct value to the kind of what it holds


class CellScan(Measure):
    """A check for texts that no cell may hold. Works without the real table; a find fails the dimension."""

    dimension = "security"
    needs_real = False
    critical = True
    what: ClassVar[str]  # what a cell holds, for the explanation

    @abstractmethod
    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        """The distinct values that hold it, each with its kind."""

    def run(self, comparison: Comparison) -> Finding | Skipped:
        found = self._found(comparison)
        cells = sum(texts.present for texts, _ in found)
        rows = np.zeros(comparison.tables["synthetic"].n_rows, dtype=bool)
        columns: dict[str, int] = {}
        kinds: Counter[str] = Counter()
        examples: list[dict[str, Any]] = []
        for texts, hits in found:
            if not hits:
                continue
            mask = texts.rows(hits)
            rows |= mask
            columns[texts.column] = int(mask.sum())
            counts = np.bincount(texts.codes[mask], minlength=len(texts.values))
            for position, kind in hits.items():
                kinds[kind] += int(counts[position])
                if len(examples) < EXAMPLES_SHOWN:
                    examples.append({"column": texts.column, "kind": kind, "value": masked(texts.values[position])})
        affected = sum(columns.values())
        explanation = f"None of {cells:,} text cells holds {self.what}." if cells else f"No column is text, so no cell holds {self.what}."
        if affected:
            most = max(columns, key=lambda name: columns[name])
            explanation = f"{affected:,} of {cells:,} text cells hold {self.what}, most in '{most}'."
        evidence = {"columns": columns, "kinds": dict(kinds), "row_positions": shown_rows(rows), "examples": examples}
        return incidence(affected, cells, explanation, evidence if affected else {})

    def affected(self, comparison: Comparison) -> Affected | None:
        return Affected(cells={texts.column: texts.rows(hits) for texts, hits in self._found(comparison) if hits})

    def _found(self, comparison: Comparison) -> list[tuple[Texts, Hits]]:
        return comparison.once(f"{self.id}:hits", lambda: [(texts, self.hits(texts, comparison)) for texts in texts_of(comparison)])
