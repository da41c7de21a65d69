"""The ``imcp`` command: tools as verbs, and what starts and checks a lab."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .errors import ImcpError, InvalidInput

if TYPE_CHECKING:
    from .outputs import Outputs

_USAGE = """imcp VERB [DATA] [--option value …]        imcp VERB --help shows a verb's options

  demo                 the main job on the bundled Adult census: fit, sample, validate, report
  lab                  JupyterLab with the demo notebooks and the agent endpoint
  tools                every tool, one line each; --json for schemas
  call TOOL --json …   run a tool with JSON arguments, print its JSON result
  card DATASET         how a synthetic dataset was made, as JSON
  ledger [DATA]        privacy budgets, or what was spent on one dataset; --budget E sets it
  config               every setting with its value and meaning
  doctor               check this installation
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 refused or failed, 3 a score under --fail-under, 130 interrupted."""
    words = list(sys.argv[1:] if words is None else words)
    try:
        return _dispatch(words)
    except ImcpError as error:
        print(f"imcp: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("imcp: interrupted; the job was cancelled and left nothing behind", file=sys.stderr)
        return 130


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        return _print_usage()
    if words[0] == "--version":
        print(__version__)
        return 0
    if words[:2] == ["gatf", "submit"]:
        return _submit(words[2:])
    command = _COMMANDS.get(words[0])
    return command(words[1:]) if command is not None else _run_verb(words)


def _print_usage() -> int:
    from .tools.registry import all_tools

    print(_USAGE)
    for tool in all_tools():
        print(f"  {tool.verb or tool.name:<20} {tool.title}")
    return 0


def _run_verb(words: list[str]) -> int:
    from .outputs import HELP, UNDER, Outputs, split_outputs
    from .tools.arguments import HelpWanted, parse_arguments, split_verb
    from .tools.validate import ReportResult

    as_json = "--json-output" in words
    words = [word for word in words if word != "--json-output"]
    tool, rest = split_verb(words)
    outputs, judges = Outputs(), issubclass(tool.result_type, ReportResult)
    if judges:
        outputs, rest = split_outputs(rest, top=1 if tool.name == "validate_data" else 100)
    try:
        arguments = parse_arguments(tool, rest, "imcp")
    except HelpWanted as wanted:
        print(f"{wanted}{HELP if judges else ''}")
        return 0
    result = _run(tool.name, arguments, outputs)
    print(result.model_dump_json(indent=2) if as_json else _text(result))
    if judges and outputs.is_under(result.score):
        print(f"imcp: the score {result.score:.4g} is under {outputs.fail_under:g}", file=sys.stderr)
        return UNDER
    return 0


def _call(words: list[str]) -> int:
    """``imcp call TOOL --json '{…}'``; ``--json -`` reads standard input."""
    if not words or words[0].startswith("-"):
        raise InvalidInput("names a tool: imcp call TOOL --json '{…}'", field="call")
    name, rest = words[0], words[1:]
    if rest and (rest[0] != "--json" or len(rest) != 2):
        raise InvalidInput(f"takes only --json with one JSON object, got {' '.join(rest)!r}", field="call")
    text = rest[1] if rest else "{}"
    try:
        arguments = json.loads(sys.stdin.read() if text == "-" else text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"is not JSON: {error}", field="--json") from None
    if not isinstance(arguments, dict):
        raise InvalidInput("must be a JSON object of parameters", field="--json")
    print(_run(name, arguments).model_dump_json(indent=2))
    return 0


def _run(name: str, arguments: dict[str, Any], outputs: Outputs | None = None) -> Any:
    from .config import Settings
    from .models.job import Principal
    from .tools.execute import run_inline
    from .workspace.workspace import Workspace

    workspace = Workspace.open(Settings.load())
    try:
        result: Any = run_inline(workspace, name, arguments, Principal(face="command"), on_progress=_progress_line())
        if outputs is not None and outputs.files:
            outputs.write(workspace.reports.document(result.report))
        return result
    finally:
        workspace.close()


def _progress_line() -> Callable[[float, str], None] | None:
    """One line that is rewritten, where somebody is watching."""
    if not sys.stderr.isatty():
        return None

    def show(share: float, message: str) -> None:
        print(f"\r\x1b[K{share:4.0%} {message}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)

    return show


def _submit(words: list[str]) -> int:
    from .submit import run_submit

    as_json = "--json-output" in words
    show = (lambda result: result.model_dump_json(indent=2)) if as_json else _text
    code, text = run_submit([word for word in words if word != "--json-output"], _run, show)
    print(text)
    return code


def _text(result: Any) -> str:
    data = result.model_dump(mode="json", exclude={"summary", "links", "preview", "card", "tables", "job_id", "cached", "junit"})
    lines = [result.summary + (" (from cache)" if result.cached else "")]
    for value in data.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += ["", *("  " + "  ".join(f"{key}={_short(item)}" for key, item in row.items()) for row in value)]
    return "\n".join(lines)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tools(words: list[str]) -> int:
    from .tools.registry import all_tools

    if words == ["--json"]:
        fields = [{"name": tool.name, "title": tool.title, "description": tool.description, "input_schema": tool.input_schema(),
                   "output_schema": tool.output_schema()} for tool in all_tools()]  # fmt: skip
        print(json.dumps(fields, indent=2))
        return 0
    for tool in all_tools():
        print(f"{tool.name:<22} {tool.title}")
    return 0


def _config(words: list[str]) -> int:
    from dataclasses import fields

    from .config import Settings

    settings = Settings.load()
    for item in fields(settings):
        unit = f" {item.metadata['unit']}" if item.metadata["unit"] else ""
        source = "set" if f"IMCP_{item.name.upper()}" in os.environ else "default"
        print(f"{item.name} = {getattr(settings, item.name)}{unit} ({source})\n    {item.metadata['help']}")
    return 0


def _ledger(words: list[str]) -> int:
    """``imcp ledger``, ``imcp ledger DATA``, ``imcp ledger DATA --budget 4``."""
    from .config import Settings
    from .workspace.workspace import Workspace

    if len(words) not in (0, 1, 3) or (len(words) == 3 and words[1] != "--budget") or (words and words[0].startswith("-")):
        raise InvalidInput(f"takes a dataset and --budget E, got {' '.join(words)!r}", field="ledger")
    workspace = Workspace.open(Settings.load())
    try:
        if len(words) == 3:
            workspace.ledger.set_budget(words[0], _budget(words[2]))
        for account in [workspace.ledger[words[0]]] if words else workspace.ledger:
            spent = "no ε holds" if account.spent is None else f"ε {account.spent:.4g}"
            print(f"{account.label}  budget ε {account.budget:g}  spent {spent}  left ε {account.left:g}  (δ {account.delta:g})")
        for entry in workspace.ledger.entries(words[0]) if words else ():
            print(f"  {entry.created:%Y-%m-%d %H:%M}  ε {entry.epsilon:g}  δ {entry.delta:g}  {entry.state}  {entry.dataset or '–'}  "
                  f"{entry.principal.subject}  job {entry.job_id}")  # fmt: skip
    finally:
        workspace.close()
    return 0


def _budget(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(f"must be a number, got {text!r}", field="--budget") from None


def _card(words: list[str]) -> int:
    from .config import Settings
    from .workspace.workspace import Workspace

    if len(words) != 1:
        raise InvalidInput("names one dataset: imcp card DATASET", field="card")
    workspace = Workspace.open(Settings.load())
    try:
        card = workspace.datasets[words[0]].card
    finally:
        workspace.close()
    if card is None:
        raise InvalidInput(f"'{words[0]}' is not synthetic: only what was generated has a data card", field="dataset")
    print(card.model_dump_json(indent=2))
    return 0


def _doctor(words: list[str]) -> int:
    from .doctor import check_installation

    findings = check_installation()
    for finding in findings:
        print(
            f"{'ok  ' if finding.ok else 'FAIL'}  {finding.title}: {finding.detail}" + ("" if finding.ok else f"\n      {finding.remedy}")
        )
    return 0 if all(finding.ok for finding in findings) else 1


def _demo(words: list[str]) -> int:
    from .demo import run_demo

    return run_demo(words)


def _lab(words: list[str]) -> int:
    from .lab import run_lab

    return run_lab(words)


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "call": _call,
    "card": _card,
    "config": _config,
    "demo": _demo,
    "doctor": _doctor,
    "lab": _lab,
    "ledger": _ledger,
    "tools": _tools,
}


if __name__ == "__main__":
    sys.exit(main())
