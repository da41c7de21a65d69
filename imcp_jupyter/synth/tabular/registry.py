"""Which engines there are, by name: ours, SDV's, MOSTLY's, and those of other packages."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, version

from ...config import Settings
from ...errors import InvalidInput, NotFound, did_you_mean
from .engine import TabularEngine
from .plugins import PluginFault, check_plugin, load_plugin, plugin_points

AUTO = "auto"
# Names without their classes: the schema of a tool names engines, and must not wait for scipy.
_NATIVE = ("cart", "copula", "marginals")
_PRIVATE = "marginals"  # what 'auto' means under a privacy budget
_BUSL = ("sdv:gaussian_copula", "sdv:ctgan", "sdv:tvae", "sdv:copulagan", "sdv:hma")
_MOSTLY = "mostly"


@cache
def _native() -> dict[str, TabularEngine]:
    from .cart import CartEngine
    from .copula import CopulaEngine
    from .private.marginals import MarginalsEngine

    engines: tuple[TabularEngine, ...] = (CartEngine(), CopulaEngine(), MarginalsEngine())
    return {engine.name: engine for engine in engines}


@cache
def _busl() -> dict[str, TabularEngine]:
    from .sdv.engine import ENGINES

    return {kind.name: kind() for kind in ENGINES}


@cache
def _mostly() -> TabularEngine:
    from .mostly.engine import MostlyEngine

    return MostlyEngine()


@cache
def _plugins() -> tuple[dict[str, EntryPoint], list[PluginFault]]:
    return plugin_points({AUTO, *_NATIVE, *_BUSL, _MOSTLY})


@cache
def _plugin(name: str) -> TabularEngine:
    return load_plugin(_plugins()[0][name])


def engine_names(settings: Settings | None = None) -> list[str]:
    """All names that `pick_engine` takes, 'auto' first, then ours, SDV's where `settings` allow them, MOSTLY's, and those of others."""
    allowed = (settings or Settings.load()).allow_busl_engines
    return [AUTO, *_NATIVE, *(_BUSL if allowed else ()), _MOSTLY, *_plugins()[0]]


def pick_engine(name: str, rows: int, columns: int, settings: Settings) -> TabularEngine:
    """The engine called `name`; 'auto' is 'cart' for tables up to the stated size and width, 'copula' beyond.

    Raises as `find_engine` does.
    """
    if name != AUTO:
        return find_engine(name, settings)
    fits = rows * columns <= settings.auto_cart_cells and columns <= settings.auto_cart_columns
    return find_engine("cart" if fits else "copula", settings)


def private_name(name: str) -> str:
    """The engine that `name` means under a privacy budget."""
    return _PRIVATE if name == AUTO else name


def pick_private_engine(name: str, settings: Settings) -> TabularEngine:
    """The engine called `name` for a fit under a privacy budget; 'auto' is 'marginals'.

    Raises `InvalidInput` for one that cannot keep a budget, and as `find_engine` does.
    """
    engine = find_engine(private_name(name), settings)
    if "epsilon" not in engine.supports:
        raise InvalidInput(
            f"engine '{engine.name}' does not support epsilon", field="epsilon", hint=f"use the engine {_PRIVATE}, or leave epsilon out"
        )
    return engine


def find_engine(name: str, settings: Settings | None = None) -> TabularEngine:
    """The engine called `name`, which is not 'auto'.

    Raises `NotFound` naming the nearest, `InvalidInput` for one that is switched off or whose package is broken.
    """
    if name in _NATIVE:
        return _native()[name]
    if name in _BUSL:
        if not (settings or Settings.load()).allow_busl_engines:
            raise InvalidInput(
                f"engine '{name}' is switched off here by the setting allow_busl_engines",
                field="engine",
                hint="its licence is BUSL-1.1; c.IMCP.allow_busl_engines = True or IMCP_ALLOW_BUSL_ENGINES=1 switches it on",
            )
        return _busl()[name]
    if name == _MOSTLY:
        return _mostly()
    if name in _plugins()[0]:
        return _plugin(name)
    raise NotFound(f"there is no engine '{name}'", field="engine", hint=did_you_mean(name, engine_names(settings)))


def engine_version(name: str) -> str:
    """What decides, besides the parameters, which rows a seed gives with engine `name`. Raises as `find_engine` does."""
    if name == AUTO:
        return ",".join(f"{own.name}={own.version}" for own in _native().values() if not own.private_only)
    engine = find_engine(name)
    return ",".join([engine.version, *(f"{package}={found}" for package, found in package_versions(engine).items())])


def package_versions(engine: TabularEngine) -> dict[str, str]:
    """The installed versions of the distributions that `engine` names."""
    found: dict[str, str] = {}
    for package in engine.packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def plugin_faults() -> list[PluginFault]:
    """Every engine of another package that cannot be used; loads them all."""
    points, refused = _plugins()
    return refused + [fault for point in points.values() if (fault := check_plugin(point)) is not None]


def forget_plugins() -> None:
    """Look for the engines of other packages anew: one was installed, or removed, while this process runs."""
    _plugins.cache_clear()
    _plugin.cache_clear()
