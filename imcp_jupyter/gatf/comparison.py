"""What every check works on: the tables of one run, aligned, encoded and resampled once."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..data.pii.detect import direct_identifiers
from ..data.table import Column, Table
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import DISCRETE_KINDS, NUMERIC_KINDS, ColumnKind, ColumnSchema
from .align import Aligned, align, joint_codes
from .facts import Facts
from .resample import Resamples

Progress = Callable[[float, str], None]
T = TypeVar("T")
Array = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Field:
    """One compared column: `n_levels` counts all levels of a discrete column, `n_real` those that real has (first in code)."""

    name: str
    kind: ColumnKind
    n_real: int = 0
    n_levels: int = 0

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC_KINDS

    @property
    def is_modelled(self) -> bool:
        """Identifiers and free text have no distribution to compare."""
        return self.is_numeric or self.kind in DISCRETE_KINDS or self.kind == "constant"


@dataclass(frozen=True)
class Encoded:
    """A table as arrays: float64 with NaN for a numeric column, int32 codes with -1 for missing else."""

    columns: dict[str, Array]
    n_rows: int
    views: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)  # kept for the next check

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def take(self, rows: Array) -> Encoded:
        return Encoded({name: column[rows] for name, column in self.columns.items()}, len(rows))

    def shuffled(self, rng: np.random.Generator) -> Encoded:
        """Every column in its own random order: marginals stay, dependence goes."""
        return Encoded({name: column[rng.permutation(self.n_rows)] for name, column in self.columns.items()}, self.n_rows)

    def missing(self, name: str) -> npt.NDArray[np.bool_]:
        column = self.columns[name]
        mask: npt.NDArray[np.bool_] = np.isnan(column) if column.dtype.kind == "f" else column < 0
        return mask


class Comparison:
    """Synthetic against real and holdout, over the columns they share, typed by real's schema.

    Raises `InvalidInput` when the tables share no column that can be compared.
    """

    def __init__(
        self,
        synthetic: Table,
        real: Table | None = None,
        holdout: Table | None = None,
        *,
        target: str | None = None,
        seed: int = 0,
        replicates: int = 200,
        facts: Facts | None = None,
    ) -> None:
        if replicates < 1:
            raise InvalidInput(f"replicates must be at least 1, got {replicates}", field="replicates")
        if holdout is not None and real is None:
            raise InvalidInput("a holdout says nothing without the real table", field="holdout", hint="give the real (training) table too")
        self.seed, self.replicates = seed, replicates
        self.facts = facts or Facts()
        self._made: dict[str, Any] = {}
        tables = {"synthetic": synthetic, "real": real, "holdout": holdout}
        self.tables = {role: table for role, table in tables.items() if table is not None}  # as given, unshared columns included
        self.names_in = {role: table.names for role, table in self.tables.items()}
        self._aligned, self._schema = _align_all(self.tables)
        self.fields, self._encoded = _encode_all(self._schema, self._aligned)
        self.target = _checked_target(target, self.fields, synthetic)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` gives, made when first asked for: checks share views of the tables, and build on each other's findings."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    @cached_property
    def modelled(self) -> list[Field]:
        return [field for field in self.fields if field.is_modelled]

    @property
    def unreadable(self) -> dict[str, int]:
        return self._aligned["synthetic"].unreadable

    @property
    def incompatible(self) -> dict[str, str]:
        return self._aligned["synthetic"].incompatible

    @property
    def synthetic(self) -> Encoded:
        return self._encoded["synthetic"]

    @property
    def real(self) -> Encoded:
        return self._encoded["real"]

    @property
    def holdout(self) -> Encoded | None:
        return self._encoded.get("holdout")

    @property
    def has_real(self) -> bool:
        return "real" in self._encoded

    @property
    def reference(self) -> str:
        """The role of the rows that stand for 'more real data'."""
        return "real" if self.holdout is None else "holdout"

    def table(self, role: str) -> Encoded:
        return self._encoded[role]

    def column(self, role: str, name: str) -> Column:
        """A compared column of a table with its values, read under real's schema."""
        return self._aligned[role].columns[name]

    def level_names(self, name: str) -> list[Any]:
        """The levels of a discrete column that real (else synthetic) has, in code order."""
        return list(self._aligned[self._base].columns[name].categories)

    @property
    def _base(self) -> str:
        return "real" if self.has_real else "synthetic"

    @cached_property
    def floor(self) -> Encoded:
        """Real with every column shuffled on its own."""
        return self.real.shuffled(self.rng("floor"))

    @cached_property
    def ceiling(self) -> tuple[Encoded, Encoded]:
        """(real part, other real part): what the best possible synthetic table would look like beside real."""
        if self.holdout is not None:
            return self.real, self.holdout
        first, second = self.halves
        return self.real.take(first), self.real.take(second)

    @cached_property
    def halves(self) -> tuple[Rows, Rows]:
        """Random halves of real's rows; a single row is both halves."""
        rows = self.rng("halves").permutation(self.real.n_rows)
        middle = self.real.n_rows // 2
        return np.sort(rows[: max(1, middle)]), np.sort(rows[middle:])

    def rng(self, purpose: str) -> np.random.Generator:
        """A generator of its own for each purpose, so that checks do not disturb each other's draws."""
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([self.seed, zlib.crc32(purpose.encode())])))

    def pick(self, role: str, limit: int, purpose: str) -> Rows:
        """At most `limit` row positions of a table, sorted; all of them where there are not more."""
        n_rows = self.table(role).n_rows
        if n_rows <= limit:
            return np.arange(n_rows)
        return np.sort(self.rng(f"{purpose}:{role}").choice(n_rows, size=limit, replace=False))

    def resamples(self, role: str) -> Resamples:
        """The bootstrap weights of a table's rows."""
        return self._resamples(role)

    @cached_property
    def _resamples(self) -> Callable[[str], Resamples]:
        @cache
        def draw(role: str) -> Resamples:
            return Resamples(self.table(role).n_rows, self.replicates, self.rng(f"resamples:{role}"))

        return draw


def _align_all(tables: dict[str, Table]) -> tuple[dict[str, Aligned], list[ColumnSchema]]:
    base = tables.get("real", tables["synthetic"])
    for role, table in tables.items():
        if not set(table.names) & set(base.names):
            raise InvalidInput(
                f"the {role} and the real table share no column: {_listed(table.names)} against {_listed(base.names)}",
                field=role,
                hint="columns are matched by name",
            )
    known = [set(table.names) for table in tables.values()]
    schema = [column for column in base.schema.columns if all(column.name in names for names in known)]
    people = direct_identifiers(base.frame)  # made anew, like free text: other values are no fault
    schema = [column.model_copy(update={"kind": "text"}) if column.name in people and column.kind != "id" else column for column in schema]
    if not schema:
        raise InvalidInput("no column occurs in all of the tables", field="holdout", hint="columns are matched by name")
    aligned = {role: align(table, schema) for role, table in tables.items()}
    compared = [column for column in schema if all(column.name in part.columns for part in aligned.values())]
    if not compared:
        why = "; ".join(f"'{name}' {reason}" for part in aligned.values() for name, reason in list(part.incompatible.items())[:3])
        raise InvalidInput(
            f"no shared column can be compared: {why}", field="synthetic", hint="give the columns the types of the real table"
        )
    return aligned, compared


def _encode_all(schema: list[ColumnSchema], aligned: dict[str, Aligned]) -> tuple[list[Field], dict[str, Encoded]]:
    roles = sorted(aligned, key=lambda role: role != "real")  # real first: its levels get the first codes
    columns: dict[str, dict[str, Array]] = {role: {} for role in roles}
    fields = []
    for column in schema:
        views = [aligned[role].columns[column.name] for role in roles]
        if column.kind in NUMERIC_KINDS:
            arrays: list[Array] = [view.values for view in views]
            fields.append(Field(column.name, column.kind))
        else:
            n_real, n_levels, codes = joint_codes(views[0], views[1:])
            arrays = list(codes)
            fields.append(Field(column.name, column.kind, n_real, n_levels))
        for role, array in zip(roles, arrays, strict=True):
            columns[role][column.name] = array
    n_rows = {role: len(next(iter(parts.values()))) for role, parts in columns.items()}
    return fields, {role: Encoded(parts, n_rows[role]) for role, parts in columns.items()}


def _checked_target(target: str | None, fields: list[Field], synthetic: Table) -> str | None:
    if target is None:
        return None
    for field in fields:
        if field.name == target:
            if not field.is_modelled:
                raise InvalidInput(f"column '{target}' holds {field.kind} values, which no model can predict", field="target")
            return target
    if target in synthetic.names:
        raise InvalidInput(f"column '{target}' cannot be compared with the real table's", field="target")
    raise NotFound(f"there is no column '{target}'", field="target", hint=did_you_mean(target, [field.name for field in fields]))


def _listed(names: list[str]) -> str:
    head = ", ".join(f"'{name}'" for name in names[:5])
    return head + (f" and {len(names) - 5} more" if len(names) > 5 else "")
