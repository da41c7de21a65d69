"""Several related tables at once: `fit_tables` learns them, `RelationalModel.sample` draws them."""

from .detect import detect_relations
from .fit import fit_tables
from .model import RelationalModel

__all__ = ["RelationalModel", "detect_relations", "fit_tables"]
