"""Controls of laws and standards, and the checks that are evidence for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ...models.validation import Check, Control, Verdict

_FILE = Path(__file__).parent / "controls.yaml"
_WORST_FIRST: tuple[Verdict, ...] = ("fail", "warn", "pass", "skipped")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    control: str
    title: str
    checks: list[str] = Field(min_length=1)


class ControlTable(BaseModel):
    """All controls by framework, and the frameworks that a profile asks about."""

    model_config = ConfigDict(extra="forbid")

    profiles: dict[str, list[str]]
    frameworks: dict[str, list[_Entry]]


def controls_of(profile: str, checks: Sequence[Check]) -> list[Control]:
    """The controls that `profile` asks about, each with its checks of this run and the worst verdict among those measured."""
    table = control_table()
    verdicts = {check.id: check.verdict for check in checks}
    controls = []
    for framework in table.profiles.get(profile, []):
        for entry in table.frameworks[framework]:
            known = [check for check in entry.checks if check in verdicts]
            worst = next((verdict for verdict in _WORST_FIRST if any(verdicts[check] == verdict for check in known)), "skipped")
            controls.append(Control(framework=framework, control=entry.control, title=entry.title, checks=known, verdict=worst))
    return controls


@cache
def control_table() -> ControlTable:
    import yaml

    return ControlTable.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
