"""A differentially private release: what it may spend, and what may be told of its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import InvalidInput
from ..models.dataset import TableSchema
from ..models.generation import WITHHELD, PrivacyStatement
from ..synth.tabular.engine import PrivacyRequest, TabularEngine, TabularModel
from ..synth.tabular.registry import pick_private_engine
from ..workspace.context import JobContext
from ..workspace.ledger import Reservation
from ..workspace.sources import Source

if TYPE_CHECKING:
    import pandas as pd

    from ..data.table import Table

_DIGITS = 38  # of the widest decimal that Arrow has: the widest real value does not show


class Request(Protocol):
    """The parameters of a call that bear on privacy."""

    engine: str
    epsilon: float | None
    delta: float | None
    bounds: dict[str, list[Any]] | None
    public_rows: bool
    conditions: dict[str, Any] | None
    constraints: list[Any] | dict[str, Any] | None
    pii: dict[str, str] | None


@dataclass(frozen=True)
class Told:
    """What a dataset, its model and its card say of their source."""

    source_hash: str
    source_rows: int
    inputs: Mapping[str, str]
    schema: TableSchema
    like: pd.DataFrame
    privacy: PrivacyStatement | None


def told_of(model: TabularModel, table: Table, inputs: Mapping[str, str]) -> Told:
    """Everything, unless `model` is differentially private: then only what it has paid for."""
    if model.privacy is None:
        return Told(inputs["data"], table.n_rows, inputs, table.schema, table.frame, None)
    like = _types_of(table.frame, model.schema)
    return Told(WITHHELD, model.privacy.rows, dict.fromkeys(inputs, WITHHELD), model.schema, like, model.privacy)


def refuse_misplaced(params: Request) -> None:
    """Raises `InvalidInput` for parameters that mean nothing without `epsilon`, and for those that cannot go with it."""
    if params.epsilon is None:
        for name in ("delta", "bounds", "public_rows"):
            if getattr(params, name) not in (None, False):
                raise InvalidInput(
                    f"{name} means nothing without epsilon", field=name, hint=f"give epsilon, for example 1, or leave {name} out"
                )
        return
    reasons = {"constraints": "learning them reads single rows", "conditions": "no private engine draws under conditions"}
    if params.pii:
        raise InvalidInput(
            "pii cannot be combined with epsilon: finding personal data reads single rows",
            field="pii",
            hint="leave such columns out with columns, or give their kinds in table_schema",
        )
    for name, reason in reasons.items():
        if getattr(params, name):
            raise InvalidInput(
                f"{name} cannot be combined with epsilon: {reason}",
                field=name,
                hint="draw more rows than needed, and filter them afterwards",
            )


@dataclass(frozen=True)
class PrivateRelease:
    """An engine under its budget, and that budget, held in the ledger."""

    engine: TabularEngine
    reservation: Reservation


@contextmanager
def reserved_release(params: Request, source: Source, context: JobContext) -> Iterator[PrivateRelease]:
    """The release that `params` ask for, its budget held before anything is read off the rows.

    Raises `InvalidInput` for an engine that cannot keep a budget and a source that is too large to read whole, `BudgetExceeded`
    where there is not enough left.
    """
    settings = context.workspace.settings
    # One row more may push another out of a sample of fixed size: two rows apart, which the accounting does not cover.
    if source.is_sampled:
        message = f"epsilon needs every row of '{source.label}', which is too large to be read whole"
        raise InvalidInput(message, field="data", hint="raise the setting whole_source_bytes, or choose the rows yourself and import them")
    engine = pick_private_engine(params.engine, settings)
    epsilon = params.epsilon or 0.0
    delta = settings.privacy_budget_delta if params.delta is None else params.delta
    engine = engine.private(PrivacyRequest(epsilon, delta, params.bounds or {}, params.public_rows))
    held = context.workspace.ledger.reserved(context.inputs["data"], source.label, epsilon, delta, context.job_id, context.principal)
    with held as reservation:
        yield PrivateRelease(engine, reservation)


def _types_of(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """One row with the types of `frame` and none of its values."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in frame.columns:
        place = frame[name].first_valid_index() if frame[name].dtype == object else None
        kind: type[Any] = type(frame.at[place, name]) if place is not None else type(None)
        if kind is Decimal:
            value: Any = Decimal((0, (9,) * _DIGITS, -(schema[str(name)].decimals or 0)))
        else:
            value = kind() if kind in (str, bytes, bool, int, float) else None
        columns[name] = pd.Series([value], dtype=object) if frame[name].dtype == object else frame[name].iloc[:0].reindex([0])
    return pd.DataFrame(columns)
