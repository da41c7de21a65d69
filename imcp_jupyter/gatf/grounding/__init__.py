"""Grounding: can these rows be, in the world that the real table and its rules describe?"""

from .arithmetic import Arithmetic
from .combinations import ImpossibleCombinations
from .dependencies import Dependencies
from .documents import DocumentPage, DocumentsMatchRecords, Mismatch
from .orderings import Orderings
from .rules import DomainRules

MEASURES = (DomainRules, ImpossibleCombinations, Arithmetic, Orderings, Dependencies)

__all__ = [
    "MEASURES",
    "Arithmetic",
    "Dependencies",
    "DocumentPage",
    "DocumentsMatchRecords",
    "DomainRules",
    "ImpossibleCombinations",
    "Mismatch",
    "Orderings",
]
