"""Quality: does the synthetic table look like the real one?"""

from .detection import ClassifierTwoSample
from .diagnostic import DataStructure, DataValidity
from .drift import ColumnDrift, Drift, drift
from .extent import Cardinality, Tails
from .formats import TextFormats
from .keys import CompositeKeys
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
    Tails,
    Cardinality,
    CompositeKeys,
    Drift,
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
    "Cardinality",
    "ClassifierTwoSample",
    "ColumnDrift",
    "ColumnPairs",
    "ColumnShapes",
    "CompositeKeys",
    "Coverage",
    "DataStructure",
    "DataValidity",
    "Drift",
    "MissingPatterns",
    "Missingness",
    "QualityScore",
    "Structure",
    "Tails",
    "TextFormats",
    "Triples",
    "Validity",
    "drift",
]
