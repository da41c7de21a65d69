"""Quality: does the synthetic table look like the real one?"""

from .detection import ClassifierTwoSample
from .diagnostic import DataStructure, DataValidity
from .formats import TextFormats
from .marginals import AllPairs, Triples
from .missingness import Missingness
from .overlap import ColumnPairs, ColumnShapes, QualityScore
from .patterns import MissingPatterns
from .support import AlphaPrecision, BetaRecall, Coverage
from .validity import Structure, Validity

MEASURES = (
    Structure,
    Validity,
    Missingness,
    ColumnShapes,
    ColumnPairs,
    QualityScore,
    DataValidity,
    DataStructure,
    AllPairs,
    Triples,
    MissingPatterns,
    TextFormats,
    AlphaPrecision,
    BetaRecall,
    Coverage,
    ClassifierTwoSample,
)

__all__ = [
    "MEASURES",
    "AllPairs",
    "AlphaPrecision",
    "BetaRecall",
    "ClassifierTwoSample",
    "ColumnPairs",
    "ColumnShapes",
    "Coverage",
    "DataStructure",
    "DataValidity",
    "MissingPatterns",
    "Missingness",
    "QualityScore",
    "Structure",
    "TextFormats",
    "Triples",
    "Validity",
]
