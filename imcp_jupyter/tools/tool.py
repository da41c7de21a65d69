"""What a tool is: pydantic parameters, a pydantic result, one function."""

from __future__ import annotations

import types
import typing
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from ..errors import InvalidInput, did_you_mean
from ..workspace.context import JobContext

DATA_FORMAT = "imcp-data"
_DATA_SCHEMA = {"type": "string", "format": DATA_FORMAT, "description": "name, name@version, demo:adult, kernel:ID/frame, path or URI"}
DataRef = Annotated[str, WithJsonSchema(_DATA_SCHEMA)]


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
        """Names of the parameters that take a dataset reference."""
        found = self.input_schema().get("properties", {})
        return [name for name, schema in found.items() if _takes_data(schema)]

    def parse(self, arguments: dict[str, Any]) -> P:
        """Validate `arguments`. Raises `InvalidInput` naming the first bad parameter."""
        try:
            return self.params_type.model_validate(arguments)
        except ValidationError as error:
            raise _invalid(self.params_type, error) from None

    def cache_version(self, params: P) -> str:
        """What besides the parameters decides the result; an engine's version, for one."""
        return self.version


def _type_argument(tool: type, position: int) -> Any:
    for base in types.get_original_bases(tool) if hasattr(types, "get_original_bases") else tool.__orig_bases__:  # type: ignore[attr-defined]
        arguments = typing.get_args(base)
        if len(arguments) == 2:
            return arguments[position]
    raise TypeError(f"{tool.__name__} must be declared as Tool[Params, Result]")


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
