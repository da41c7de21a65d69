"""Compliance: do personal identifiers come back, and is it on record where the table comes from and what it is for?"""

from .columns import PersonalDataColumns
from .controls import controls_of
from .record import AuditChain, LineageComplete
from .replay import IdentifierReplay
from .retention import PurposeAndRetention
from .stray import StrayPersonalData

MEASURES = (IdentifierReplay, StrayPersonalData, PersonalDataColumns, LineageComplete, AuditChain, PurposeAndRetention)

__all__ = [
    "MEASURES",
    "AuditChain",
    "IdentifierReplay",
    "LineageComplete",
    "PersonalDataColumns",
    "PurposeAndRetention",
    "StrayPersonalData",
    "controls_of",
]
