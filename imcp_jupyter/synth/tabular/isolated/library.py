"""A library that is imported in a child process only."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from ....errors import MissingExtra


@dataclass(frozen=True)
class Library:
    """`module` is what it is imported by, `child` our module that runs it (see `serve`), `extra` the dependency group that brings it."""

    title: str
    module: str
    extra: str
    child: str

    @property
    def installed(self) -> bool:
        """Whether it could be imported; imports nothing of it."""
        try:
            return find_spec(self.module) is not None
        except (ImportError, ValueError):
            return False

    def missing(self, engine: str) -> MissingExtra:
        return MissingExtra.named(self.extra, f"engine '{engine}'")
