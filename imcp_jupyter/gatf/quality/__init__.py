"""Quality: does the synthetic table look like the real one?"""

from .detection import ClassifierTwoSample
from .missingness import Missingness
from .overlap import ColumnPairs, ColumnShapes, QualityScore
from .validity import Structure, Validity

MEASURES = (Structure, Validity, Missingness, ColumnShapes, ColumnPairs, QualityScore, ClassifierTwoSample)

__all__ = ["MEASURES", "ClassifierTwoSample", "ColumnPairs", "ColumnShapes", "Missingness", "QualityScore", "Structure", "Validity"]
