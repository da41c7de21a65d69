"""Documents against the records that they were made from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from ..comparison import Comparison
from ..measure import Finding, Measure, Skipped, incidence


class DocumentPage(Protocol):
    """One document as it was read back: the row of its record, and what the page says by column."""

    @property
    def record(self) -> int:
        """Position of the record in the synthetic table."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the page says, by column of the record."""


@dataclass(frozen=True)
class Mismatch:
    """A field of a document that does not say what its record does."""

    row: int
    column: str


class DocumentsMatchRecords(Measure):
    """Fields of documents (``Facts.declared["documents"]``) that differ from their record.

    What it takes for two values to agree is for the subclass to say: dates and amounts are written in many ways.
    """

    dimension = "grounding"
    needs_real = False
    critical = True
    weight = 0.0
    what: ClassVar[str] = "fields"

    @abstractmethod
    def mismatches(self, pages: Sequence[DocumentPage], comparison: Comparison) -> list[Mismatch]:
        """Every field that does not agree with the record."""

    def run(self, comparison: Comparison) -> Finding | Skipped:
        pages: Sequence[DocumentPage] = comparison.facts.declared.get("documents") or ()
        if not pages:
            return Skipped("no documents were given beside the records")
        wrong = self.mismatches(pages, comparison)
        fields = sum(len(page.fields) for page in pages)
        said = f"{len(wrong):,} of {fields:,} {self.what} of {len(pages):,} documents differ from their record."
        evidence = {"columns": sorted({one.column for one in wrong}), "row_positions": sorted({one.row for one in wrong})[:20]}
        return incidence(len(wrong), fields, said, evidence if wrong else {})
