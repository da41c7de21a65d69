"""Privacy: what does the synthetic table give away of the people in the real one?"""

from .attacks import AttributeInference, Linkability, SinglingOutByCombination, SinglingOutByValue
from .copies import IdenticalMatches
from .membership import MembershipInference
from .neighbours import CloserToTraining, DistanceQuantile, NearestNeighbourRatio
from .outliers import OutlierReplay
from .replay import NearCopies

MEASURES = (
    IdenticalMatches,
    CloserToTraining,
    NearestNeighbourRatio,
    DistanceQuantile,
    NearCopies,
    OutlierReplay,
    MembershipInference,
    SinglingOutByValue,
    SinglingOutByCombination,
    Linkability,
    AttributeInference,
)
WITH_HOLDOUT = tuple(measure.id for measure in MEASURES if measure.needs_holdout)  # what 'dcr_quantile' stands in for without one

__all__ = [
    "MEASURES",
    "WITH_HOLDOUT",
    "AttributeInference",
    "CloserToTraining",
    "DistanceQuantile",
    "IdenticalMatches",
    "Linkability",
    "MembershipInference",
    "NearCopies",
    "NearestNeighbourRatio",
    "OutlierReplay",
    "SinglingOutByCombination",
    "SinglingOutByValue",
]
