"""``%imcp`` and ``%%imcp``: every tool as a magic. Verbs and options are made from the tools' parameters."""

from __future__ import annotations

import shlex
from typing import Any

import yaml
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from ..api import Generated, GeneratedTables, call_tool, workspace
from ..errors import ImcpError, InvalidInput
from ..tools.arguments import HelpWanted, parse_arguments, split_verb, verbs
from ..tools.registry import AnyTool
from .tables import Listing, help_text, ledger, models, reports, status

_OWN_VERBS = {"help": help_text, "status": status, "models": models, "reports": reports, "ledger": ledger}


@magics_class
class ImcpMagics(Magics):
    """The magics of one shell."""

    shell: Any  # never None here: IPython sets it before it registers magics

    @line_cell_magic
    def imcp(self, line: str, cell: str | None = None) -> Any:
        """``%imcp VERB …``; see ``%imcp help``. As ``%%imcp VERB`` the cell holds the parameters in YAML."""
        try:
            return self._run(shlex.split(line), cell)
        except HelpWanted as wanted:
            return Listing(str(wanted))
        except ImcpError as error:
            # IPython shows a usage error as one line; the cell still counts as failed, so "Run All" stops here.
            raise UsageError(str(error)) from None
        except ValueError as error:  # shlex: an unclosed quote
            raise UsageError(f"{str(error).lower()} (close the quote)") from None

    def _run(self, words: list[str], cell: str | None) -> Any:
        if not words or words[0] in ("--help", "-h"):
            return help_text(workspace())
        if words[0] in _OWN_VERBS and len(words) == 1:
            return _OWN_VERBS[words[0]](workspace())
        tool, rest = split_verb(words)
        arguments = _from_yaml(cell, rest) if cell is not None else parse_arguments(tool, rest, "%imcp")
        outcome = call_tool(tool.name, self._with_frames(tool, arguments), face="magic")
        name = arguments.get("name")
        if isinstance(outcome, (Generated, GeneratedTables)) and isinstance(name, str) and name.isidentifier():
            self.shell.user_ns[name] = outcome.data
        return outcome if hasattr(outcome, "_repr_html_") else Listing.of(outcome)

    def _with_frames(self, tool: AnyTool, arguments: dict[str, Any]) -> dict[str, Any]:
        """Names of this notebook's variables become their frames; anything else stays a dataset reference."""
        found = dict(arguments)
        for name in tool.data_fields():
            given = arguments.get(name)
            if isinstance(given, dict):
                found[name] = {table: self._variable(word) for table, word in given.items()}
            elif given is not None:
                found[name] = self._variable(given)
        return found

    def _variable(self, word: Any) -> Any:
        """The data that the variable `word` of this notebook holds, one table or a table by name; else `word` itself."""
        value = self.shell.user_ns.get(word) if isinstance(word, str) else None
        parts = list(value.values()) if isinstance(value, dict) else [value]
        return value if parts and all(_is_data(part) for part in parts) else word


def _is_data(value: Any) -> bool:
    return value is not None and any(hasattr(value, name) for name in ("columns", "dataset", "datasets", "to_pandas"))


def _from_yaml(cell: str, rest: list[str]) -> dict[str, Any]:
    if rest:
        raise InvalidInput("with %%imcp the parameters stand in the cell, not on the line", field=rest[0])
    try:
        found = yaml.safe_load(cell) or {}
    except yaml.YAMLError as error:
        raise InvalidInput(f"the cell is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise InvalidInput("the cell must hold one parameter per line", hint="for example  rows: 1000")
    return {str(name): value for name, value in found.items()}


def complete(shell: Any, event: Any) -> list[str]:
    """Verbs after ``%imcp``, then options, frames and datasets."""
    words = event.line.split()
    if len(words) <= 1 or (len(words) == 2 and event.symbol):
        return sorted({verb.split()[0] for verb in verbs()} | set(_OWN_VERBS))
    known = verbs()
    tool = next((tool for verb, tool in known.items() if words[1 : 1 + len(verb.split())] == verb.split()), None)
    if tool is None:
        return sorted({verb.split()[1] for verb in known if verb.startswith(f"{words[1]} ")})
    options = ["--" + name.replace("_", "-") for name in tool.params_type.model_fields]
    frames = [name for name, value in shell.user_ns.items() if hasattr(value, "columns") and not name.startswith("_")]
    return options + frames + [info.reference for info in workspace().datasets.list(samples=True)]


def load(shell: Any) -> None:
    shell.register_magics(ImcpMagics)
    shell.set_hook("complete_command", complete, str_key="%imcp")
