"""What a tool is: pydantic parameters, a pydantic result, one function."""

from __future__ import annotations

import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from ..config import Settings
from ..errors import InvalidInput, did_you_mean
from ..workspace.context import JobContext

DATA_FORMAT = "imcp-data"
_DATA_SCHEMA = {"type": "string", "format": DATA_FORMAT, "description": "name, name@version, demo:adult, kernel:ID/frame, path or URI"}
DataRef = Annotated[str, WithJsonSchema(_DATA_SCHEMA)]


def _read_data(value: Any) -> Any:
    """Refuse what names no data, in words that do not speak of the two forms' types."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        message = f"input should be a valid string, a dataset reference, or an object with one for every table, got {value!r:.60}"
        raise InvalidInput(message, field="data")
    if not value:
        raise InvalidInput("names no table", field="data", hint="give at least one: {name: reference}")
    for table, reference in value.items():
        if not isinstance(table, str) or not table:
            raise InvalidInput(f"a table is named by text that is not empty, got {table!r:.60}", field="data")
        if not isinstance(reference, str):
            raise InvalidInput(f"input should be a valid string, a dataset reference, got {reference!r:.60}", field=f"data.{table}")
    return dict(value)


DataRefs = Annotated[
    str | dict[str, str],
    BeforeValidator(_read_data),
    WithJsonSchema({"anyOf": [_DATA_SCHEMA, {"type": "object", "minProperties": 1, "additionalProperties": _DATA_SCHEMA}]}),
]


class Params(BaseModel):
    """Base of tool parameters: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class Link(BaseModel):
    """A thing in the workspace that a result speaks of."""

    uri: str
    name: str
    title: str | None = None
    mime_type: str = "application/json"


class Result(BaseModel):
    """Base of tool results: small, with one sentence for people and links to what was made."""

    summary: str = Field(description="the outcome in a sentence or two")
    job_id: str | None = None
    cached: bool = Field(False, description="answered from an earlier job with the same inputs, parameters, seed and versions")
    links: list[Link] = Field(default_factory=list)


@dataclass(frozen=True)
class Annotations:
    """Hints of the Model Context Protocol about what a call may do."""

    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False


P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Result)


class Tool(ABC, Generic[P, R]):
    """One tool. Subclass it as ``class MyTool(Tool[MyParams, MyResult])`` in a module of this package.

    `runs` says where: "worker" for real work (a job in a worker process, or inline in a kernel or script),
    "inline" for a quick look at the workspace (in a thread; a job only when the caller does not wait).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    verb: ClassVar[str | None] = None  # words of the command line and the magics, e.g. "generate tabular"
    example: ClassVar[str] = ""  # arguments of a typical call on the command line or in a magic
    icon: ClassVar[str] = "tool"  # name in icons.py
    annotations: ClassVar[Annotations] = Annotations()
    runs: ClassVar[Literal["worker", "inline"]] = "worker"
    version: ClassVar[str] = "1"  # part of the cache key
    cacheable: ClassVar[bool] = False  # same inputs, parameters, seed and versions: same result

    @abstractmethod
    def run(self, params: P, context: JobContext) -> R:
        """Do it. Raises `ImcpError` for anything that the caller can mend."""

    @property
    def params_type(self) -> type[P]:
        return typing.cast("type[P]", _type_argument(type(self), 0))

    @property
    def result_type(self) -> type[R]:
        return typing.cast("type[R]", _type_argument(type(self), 1))

    def input_schema(self) -> dict[str, Any]:
        return self.params_type.model_json_schema()

    def output_schema(self) -> dict[str, Any]:
        return self.result_type.model_json_schema(mode="serialization")

    def data_fields(self) -> list[str]:
        """Names of the parameters that take a dataset reference, or one for every table."""
        found = self.input_schema().get("properties", {})
        return [name for name, schema in found.items() if _takes_data(schema)]

    def references(self, params: P) -> dict[str, str]:
        """The dataset references in `params`, by parameter; by ``parameter.table`` where there are several tables."""
        found: dict[str, str] = {}
        for name in self.data_fields():
            value = getattr(params, name)
            if isinstance(value, dict):
                found |= {f"{name}.{table}": reference for table, reference in value.items()}
            elif value is not None:
                found[name] = value
        return found

    def parse(self, arguments: dict[str, Any]) -> P:
        """Validate `arguments`. Raises `InvalidInput` naming the first bad parameter."""
        try:
            return self.params_type.model_validate(arguments)
        except ValidationError as error:
            raise _invalid(self.params_type, error) from None

    def cache_version(self, params: P) -> str:
        """What besides the parameters decides the result; an engine's version, for one."""
        return self.version

    def files(self, params: P, settings: Settings) -> list[bytes]:
        """What the files hold, other than data, that `params` name; they decide the result too. Raises `ImcpError`."""
        return []


def _type_argument(tool: type, position: int) -> Any:
    for base in types.get_original_bases(tool) if hasattr(types, "get_original_bases") else tool.__orig_bases__:  # type: ignore[attr-defined]
        arguments = typing.get_args(base)
        if len(arguments) == 2:
            return arguments[position]
    raise TypeError(f"{tool.__name__} must be declared as Tool[Params, Result]")


def takes_tables(schema: dict[str, Any]) -> bool:
    """Whether a parameter of this schema takes a dataset reference for every table."""
    own = schema.get("additionalProperties")
    if isinstance(own, dict) and own.get("format") == DATA_FORMAT:
        return True
    return any(takes_tables(option) for option in schema.get("anyOf", []))


def _takes_data(schema: dict[str, Any]) -> bool:
    return schema.get("format") == DATA_FORMAT or any(_takes_data(option) for option in schema.get("anyOf", []))


def _invalid(params: type[Params], error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-")) or None
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InvalidInput):
        return cause
    if first["type"] == "extra_forbidden":
        return InvalidInput("unknown parameter", field=field, hint=did_you_mean(field or "", params.model_fields))
    if first["type"] == "missing":
        return InvalidInput("this parameter is required", field=field)
    message = first["msg"][0].lower() + first["msg"][1:]
    value = first.get("input")
    shown = f", got {value!r}" if isinstance(value, (str, int, float, bool, type(None))) and len(repr(value)) < 80 else ""
    return InvalidInput(message + shown, field=field)
