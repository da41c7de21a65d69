"""What a command that makes a report leaves behind: its files, and an exit code for continuous integration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ImcpError, InvalidInput, MissingExtra

if TYPE_CHECKING:
    from .models.validation import ReportDocument

UNDER = 3  # exit code of a score under --fail-under: a run that worked, and a verdict that did not
_FORMS = ("html", "json", "md", "pdf", "junit")
HELP = """
files of the report, and the exit code (only on the command line):
  --html FILE --json FILE --md FILE --pdf FILE --junit FILE
                        write the report as a page, its document, a Markdown summary, a PDF, JUnit XML
  --fail-under N        exit with code 3 when the score is under N (gatf: 0 to 100, validate: 0 to 1)
"""


@dataclass(frozen=True)
class Outputs:
    """`files` by form, and the least score."""

    files: dict[str, Path] = field(default_factory=dict)
    fail_under: float | None = None

    def write(self, document: ReportDocument) -> None:
        from .gatf.report import render_junit, write_report

        for form, path in self.files.items():
            if form == "junit":
                _write(path, render_junit(document, self.fail_under))
            else:
                write_report(document, form, path)

    def is_under(self, score: float) -> bool:
        return self.fail_under is not None and not score >= self.fail_under


def split_outputs(words: Sequence[str], top: float) -> tuple[Outputs, list[str]]:
    """The options of `HELP` among `words`, and the other words. Scores go up to `top`.

    Raises `InvalidInput` or `MissingExtra` for what could not be written, before anything is run.
    """
    given: dict[str, str] = {}
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name not in {"--fail-under", *(f"--{form}" for form in _FORMS)}:
            rest.append(word)
            continue
        if not equals:
            if not left or left[0].startswith("--"):
                raise InvalidInput("needs a value", field=name)
            value = left.pop(0)
        given[name] = value
    least = given.pop("--fail-under", None)
    files = {name.removeprefix("--"): _writable(name, value) for name, value in given.items()}
    if "pdf" in files and find_spec("reportlab") is None:
        raise MissingExtra.named("documents", "a report as PDF")
    return Outputs(files, None if least is None else _score(least, top)), rest


def _writable(name: str, value: str) -> Path:
    path = Path(value).expanduser()
    if not path.parent.is_dir():
        raise InvalidInput(f"there is no folder '{path.parent}'", field=name)
    if path.is_dir():
        raise InvalidInput(f"'{path}' is a folder", field=name, hint="name a file")
    return path


def _score(text: str, top: float) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0 <= score <= top:
        raise InvalidInput(f"must be a score from 0 to {top:g}, got {text!r}", field="--fail-under")
    return score


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ImcpError(f"cannot write '{path}': {error.strerror}", field="--junit") from None
