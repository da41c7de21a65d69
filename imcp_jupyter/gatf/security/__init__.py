"""Security: can a cell, a row or a model file harm who opens it?"""

from .canaries import CanaryReplay
from .characters import OversizedFields, UnsafeCharacters
from .formulas import FormulaInjection
from .labels import LabelNoise
from .model_file import ModelFault, scan_model_file
from .poison import PoisonedRows
from .prompts import PromptInjection
from .secrets import Secrets

MEASURES = (FormulaInjection, PromptInjection, Secrets, UnsafeCharacters, OversizedFields, CanaryReplay, PoisonedRows, LabelNoise)

__all__ = [
    "MEASURES",
    "CanaryReplay",
    "FormulaInjection",
    "LabelNoise",
    "ModelFault",
    "OversizedFields",
    "PoisonedRows",
    "PromptInjection",
    "Secrets",
    "UnsafeCharacters",
    "scan_model_file",
]
