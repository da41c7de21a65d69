"""The profile that a call names: a built-in one, one of the workspace's folder, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config import Settings
from ..workspace.context import JobContext

if TYPE_CHECKING:
    from ..gatf.profile import Profile

FOLDER = "profiles"


def profile_of(name: str, context: JobContext) -> Profile:
    """Raises `NotFound` or `InvalidInput`."""
    from ..gatf.profile import find_profile

    return find_profile(name, context.workspace.settings.home / FOLDER)


def profile_files(name: str, settings: Settings) -> list[bytes]:
    """What the files behind the profile hold: a result is taken from the cache only while they stay as they are."""
    from ..gatf.profile import profile_sources

    return profile_sources(name, settings.home / FOLDER)
