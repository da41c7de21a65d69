"""Engines of other packages, by the entry point group ``imcp_jupyter.engines``."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ...errors import InvalidInput, MissingExtra
from .engine import TabularEngine, TabularModel

GROUP = "imcp_jupyter.engines"


@dataclass(frozen=True)
class PluginFault:
    """An entry point that gives no engine, and why."""

    name: str
    package: str
    reason: str


def plugin_points(taken: Collection[str]) -> tuple[dict[str, EntryPoint], list[PluginFault]]:
    """The entry points by engine name, none of them loaded, and those whose name is refused: `taken`, or given twice."""
    found: dict[str, EntryPoint] = {}
    faults: list[PluginFault] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        if point.name in taken:
            faults.append(PluginFault(point.name, _package(point), "the name belongs to an engine of imcp_jupyter"))
        elif point.name in found and found[point.name].value != point.value:
            other = _package(found[point.name])
            faults.append(PluginFault(point.name, _package(point), f"the name is already taken by the package '{other}'"))
        else:
            found[point.name] = point
    return found, faults


def load_plugin(point: EntryPoint) -> TabularEngine:
    """The engine of `point`. Raises `InvalidInput` that names it for anything that goes wrong in it."""
    try:
        loaded: Any = point.load()
        engine: Any = loaded() if inspect.isclass(loaded) else loaded
    except Exception as error:  # code of others, which must not take the other engines with it
        raise _refusal(point, f"{type(error).__name__}: {error}") from error
    reason = _flaw(engine, point.name)
    if reason:
        raise _refusal(point, reason)
    found: TabularEngine = engine
    return found


def check_plugin(point: EntryPoint) -> PluginFault | None:
    """Load `point` and say what is wrong with it."""
    try:
        load_plugin(point).require()
    except (InvalidInput, MissingExtra) as error:
        return PluginFault(point.name, _package(point), error.message)
    return None


def _flaw(engine: Any, name: str) -> str | None:
    if not isinstance(engine, TabularEngine):
        return f"it is a {type(engine).__name__}, not a TabularEngine"
    if getattr(engine, "name", None) != name:
        return f"its engine calls itself '{getattr(engine, 'name', None)}'"
    absent = [item for item in ("title", "version", "model") if not hasattr(engine, item)]
    if absent:
        return f"its engine has no '{absent[0]}'"
    model: Any = engine.model
    if not (inspect.isclass(model) and issubclass(model, TabularModel)):
        return "its 'model' is not a TabularModel class"
    return None


def _refusal(point: EntryPoint, reason: str) -> InvalidInput:
    message = f"engine '{point.name}' of the package '{_package(point)}' cannot be used: {reason}"
    return InvalidInput(message, field="engine", hint="imcp doctor lists the engines of other packages")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
