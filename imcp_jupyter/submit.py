"""``imcp gatf submit``: a suite on the command line, with files and an exit code for continuous integration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import InvalidInput

FAILED = 3  # exit code where a case failed: a run that worked, and a verdict that did not
HELP = """
files, and the exit code (only on the command line):
  --junit FILE          write the outcome as JUnit XML
  --baseline FILE       hold scores against those in this JSON file; written by the first run, and with --update-baseline
The exit code is 3 when a case failed.
"""

Run = Callable[[str, dict[str, Any]], Any]


def run_submit(words: list[str], run: Run, show: Callable[[Any], str]) -> tuple[int, str]:
    """Run the suite that `words` name; gives the exit code and what to print. Raises `ImcpError`."""
    from .tools.arguments import HelpWanted, parse_arguments
    from .tools.registry import find_tool

    files, rest = _split(words)
    try:
        arguments = parse_arguments(find_tool("gatf_submit"), rest, "imcp")
    except HelpWanted as wanted:
        return 0, f"{wanted}{HELP}"
    baseline = files.get("--baseline")
    if baseline is not None and baseline.exists():
        arguments["baseline"] = _scores(baseline)
    result = run("gatf_submit", arguments)
    if baseline is not None and (not baseline.exists() or arguments.get("update_baseline")):
        _write(baseline, json.dumps(result.scores, indent=2, sort_keys=True) + "\n", "--baseline")
    if "--junit" in files:
        _write(files["--junit"], result.junit, "--junit")
    return 0 if result.passed else FAILED, show(result)


def _split(words: list[str]) -> tuple[dict[str, Path], list[str]]:
    files: dict[str, Path] = {}
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name not in ("--junit", "--baseline"):
            rest.append(word)
            continue
        if not equals:
            if not left or left[0].startswith("--"):
                raise InvalidInput("names a file", field=name)
            value = left.pop(0)
        files[name] = Path(value).expanduser()
        if files[name].is_dir() or not files[name].parent.is_dir():
            raise InvalidInput(f"'{value}' is no file in a folder that is there", field=name)
    return files, rest


def _scores(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"'{path}' holds no baseline: {error}", field="--baseline") from None


def _write(path: Path, text: str, field: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot write '{path}': {error.strerror}", field=field) from None
