"""From words to a tool call: the one grammar of the command line and the magics, made from the tools' parameters."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

import yaml

from ..errors import InvalidInput, NotFound, did_you_mean
from .registry import AnyTool, all_tools
from .tool import takes_tables


class HelpWanted(Exception):
    """The words asked for help; the text is the message."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(message, hint=f"{self.prog} --help")

    def print_help(self, file: Any = None) -> NoReturn:
        raise HelpWanted(self.format_help())


def verbs() -> dict[str, AnyTool]:
    """All verbs and tool names, longest first."""
    found = {tool.verb: tool for tool in all_tools() if tool.verb} | {tool.name: tool for tool in all_tools()}
    return dict(sorted(found.items(), key=lambda item: (-len(item[0].split()), item[0])))


def split_verb(words: Sequence[str]) -> tuple[AnyTool, list[str]]:
    """The tool that the first words name, and the rest. Raises `NotFound` naming the nearest verb."""
    known = verbs()
    for verb, tool in known.items():
        parts = verb.split()
        if list(words[: len(parts)]) == parts:
            return tool, list(words[len(parts) :])
    said = words[0] if words else ""
    firsts = {verb.split()[0] for verb in known}
    if said in firsts:
        options = sorted(verb for verb in known if verb.split()[0] == said)
        raise NotFound(f"'{' '.join(words[:2])}' is not a verb", hint="there is: " + ", ".join(options))
    raise NotFound(f"'{said}' is not a verb", hint=did_you_mean(said, sorted(firsts)) or "try: help")


def parse_arguments(tool: AnyTool, words: Sequence[str], prog: str) -> dict[str, Any]:
    """The arguments that `words` give, not validated yet. Raises `InvalidInput`, or `HelpWanted` for ``--help``."""
    given = vars(make_parser(tool, prog).parse_args(list(words)))
    properties = tool.input_schema().get("properties", {})
    for name, value in given.items():
        if isinstance(value, list) and takes_tables(properties[name]):
            given[name] = _data_of(value, name)
    return {name: value for name, value in given.items() if value is not None}


def make_parser(tool: AnyTool, prog: str) -> argparse.ArgumentParser:
    """First required parameter: positional. The others: options. ``--as`` is another word for ``--name``."""
    verb = tool.verb or tool.name
    epilog = f"example: {prog} {verb} {tool.example}" if tool.example else None
    parser = _Parser(prog=f"{prog} {verb}", description=tool.description, epilog=epilog, allow_abbrev=False)
    schema = tool.input_schema()
    properties: dict[str, Any] = schema.get("properties", {})
    required = schema.get("required", [])
    for name, field in properties.items():
        kind = _kind(field)
        options: dict[str, Any] = {"help": (field.get("description") or "").replace("%", "%%"), "default": None}
        if kind == "boolean":
            options["action"] = argparse.BooleanOptionalAction
        elif kind == "array" or takes_tables(field):
            options |= {"nargs": "+", "metavar": name.rstrip("s").upper()}
        else:
            options |= {"type": _reader(kind, name), "metavar": name.upper()}
        if required and name == required[0]:
            options.pop("default")
            parser.add_argument(name, **options)
        else:
            flags = [f"--{name.replace('_', '-')}"] + (["--as"] if name == "name" else [])
            parser.add_argument(*flags, dest=name, required=name in required, **options)
    return parser


def _data_of(words: list[str], name: str) -> Any:
    """One reference, or a reference per table: ``customers=c.csv orders=o.csv`` or ``'{customers: c.csv, orders: o.csv}'``."""
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        return _structure(words[0], name)
    named = [re.fullmatch(r"([^\W\d][\w\-]*)=(.+)", word) for word in words]
    if all(named):
        return {match[1]: match[2] for match in named if match}
    if len(words) == 1:
        return words[0]
    bad = next(word for word, match in zip(words, named, strict=True) if not match)
    raise InvalidInput(f"several tables are given as NAME=REFERENCE each, got {bad!r}", field=name, hint="customers=c.csv orders=o.csv")


def _kind(field: dict[str, Any]) -> str:
    kinds = [field, *field.get("anyOf", [])]
    return next((option["type"] for option in kinds if option.get("type") not in (None, "null")), "string")


def _reader(kind: str, name: str) -> Any:
    """A converter whose failures are left to the tool, so that every face words them alike."""

    def number(text: str) -> Any:
        for convert in (int, float):
            try:
                return convert(text)
            except ValueError:
                continue
        return text

    return {"integer": number, "number": number, "object": partial(_structure, name=name)}.get(kind, str)


def _structure(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise InvalidInput(f"{text!r} is not YAML or JSON", field=name) from None
