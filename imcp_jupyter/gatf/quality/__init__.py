"""Quality: does the synthetic table look like the real one?"""

from .detection import ClassifierTwoSample
from .diagnostic import DataStructure, DataValidity
from .missingness import Missingness
from .overlap import ColumnPairs, ColumnShapes, QualityScore
from .validity import Structure, Validity

MEASURES = (Structure, Validity, Missingness, ColumnShapes, ColumnPairs, QualityScore, DataValidity, DataStructure, ClassifierTwoSample)

__all__ = [
    "MEASURES",
    "ClassifierTwoSample",
    "ColumnPairs",
    "ColumnShapes",
    "DataStructure",
    "DataValidity",
    "Missingness",
    "QualityScore",
    "Structure",
    "Validity",
]
