"""Utility: does a model trained on synthetic rows work on real ones?"""

from .transfer import TrainSyntheticTestReal

MEASURES = (TrainSyntheticTestReal,)

__all__ = ["MEASURES", "TrainSyntheticTestReal"]
