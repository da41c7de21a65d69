"""Privacy: what does the synthetic table give away of the people in the real one?"""

from .copies import IdenticalMatches
from .neighbours import CloserToTraining, DistanceQuantile, NearestNeighbourRatio

MEASURES = (IdenticalMatches, CloserToTraining, NearestNeighbourRatio, DistanceQuantile)

__all__ = ["MEASURES", "CloserToTraining", "DistanceQuantile", "IdenticalMatches", "NearestNeighbourRatio"]
