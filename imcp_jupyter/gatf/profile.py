"""Profiles: which dimensions a use weighs and requires, and from which score a check passes. One YAML file each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.validation import DIMENSIONS, Reason
from .measure import Limits
from .profile_file import parsed, read_bytes

_FOLDER = Path(__file__).parent / "profiles"
MAX_PARENTS = 5


class Thresholds(BaseModel):
    """Scores (0 to 100) from which a check passes or only warns; `checks` overrules them by check id."""

    model_config = ConfigDict(extra="forbid")

    passes: float = Field(80.0, ge=0, le=100)
    warns: float = Field(50.0, ge=0, le=100)
    checks: dict[str, float] = Field(default_factory=dict, description="passing score by check id")

    @field_validator("checks")
    @classmethod
    def _scores(cls, value: dict[str, float]) -> dict[str, float]:
        for check, score in value.items():
            if not 0 <= score <= 100:
                raise ValueError(f"the passing score of '{check}' must lie between 0 and 100, got {score}")
        return value


class Profile(BaseModel):
    """`why` gives the reason in one line for a dimension's weight, for 'passes', 'warns', or for the passing score of a check."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    title: str = Field(max_length=200)
    about: str = Field("", max_length=2000)
    weights: dict[str, float]
    required: list[str]
    thresholds: Thresholds = Field(default_factory=Thresholds)
    why: dict[str, str] = Field(default_factory=dict)
    base: str = Field("", description="the built-in profile that it stands on; no key of a file")

    @field_validator("weights", "required")
    @classmethod
    def _known(cls, value: Any) -> Any:
        for name in value:
            if name not in DIMENSIONS:
                raise ValueError(f"'{name}' is not a dimension; there is: {', '.join(DIMENSIONS)}")
        return value

    @field_validator("weights")
    @classmethod
    def _weighing(cls, value: dict[str, float]) -> dict[str, float]:
        for name, weight in value.items():
            if not 0 <= weight <= 1000:
                raise ValueError(f"the weight of '{name}' must lie between 0 and 1000, got {weight}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.required:
            raise ValueError("required must name at least one dimension")
        for name in self.required:
            if not self.weights.get(name):
                raise ValueError(f"required names '{name}', whose weight is 0")
        return self

    def limits(self, check_id: str) -> Limits:
        passes = self.thresholds.checks.get(check_id, self.thresholds.passes)
        return Limits(passes, min(self.thresholds.warns, passes))

    def refuse_unknown_checks(self, known: Iterable[str]) -> None:
        """Raises `InvalidInput` for a passing score of a check that there is not: it would do nothing."""
        ids = list(known)
        for check in self.thresholds.checks:
            if check not in ids:
                message = f"profile '{self.name}', key 'thresholds.checks': there is no check '{check}'"
                raise InvalidInput(message, field="profile", hint=did_you_mean(check, ids))

    def weight_reasons(self) -> list[Reason]:
        return [self._reason(name, weight) for name, weight in self.weights.items()]

    def threshold_reasons(self) -> list[Reason]:
        numbers = {"passes": self.thresholds.passes, "warns": self.thresholds.warns} | self.thresholds.checks
        return [self._reason(name, number) for name, number in numbers.items()]

    def _reason(self, subject: str, value: float) -> Reason:
        return Reason(subject=subject, value=value, why=self.why.get(subject, f"Set by profile '{self.name}' without a reason."))


def profile_names(folder: Path | None = None) -> list[str]:
    """All profiles, 'general' first; `folder` holds those of the user."""
    own = (path.stem for path in folder.glob("*.yaml")) if folder is not None and folder.is_dir() else ()
    return sorted({*_built_in(), *own}, key=lambda name: (name != "general", name))


def find_profile(name: str, folder: Path | None = None) -> Profile:
    """The profile called `name`: a built-in one, a file of `folder`, or the YAML file at that path.

    Raises `NotFound` naming the nearest, `InvalidInput` naming the key that is wrong.
    """
    if name in _built_in():
        return _built_in_profile(name)
    return _profile(_merged(profile_file(name, folder), folder), name)


def profile_file(name: str, folder: Path | None = None) -> Path:
    """The user's file that `name` means. Raises `NotFound`."""
    if _is_path(name):
        path = Path(name).expanduser()
        if not path.is_file():
            raise NotFound(f"there is no profile file '{name}'", field="profile")
        return path
    if folder is not None and (folder / f"{name}.yaml").is_file():
        return folder / f"{name}.yaml"
    raise NotFound(f"there is no profile '{name}'", field="profile", hint=did_you_mean(name, profile_names(folder)))


def profile_sources(name: str, folder: Path | None = None) -> list[bytes]:
    """What the files behind a profile of the user hold, parents last; nothing for a built-in one, which goes with the version."""
    sources: list[bytes] = []
    while name not in _built_in() and len(sources) <= MAX_PARENTS:
        path = profile_file(name, folder)
        sources.append(read_bytes(path))
        parent = parsed(sources[-1], path.name).get("extends", "general")
        name = _beside(path, str(parent))
    return sources


@cache
def _built_in() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def _built_in_profile(name: str) -> Profile:
    return _profile(parsed(read_bytes(_FOLDER / f"{name}.yaml"), name) | {"base": name}, name)


def _merged(path: Path, folder: Path | None, children: int = 0) -> dict[str, Any]:
    """The keys of a user's file over those that it extends; 'general' unless it says otherwise."""
    if children > MAX_PARENTS:
        raise InvalidInput(f"profile '{path.stem}', key 'extends': more than {MAX_PARENTS} profiles extend each other", field="profile")
    own = {"name": path.stem} | parsed(read_bytes(path), path.name)
    if own["name"] in _built_in():
        raise InvalidInput(f"profile '{path.name}', key 'name': '{own['name']}' is a built-in profile", field="profile",
                           hint="give it a name of its own, and 'extends' to build on the other")  # fmt: skip
    if "base" in own:
        raise InvalidInput(f"profile '{path.stem}', key 'base': there is no such key", field="profile", hint="did you mean 'extends'?")
    extended = own.pop("extends", "general")
    if not isinstance(extended, str):
        raise InvalidInput(f"profile '{path.stem}', key 'extends': must be the name of a profile", field="profile")
    if extended in _built_in():
        parent = _built_in_profile(extended).model_dump()
    else:
        parent = _merged(profile_file(_beside(path, extended), folder), folder, children + 1)
    own.setdefault("title", own["name"])
    own.setdefault("about", f"Extends '{extended}'.")
    return _over(parent, own)


def _over(parent: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` over `parent`; the parent's reasons for numbers that `own` changes are dropped."""
    merged = _deep(parent, own)
    before, after = _numbers(parent), _numbers(merged)
    said = own["why"] if isinstance(own.get("why"), dict) else {}
    if isinstance(merged.get("why"), dict):
        merged["why"] = {
            subject: text for subject, text in merged["why"].items() if subject in said or before.get(subject) == after.get(subject)
        }
    return merged


def _deep(parent: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(parent)
    for key, value in own.items():
        under = merged.get(key)
        merged[key] = _deep(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _numbers(keys: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(keys["weights"]) if isinstance(keys.get("weights"), dict) else {}
    limits = keys.get("thresholds")
    if isinstance(limits, dict):
        found |= {name: limits[name] for name in ("passes", "warns") if name in limits}
        found |= limits["checks"] if isinstance(limits.get("checks"), dict) else {}
    return found


def _profile(keys: dict[str, Any], name: str) -> Profile:
    try:
        return Profile.model_validate(keys)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        hint = None
        if first["type"] == "extra_forbidden":
            said, known = "there is no such key", Thresholds.model_fields if first["loc"][0] == "thresholds" else Profile.model_fields
            hint = did_you_mean(str(first["loc"][-1]), ["extends", *known])
        where = f", key '{key}'" if key else ""
        raise InvalidInput(f"profile '{name}'{where}: {said[:1].lower() + said[1:]}", field="profile", hint=hint) from None


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml"))


def _beside(path: Path, extended: str) -> str:
    """A path in 'extends' is relative to the file that says so."""
    return str(path.parent / Path(extended).expanduser()) if _is_path(extended) else extended
