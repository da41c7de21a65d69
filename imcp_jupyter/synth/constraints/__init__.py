"""Constraints for every engine: a layer around its model that keeps rules exactly."""
