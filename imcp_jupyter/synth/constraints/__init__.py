"""Constraints for every engine: a layer around its model that keeps rules exactly."""

from __future__ import annotations

from .model import ConstrainedModel, fit_constrained, load_model

__all__ = ["ConstrainedModel", "fit_constrained", "load_model"]
