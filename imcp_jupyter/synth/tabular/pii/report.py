"""Treat a table's personal data and tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import pools
from .fit import needs_words
from .treatment import protect, refuse_rules

if TYPE_CHECKING:
    from ....data.table import Table
    from ....models.pii import PiiTreatment


def word_versions() -> dict[str, str]:
    """The version of Faker, where there is one: other versions may have other names."""
    found = pools.faker_version()
    return {} if found is None else {"faker": found}


def protected(
    table: Table, asks: Mapping[str, str] | None, locale: str | None, constraints: list[Any], log: Callable[[str], None]
) -> tuple[Table, list[PiiTreatment]]:
    """`protect`, with constraints that fakes cannot keep refused, and a line in the log. Raises as these do."""
    table, treatments = protect(table, asks, locale)
    refuse_rules(constraints, treatments)
    if treatments:
        log("personal data: " + ", ".join(f"{one.column} ({one.kind}) {one.treatment}" for one in treatments))
    if needs_words({one.kind for one in treatments if one.treatment == "fake"}):
        log(f"fakes are made of the short bundled lists of names and streets; {pools.INSTALL} brings longer ones")
    return table, treatments
