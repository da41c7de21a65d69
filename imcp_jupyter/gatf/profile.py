"""Profiles: which dimensions a use weighs and requires, and from which score a check passes. One YAML file each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.validation import DIMENSIONS
from .measure import Limits

_FOLDER = Path(__file__).parent / "profiles"


class Thresholds(BaseModel):
    """Scores (0 to 100) from which a check passes or only warns; `checks` overrules them by check id."""

    model_config = ConfigDict(extra="forbid")

    passes: float = Field(80.0, ge=0, le=100)
    warns: float = Field(50.0, ge=0, le=100)
    checks: dict[str, float] = Field(default_factory=dict, description="passing score by check id")


class Profile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    about: str
    weights: dict[str, float]
    required: list[str]
    thresholds: Thresholds = Field(default_factory=Thresholds)

    @field_validator("weights", "required")
    @classmethod
    def _known(cls, value: Any) -> Any:
        for name in value:
            if name not in DIMENSIONS:
                raise ValueError(f"'{name}' is not a dimension")
        return value

    def limits(self, check_id: str) -> Limits:
        passes = self.thresholds.checks.get(check_id, self.thresholds.passes)
        return Limits(passes, min(self.thresholds.warns, passes))


def profile_names() -> list[str]:
    """All profiles, 'general' first."""
    return sorted((path.stem for path in _FOLDER.glob("*.yaml")), key=lambda name: (name != "general", name))


def find_profile(name: str) -> Profile:
    """The profile called `name`. Raises `NotFound` naming the nearest."""
    if name not in profile_names():
        raise NotFound(f"there is no profile '{name}'", field="profile", hint=did_you_mean(name, profile_names()))
    return _read(name)


@cache
def _read(name: str) -> Profile:
    import yaml

    try:
        return Profile.model_validate(yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise InvalidInput(f"profile '{name}' is not valid: {error}", field="profile") from None
