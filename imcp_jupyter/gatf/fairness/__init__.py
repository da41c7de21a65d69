"""Fairness: is every group there, is it like itself, and is no group treated worse than among real rows?"""

from .decisions import DecisionParity, EqualOpportunity
from .fidelity import IntersectionalFidelity, SubgroupFidelity
from .labels import DisparateImpact, LabelParity
from .representation import Representation

MEASURES = (Representation, SubgroupFidelity, IntersectionalFidelity, LabelParity, DisparateImpact, DecisionParity, EqualOpportunity)

__all__ = [
    "MEASURES",
    "DecisionParity",
    "DisparateImpact",
    "EqualOpportunity",
    "IntersectionalFidelity",
    "LabelParity",
    "Representation",
    "SubgroupFidelity",
]
