"""Rules that every row of a table keeps, as the faces take them: one model per kind, told apart by `kind`."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_serializer, model_validator

from ..errors import InvalidInput, did_you_mean

Bound = int | float | str  # a number, or an ISO date for a datetime column
How = Literal["construction", "repair", "rejection"]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    on_violation: Literal["refuse", "drop_rows"] = Field(
        "refuse", description="real rows that break the rule: refuse them or leave them out"
    )

    @property
    def columns(self) -> list[str]:
        """The columns that the rule speaks of, as far as the rule alone tells."""
        raise NotImplementedError


class Inequality(_Spec):
    """``low <= high``, or ``low < high`` when strict. One of the two may be a constant."""

    kind: Literal["inequality"] = "inequality"
    low: Bound
    high: Bound
    strict: bool = False

    @property
    def columns(self) -> list[str]:
        return [side for side in (self.low, self.high) if isinstance(side, str)]


class Range(_Spec):
    """``low <= middle <= high`` over three columns."""

    kind: Literal["range"] = "range"
    low: str
    middle: str
    high: str
    strict: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.low, self.middle, self.high]


class Bounds(_Spec):
    """A column within fixed limits."""

    kind: Literal["bounds"] = "bounds"
    column: str
    min: Bound | None = None
    max: Bound | None = None
    sign: Literal["positive", "negative"] | None = Field(
        None, description="positive: at least 0 (above 0 when strict); negative: the mirror"
    )
    strict: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.column]

    @model_validator(mode="after")
    def _has_a_limit(self) -> Bounds:
        if self.min is None and self.max is None and self.sign is None:
            raise ValueError("bounds need min, max or sign")
        if isinstance(self.min, (int, float)) and isinstance(self.max, (int, float)) and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class FixedCombinations(_Spec):
    """Only combinations of values that occur in the real data."""

    kind: Literal["fixed_combinations"] = "fixed_combinations"
    of: list[str] = Field(min_length=2, alias="columns")

    @property
    def columns(self) -> list[str]:
        return self.of


class FixedIncrements(_Spec):
    """Whole multiples of `step`."""

    kind: Literal["fixed_increments"] = "fixed_increments"
    column: str
    step: float = Field(gt=0, allow_inf_nan=False)

    @property
    def columns(self) -> list[str]:
        return [self.column]


class OneHot(_Spec):
    """Exactly one of the columns is 1 (or True), the others 0."""

    kind: Literal["one_hot"] = "one_hot"
    of: list[str] = Field(min_length=2, alias="columns")

    @property
    def columns(self) -> list[str]:
        return self.of


class Unique(_Spec):
    """No two rows share the values of these columns. Rows with a missing part are left out of it, as in SQL."""

    kind: Literal["unique"] = "unique"
    of: list[str] = Field(min_length=1, alias="columns")

    @property
    def columns(self) -> list[str]:
        return self.of


class FunctionalDependency(_Spec):
    """Equal values of `determinant` have equal values of `dependent`, the ones of the real data."""

    kind: Literal["functional_dependency"] = "functional_dependency"
    determinant: list[str] = Field(min_length=1)
    dependent: list[str] = Field(min_length=1)

    @property
    def columns(self) -> list[str]:
        return [*self.determinant, *self.dependent]


class Sum(_Spec):
    """``total`` is the sum of `parts`, to half a unit of the last of `decimals` places (as the total has, when left out)."""

    kind: Literal["sum"] = "sum"
    total: str
    parts: list[str] = Field(min_length=2)
    decimals: int | None = Field(None, ge=0, le=9)

    @property
    def columns(self) -> list[str]:
        return [self.total, *self.parts]


class Format(_Spec):
    """Text that matches `pattern` as a whole; new ids are made to match."""

    kind: Literal["format"] = "format"
    column: str
    pattern: str = Field(min_length=1, max_length=500)

    @property
    def columns(self) -> list[str]:
        return [self.column]


class NotNull(_Spec):
    kind: Literal["not_null"] = "not_null"
    column: str

    @property
    def columns(self) -> list[str]:
        return [self.column]


class Predicate(_Spec):
    """A condition on each row: an expression over column names, or in Python a function from a frame to a mask.

    As for a CHECK in SQL, a row in which a named column is missing passes an expression.
    """

    kind: Literal["predicate"] = "predicate"
    where: str | Callable[[Any], Any]

    @field_serializer("where")
    def _named(self, where: Any) -> str:
        """A function has no plain form; the fresh mark keeps two of them from sharing a place in the cache."""
        return where if isinstance(where, str) else f"python:{getattr(where, '__qualname__', 'function')}:{token_hex(8)}"

    @property
    def columns(self) -> list[str]:
        return []


Constraint = Annotated[
    Inequality
    | Range
    | Bounds
    | FixedCombinations
    | FixedIncrements
    | OneHot
    | Unique
    | FunctionalDependency
    | Sum
    | Format
    | NotNull
    | Predicate,
    Field(discriminator="kind"),
]
KINDS: tuple[str, ...] = (
    "inequality", "range", "bounds", "fixed_combinations", "fixed_increments", "one_hot",
    "unique", "functional_dependency", "sum", "format", "not_null", "predicate",
)  # fmt: skip
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Constraint)


_ITEM = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "on_violation": {"type": "string", "enum": ["refuse", "drop_rows"], "default": "refuse"},
    },
    "description": (
        "inequality: low, high (columns, or one constant), strict · range: low, middle, high, strict · bounds: column, min, max, "
        "sign (positive|negative), strict · fixed_combinations, one_hot, unique: columns · fixed_increments: column, step · "
        "functional_dependency: determinant, dependent (lists) · sum: total, parts, decimals · format: column, pattern (regex) · "
        "not_null: column · predicate: where (expression over column names)"
    ),
}
# Flat on purpose: a union of twelve models is long to read for an agent and no form can draw it.
CONSTRAINTS_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "array", "items": _ITEM}, {"type": "null"}], "default": None}


def parse_constraint(value: Any, index: int) -> Any:
    """One constraint from a plain dict. Raises `InvalidInput` naming ``constraints[index]``."""
    if isinstance(value, _Spec):
        return value
    field = f"constraints[{index}]"
    if not isinstance(value, dict):
        raise InvalidInput(f"a constraint is an object with a kind, got {value!r:.60}", field=field, hint="kinds: " + ", ".join(KINDS))
    kind = value.get("kind")
    if kind not in KINDS:
        raise InvalidInput(f"'{kind}' is not a kind of constraint", field=field, hint=did_you_mean(str(kind), KINDS))
    try:
        return _ADAPTER.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{kind}: {where + ': ' if where else ''}{message}", field=field) from None


class ConstraintOutcome(BaseModel):
    """How one constraint was kept."""

    kind: str
    columns: list[str]
    how: How = Field(description="construction: cannot be broken; repair: values were mended; rejection: rows were drawn again")
    acceptance: float = Field(description="share of the drawn rows that kept the rule before any mending or redraw")
    real_rows_dropped: int = 0


ConditionHow = Literal["model", "construction", "rejection"]


class ConditionOutcome(BaseModel):
    """How one condition was held."""

    column: str
    how: ConditionHow = Field(
        description="model: drawn from its conditional law; construction: mapped to what the column is rebuilt from; "
        "rejection: rows were drawn again"
    )
    acceptance: float = Field(description="share of the drawn rows that met it before any redraw")
