"""Utility: does a model trained on synthetic rows work on real ones?"""

from .calibration import Calibration
from .importance import FeatureImportance
from .transfer import FurtherTargets, TrainSyntheticTestReal

MEASURES = (TrainSyntheticTestReal, FurtherTargets, FeatureImportance, Calibration)

__all__ = ["MEASURES", "Calibration", "FeatureImportance", "FurtherTargets", "TrainSyntheticTestReal"]
