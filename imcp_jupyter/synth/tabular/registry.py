"""Which engines there are, by name."""

from __future__ import annotations

from functools import cache

from ...errors import NotFound, did_you_mean
from .engine import TabularEngine

AUTO = "auto"


@cache
def _engines() -> dict[str, TabularEngine]:
    from .cart import CartEngine
    from .copula import CopulaEngine

    engines: tuple[TabularEngine, ...] = (CartEngine(), CopulaEngine())
    return {engine.name: engine for engine in engines}


def engine_names() -> list[str]:
    """All names that `find_engine` takes, 'auto' first."""
    return [AUTO, *_engines()]


def find_engine(name: str, cells: int, auto_cart_cells: int) -> TabularEngine:
    """The engine called `name`; 'auto' is 'cart' up to `auto_cart_cells` (rows × columns), then 'copula'.

    Raises `NotFound` naming the nearest engine.
    """
    if name == AUTO:
        name = "cart" if cells <= auto_cart_cells else "copula"
    engine = _engines().get(name)
    if engine is None:
        raise NotFound(f"there is no engine '{name}'", field="engine", hint=did_you_mean(name, engine_names()))
    return engine
