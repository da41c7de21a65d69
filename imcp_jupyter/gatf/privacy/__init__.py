"""Privacy: what does the synthetic table give away of the people in the real one?"""

from .anonymity import KAnonymity, LDiversity, TCloseness
from .attacks import AttributeInference, Linkability, SinglingOutByCombination, SinglingOutByValue
from .copies import IdenticalMatches
from .epsilon import EpsilonEvidence
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
    KAnonymity,
    LDiversity,
    TCloseness,
    EpsilonEvidence,
)
WITH_HOLDOUT = tuple(measure.id for measure in MEASURES if measure.needs_holdout)  # what 'dcr_quantile' stands in for without one

__all__ = [
    "MEASURES",
    "WITH_HOLDOUT",
    "AttributeInference",
    "CloserToTraining",
    "DistanceQuantile",
    "EpsilonEvidence",
    "IdenticalMatches",
    "KAnonymity",
    "LDiversity",
    "Linkability",
    "MembershipInference",
    "NearCopies",
    "NearestNeighbourRatio",
    "OutlierReplay",
    "SinglingOutByCombination",
    "SinglingOutByValue",
    "TCloseness",
]
