"""The privacy ledger: one account per dataset content, checked and written in the transaction that reserves.

Releases compose in zCDP: their ρ add up (Bun & Steinke 2016, "Concentrated Differential Privacy", lemma 1.7), and so do the
parts of δ that paid for learning categories (section 8); the sum is told as one ε at the ledger's δ. That a later
release may depend on earlier ones is covered: Whitehouse, Ramdas, Rogers & Wu 2023, "Fully Adaptive Composition in
Differential Privacy", theorem 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from ..config import Settings
from ..errors import BudgetExceeded, InvalidInput
from ..models.job import Principal
from ..models.ledger import LedgerEntry, PrivacyAccount
from .database import Database, now, privacy_budgets
from .database import ledger as table

_COUNTED = ("reserved", "spent")
_DIGITS = 4  # significant ones of a figure in a message


@dataclass(frozen=True)
class Reservation:
    """Part of a budget that nobody else can take. It counts as spent, whatever becomes of its job, unless `give_back` is called in time."""

    database: Database
    id: int

    def begin(self) -> None:
        """From here on something may be read off the rows: there is no way back."""
        self._move("reserved", "spent")

    def give_back(self) -> None:
        """Nothing was read off the rows. Does nothing after `begin`."""
        self._move("reserved", "returned")

    def record(self, connection: Connection, model: str, dataset: str) -> None:
        """Say what was released, in the transaction that publishes it."""
        connection.execute(table.update().where(table.c.id == self.id).values(model=model, dataset=dataset))

    def _move(self, old: str, new: str) -> None:
        with self.database.write() as connection:
            connection.execute(table.update().where(table.c.id == self.id, table.c.state == old).values(state=new))


class Ledger:
    """``ledger["people"]`` is the `PrivacyAccount` of a dataset (by reference or content hash); iteration gives all accounts."""

    def __init__(self, database: Database, settings: Settings, hash_of: Callable[[str], tuple[str, str]]) -> None:
        self._database = database
        self._settings = settings
        self._hash_of = hash_of

    def __getitem__(self, dataset: str) -> PrivacyAccount:
        """Raises `NotFound`."""
        return self.account(*self._find(dataset))

    def account(self, content_hash: str, label: str = "") -> PrivacyAccount:
        """The account of the data with this content; an empty one where nothing was spent."""
        with self._database.read() as connection:
            return self._account(connection, content_hash, label)

    def list(self) -> list[PrivacyAccount]:
        """Every account with an entry or a budget of its own, the one used last first."""
        used = select(table.c.content_hash, table.c.label, table.c.created).order_by(table.c.created.desc())
        own = select(privacy_budgets.c.content_hash, privacy_budgets.c.label).order_by(privacy_budgets.c.created.desc())
        labels: dict[str, str] = {}
        with self._database.read() as connection:
            for row in (*connection.execute(used), *connection.execute(own)):
                labels.setdefault(row.content_hash, row.label)
            return [self._account(connection, content_hash, label) for content_hash, label in labels.items()]

    def __iter__(self) -> Iterator[PrivacyAccount]:
        return iter(self.list())

    def entries(self, dataset: str | None = None) -> Sequence[LedgerEntry]:
        """What was spent, newest first; of one dataset or of all. Raises `NotFound`."""
        query = table.select().order_by(table.c.id.desc())
        if dataset is not None:
            query = query.where(table.c.content_hash == self._find(dataset)[0])
        with self._database.read() as connection:
            return [LedgerEntry.model_validate(row._asdict()) for row in connection.execute(query)]

    def set_budget(self, dataset: str, epsilon: float) -> PrivacyAccount:
        """Let `dataset` spend `epsilon` in all; less than what is spent already forbids further releases.

        Raises `NotFound`, or `InvalidInput` for a negative or infinite ε.
        """
        if not 0 <= epsilon < math.inf:
            raise InvalidInput(f"must be 0 or more and finite, got {epsilon}", field="epsilon")
        content_hash, label = self._find(dataset)
        values = {"label": label, "epsilon": float(epsilon), "created": now()}
        query = insert(privacy_budgets).values(content_hash=content_hash, **values)
        with self._database.write() as connection:
            connection.execute(query.on_conflict_do_update(index_elements=["content_hash"], set_=values))
        return self.account(content_hash, label)

    @contextmanager
    def reserved(
        self, content_hash: str, label: str, epsilon: float, delta: float, job_id: str, principal: Principal
    ) -> Iterator[Reservation]:
        """Hold what a release of (`epsilon`, `delta`) costs; given back when the block fails before `Reservation.begin`.

        Raises `BudgetExceeded` with what is spent, left and asked for.
        """
        reservation = self._reserve(content_hash, label, epsilon, delta, job_id, principal)
        try:
            yield reservation
        except BaseException:
            reservation.give_back()
            raise

    def _reserve(self, content_hash: str, label: str, epsilon: float, delta: float, job_id: str, principal: Principal) -> Reservation:
        from ..synth.tabular.private.accounting import Budget

        asked = Budget(epsilon, delta)
        row = {"content_hash": content_hash, "label": label, "state": "reserved", "epsilon": epsilon, "delta": delta, "rho": asked.rho}
        row |= {"delta_levels": asked.delta_levels, "job_id": job_id, "principal": principal.model_dump(), "created": now()}
        # The write lock is taken before the sum is read: two jobs cannot both find room for the last of a budget.
        with self._database.write() as connection:
            held = self._sum(connection, content_hash)
            allowed = self._allowed_rho(held, asked.delta_levels)
            if held.rho + asked.rho > allowed * (1.0 + 1e-9):
                raise self._exceeded(held, asked.delta_levels, label, epsilon, delta)
            added = connection.execute(table.insert().values(**row).returning(table.c.id)).scalar_one()
        return Reservation(self._database, int(added))

    def _exceeded(self, held: _Sum, delta_levels: float, label: str, epsilon: float, delta: float) -> BudgetExceeded:
        spent, left = self._spent(held), self._left(held, delta, delta_levels)
        message = (
            f"the privacy budget of '{label}' is ε = {held.budget:g}: {_up(spent)} is spent, at most {_down(left):g} is left, "
            f"and {epsilon:g} was asked for (δ = {delta:g})"
        )
        hint = (
            f"ask for epsilon={_down(left):g} or less, or draw more rows from a model that is already released"
            if left > 0
            else ("draw more rows from a model that is already released: that spends nothing")
        )
        return BudgetExceeded(message, field="epsilon", hint=hint)

    def _account(self, connection: Connection, content_hash: str, label: str) -> PrivacyAccount:
        from ..synth.tabular.private.accounting import delta_of_levels

        held = self._sum(connection, content_hash)
        delta = self._settings.privacy_budget_delta
        spent = self._spent(held)
        return PrivacyAccount(
            content_hash=content_hash,
            label=label,
            budget=held.budget,
            delta=delta,
            spent=spent if math.isfinite(spent) else None,
            left=_down(self._left(held, delta, delta_of_levels(delta))),
            releases=held.releases,
        )

    def _sum(self, connection: Connection, content_hash: str) -> _Sum:
        query = select(func.sum(table.c.rho), func.sum(table.c.delta_levels), func.count())
        rho, levels, releases = connection.execute(query.where(table.c.content_hash == content_hash, table.c.state.in_(_COUNTED))).one()
        own = connection.execute(select(privacy_budgets.c.epsilon).where(privacy_budgets.c.content_hash == content_hash)).scalar()
        return _Sum(rho or 0.0, levels or 0.0, releases, self._settings.privacy_budget_epsilon if own is None else own)

    def _spent(self, held: _Sum) -> float:
        from ..synth.tabular.private.accounting import epsilon_of

        if held.releases == 0:
            return 0.0
        free = self._settings.privacy_budget_delta - held.delta_levels
        return epsilon_of(held.rho, free) if free > 0 else math.inf

    def _allowed_rho(self, held: _Sum, delta_levels: float) -> float:
        """ρ that the budget allows in all, when one more release takes `delta_levels` of δ."""
        from ..synth.tabular.private.accounting import rho_of

        free = self._settings.privacy_budget_delta - held.delta_levels - delta_levels
        return rho_of(held.budget, free) if free > 0 and held.budget > 0 else 0.0

    def _left(self, held: _Sum, delta: float, delta_levels: float) -> float:
        from ..synth.tabular.private.accounting import epsilon_of

        return epsilon_of(max(self._allowed_rho(held, delta_levels) - held.rho, 0.0), delta - delta_levels)

    def _find(self, dataset: str) -> tuple[str, str]:
        """Content hash and label."""
        known = select(table.c.label).where(table.c.content_hash == dataset).order_by(table.c.id.desc()).limit(1)
        with self._database.read() as connection:
            label = connection.execute(known).scalar()
        return (dataset, label) if label is not None else self._hash_of(dataset)


@dataclass(frozen=True)
class _Sum:
    """What counts against one budget."""

    rho: float
    delta_levels: float
    releases: int
    budget: float


def _down(value: float) -> float:
    """`value` with four significant digits, never more than it is: what is told to be left must be there."""
    if value <= 0:
        return 0.0
    scale = 10.0 ** (_DIGITS - 1 - math.floor(math.log10(value)))
    return math.floor(value * scale * (1.0 + 1e-9)) / scale


def _up(value: float) -> Any:
    return f"{value:.4g}" if math.isfinite(value) else "all of it"
