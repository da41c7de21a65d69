"""Which engines there are, by name."""

from __future__ import annotations

from functools import cache

from ...config import Settings
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
    """All names that `pick_engine` takes, 'auto' first."""
    return [AUTO, *_engines()]


def pick_engine(name: str, rows: int, columns: int, settings: Settings) -> TabularEngine:
    """The engine called `name`; 'auto' is 'cart' for tables up to the stated size and width, 'copula' beyond.

    Raises `NotFound` naming the nearest engine.
    """
    if name != AUTO:
        return find_engine(name)
    fits = rows * columns <= settings.auto_cart_cells and columns <= settings.auto_cart_columns
    return find_engine("cart" if fits else "copula")


def find_engine(name: str) -> TabularEngine:
    """The engine called `name`, which is not 'auto'. Raises `NotFound` naming the nearest."""
    engine = _engines().get(name)
    if engine is None:
        raise NotFound(f"there is no engine '{name}'", field="engine", hint=did_you_mean(name, engine_names()))
    return engine
