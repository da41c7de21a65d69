"""What a constraint is to the layer: a check of finished rows, and steps that make rows which keep it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput, did_you_mean
from ...models.dataset import ColumnSchema
from ..tabular.features import Draw
from ..tabular.plan import Places
from ..tabular.regions import Region
from .asked import Asked
from .facts import Facts
from .numbers import Mask, Numbers, Values

if TYPE_CHECKING:
    from ...data.table import Table

Latents = list[tuple[ColumnSchema, pd.Series]]


@dataclass
class Limits:
    """Fixed limits of one column in units of value, and the step whose multiples it takes; with the rules they come from."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    step: Fraction | None = None
    rules: set[int] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        """No value lies within."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def narrow(self, low: Fraction | None, high: Fraction | None, open_: bool, rule: int) -> None:
        if low is not None and (self.low is None or (low, open_) > (self.low, self.low_open)):
            self.low, self.low_open = low, open_
        if high is not None and (self.high is None or (-high, open_) > (-self.high, self.high_open)):
            self.high, self.high_open = high, open_
        self.rules.add(rule)

    def coarsen(self, step: Fraction, rule: int) -> None:
        self.step = step if self.step is None else step * _least_common(self.step, step)
        self.rules.add(rule)

    def fit(self, ticks: Values, numbers: Numbers, least: Values | None = None, most: Values | None = None) -> Values:
        """`ticks` moved into the limits; `least` and `most` (ticks by row) win where they meet no room."""
        unit = numbers.unit
        if unit is None:
            return self._fit_floats(ticks, least, most)
        stride = 1
        if self.step is not None:
            stride = _least_common(self.step, unit)
            ticks = np.rint(ticks / stride).astype(np.int64) * stride if np.abs(ticks).max(initial=0) < 2**53 else ticks // stride * stride
        low = None if self.low is None else _above(self.low / unit, self.low_open)
        high = None if self.high is None else -_above(-self.high / unit, self.high_open)
        for floor in (low, least):
            if floor is not None:
                ticks = np.maximum(ticks, -(-np.asarray(floor) // stride) * stride)
        for roof in (high, most):
            if roof is not None:
                ticks = np.minimum(ticks, np.asarray(roof) // stride * stride)
        return ticks

    def _fit_floats(self, values: Values, least: Values | None, most: Values | None) -> Values:
        if self.step is not None:
            values = np.rint(values / float(self.step)) * float(self.step)
        low = None if self.low is None else np.nextafter(float(self.low), np.inf) if self.low_open else float(self.low)
        high = None if self.high is None else np.nextafter(float(self.high), -np.inf) if self.high_open else float(self.high)
        for floor in (low, least):
            values = values if floor is None else np.maximum(values, floor)
        for roof in (high, most):
            values = values if roof is None else np.minimum(values, roof)
        return values


@dataclass(frozen=True)
class Admitted:
    """Rows with the targets asked for lie in `region` of the inner columns (None: no row has them); `exact`: and all that lie there."""

    region: Region | None
    exact: bool


class Step(ABC):
    """A part of the table that is learned in another form: `targets` are rebuilt from `sources` and latent columns.

    Every column is the target of at most one step and sources come first, so no later step can break an earlier one.
    """

    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()
    latent_names: tuple[str, ...] = ()  # of the columns that the engine learns in the place of the targets, besides these
    sure: ClassVar[bool] = True  # every row that it rebuilds keeps the rule

    @abstractmethod
    def latents(self, table: Table) -> Latents:
        """The columns that the engine learns in the place of the targets."""

    @abstractmethod
    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        """The targets of the block `drawn`; `done` has every column that is finished."""

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        """Where the columns that the engine learned lie in rows whose targets are as `asked`."""
        return Admitted({}, exact=False)

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        """What given cells (missing where they are not) say of the columns that the engine learned, missing where they say nothing."""
        return {}

    def implied(self, given: pd.DataFrame, drawn: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.Series]:
        """Cells, by real column, that make a row with these `given` ones keep the rule; missing where nothing needs to follow.

        `drawn` is a draw of the engine for these rows and `done` what was rebuilt from it.
        """
        return {}


class Rule(ABC):
    """A constraint tied to a table."""

    rank: ClassVar[int] = 0  # lower ranks choose their steps first

    def __init__(self, index: int, spec: Any, facts: Facts) -> None:
        self.index = index
        self.spec = spec
        self.facts = facts
        self.columns = self._columns()
        for column in self.columns:
            if column not in facts.schema.names:
                hint = did_you_mean(column, facts.schema.names)
                raise InvalidInput(f"{spec.kind}: there is no column '{column}'", field=self.field, hint=hint)
        twice = [column for column in self.columns if self.columns.count(column) > 1]
        if twice:
            raise InvalidInput(f"{spec.kind}: column '{twice[0]}' is named more than once", field=self.field)
        self.prepare()

    @property
    def field(self) -> str:
        return f"constraints[{self.index}]"

    def __str__(self) -> str:
        return f"{self.field} ({self.spec.kind} on {', '.join(repr(column) for column in self.columns)})"

    def _columns(self) -> list[str]:
        return list(self.spec.columns)

    def prepare(self) -> None:  # noqa: B027  # most rules need nothing here
        """Read the facts that the rule needs. Raises `InvalidInput` for a column of the wrong kind."""

    @abstractmethod
    def holds(self, frame: pd.DataFrame) -> Mask:
        """(n_rows,) bool: which rows keep the rule; a missing value keeps it unless the kind says otherwise."""

    def needs(self) -> list[list[Step]]:
        """What must be built for the rule to hold by construction: one step out of each list. Empty: no step helps."""
        return []

    def limit(self, limits: dict[str, Limits]) -> None:  # noqa: B027  # few rules limit a column
        """Add the fixed limits that the rule puts on single columns."""

    def number(self, name: str) -> Numbers:
        """How the column counts. Raises `InvalidInput` when it holds no numbers."""
        numbers = self.facts.numbers(name)
        if numbers is None:
            schema = self.facts.schema[name]
            kind = "durations" if schema.dtype.startswith(("timedelta", "duration")) else schema.kind
            raise InvalidInput(f"{self.spec.kind}: column '{name}' is {kind}, not numbers or datetimes", field=self.field)
        return numbers

    def alike(self, names: Iterable[str]) -> None:
        """Raises `InvalidInput` when datetimes and numbers are mixed."""
        forms = {name: self.number(name).is_datetime for name in names}
        if len(set(forms.values())) > 1:
            times = ", ".join(f"'{name}'" for name, is_time in forms.items() if is_time)
            raise InvalidInput(f"{self.spec.kind}: {times} holds datetimes, the others numbers", field=self.field)


def fresh_name(wanted: str, names: Iterable[str]) -> str:
    """`wanted`, with marks appended until no column has that name."""
    known = set(names)
    while wanted in known:
        wanted += "_"
    return wanted


def whole_column(name: str, ticks: Values, missing: Mask) -> tuple[ColumnSchema, pd.Series]:
    """Ticks as a column that engines learn: integers, or floats where there is no grid."""
    series: pd.Series
    if ticks.dtype.kind == "f":
        series = pd.Series(np.where(missing, np.nan, ticks))
        schema = ColumnSchema(name=name, kind="continuous", dtype="float64", missing=bool(missing.any()), decimals=None)
    else:
        series = pd.Series(pd.arrays.IntegerArray(ticks.astype(np.int64), missing.copy())) if missing.any() else pd.Series(ticks)
        schema = ColumnSchema(name=name, kind="integer", dtype=str(series.dtype), missing=bool(missing.any()), decimals=None)
    if missing.all():
        schema = schema.model_copy(update={"kind": "constant"})
    return schema, series


def nullable(ticks: Values, missing: Mask) -> pd.Series:
    """Ticks as a column with gaps."""
    if ticks.dtype.kind == "f":
        return pd.Series(np.where(missing, np.nan, ticks))
    return pd.Series(pd.arrays.IntegerArray(ticks.astype(np.int64), missing.copy()))


def drawn_ticks(series: pd.Series) -> tuple[npt.NDArray[Any], Mask]:
    """What `whole_column` wrote, after the engine has drawn it."""
    missing = np.asarray(series.isna().to_numpy(), dtype=bool)
    floating = pd.api.types.is_float_dtype(series.dtype)
    filled = series.fillna(0)
    return filled.to_numpy(dtype=np.float64 if floating else np.int64), missing


def _above(value: Fraction, open_: bool) -> int:
    """The smallest whole number at least (open: above) `value`."""
    ceiling = -(-value.numerator // value.denominator)
    return ceiling + 1 if open_ and ceiling == value else ceiling


def _least_common(step: Fraction, unit: Fraction) -> int:
    """How many `unit`s the smallest common multiple of both has."""
    left, right = step.numerator * unit.denominator, unit.numerator * step.denominator
    return math.lcm(left, right) // right
