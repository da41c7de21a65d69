"""What is done with each column of personal data before a table is learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from ....data.pii.detect import CONFIDENT, detect_pii
from ....data.pii.locale import locale_of
from ....data.table import Table
from ....errors import InvalidInput, NotFound, did_you_mean
from ....models.constraints import Constraint
from ....models.dataset import ColumnSchema, TableSchema
from ....models.pii import PII_KINDS, QUASI_KINDS, PiiFinding, PiiKind, PiiTreatment, Treatment
from . import pools

_ASKS = ("fake", "keep", "drop")
_WORD = re.compile(r"\w+")
_NO_FAKES = frozenset({"date_of_birth", "country", "bic"})  # an engine draws these like any other column
_RULES = frozenset({"unique", "format", "not_null"})  # constraints that fakes can keep; the others copy or compare real cells


def protect(table: Table, asks: Mapping[str, str] | None = None, locale: str | None = None) -> tuple[Table, list[PiiTreatment]]:
    """`table` with its columns of personal data marked for fakes or left out, and what was decided for each.

    `asks` by column: "fake", "keep", "drop" or a kind; the other columns are treated by what they hold: direct identifiers get fakes,
    quasi-identifiers are kept. `locale` of the fakes, told from the data when left out. Raises `NotFound` for an unknown column or
    locale, `InvalidInput` for an unknown treatment, for a kind without fakes, and where nothing would be left.
    """
    asks = _checked(asks or {}, table.names)
    if locale is not None and locale not in pools.known_locales():
        hints = [did_you_mean(locale, pools.known_locales()), None if pools.faker_version() else f"{pools.INSTALL} brings more"]
        hint = "; ".join(hint for hint in hints if hint) or None
        raise NotFound(f"there are no words of the locale '{locale}'", field="locale", hint=hint)
    findings = {finding.column: finding for finding in detect_pii(table.frame)}
    decisions = [decision for name in table.names if (decision := _decide(table.schema[name], findings.get(name), asks.get(name)))]
    faked = {decision.column: decision.kind for decision in decisions if decision.treatment == "fake"}
    dropped = {decision.column for decision in decisions if decision.treatment == "drop"}
    if len(dropped) == len(table.names):
        raise InvalidInput("pii drops every column", field="pii", hint="keep or fake at least one")
    if not faked and not dropped:
        return table, decisions
    used = locale or locale_of({f"{kind}#{name}": table.frame[name] for name, kind in faked.items()})
    schema = [_marked(table, name, faked.get(name), used) for name in table.names if name not in dropped]
    frame = pd.DataFrame(
        {column.name: _plain(table.frame[column.name]) if column.pii else table.frame[column.name] for column in schema}, copy=False
    )
    done = [decision.model_copy(update={"locale": used}) if decision.treatment == "fake" else decision for decision in decisions]
    return Table(frame, TableSchema(columns=schema)), done


def refuse_rules(constraints: list[Constraint], treatments: list[PiiTreatment]) -> None:
    """Raises `InvalidInput` naming ``constraints[i]`` for a rule that would bring real cells of a faked column back."""
    faked = {treatment.column for treatment in treatments if treatment.treatment == "fake"}
    for index, constraint in enumerate(constraints):
        if constraint.kind in _RULES:
            continue
        named = sorted(faked & _names_in(constraint.model_dump()))
        if named:
            raise InvalidInput(
                f"{constraint.kind} speaks of '{named[0]}', which gets fakes",
                field=f"constraints[{index}]",
                hint=f"leave the rule out, or give pii={{'{named[0]}': 'keep'}}; fakes keep unique, format and not_null",
            )


def _checked(asks: Mapping[str, str], names: list[str]) -> Mapping[str, str]:
    for column, ask in asks.items():
        if column not in names:
            raise NotFound(f"there is no column '{column}'", field="pii", hint=did_you_mean(column, names))
        if ask not in _ASKS and ask not in PII_KINDS:
            raise InvalidInput(
                f"'{ask}' is no treatment of personal data",
                field=f"pii.{column}",
                hint=did_you_mean(ask, [*_ASKS, *PII_KINDS]) or "fake, keep, drop, or a kind: " + ", ".join(PII_KINDS),
            )
    return asks


def _decide(schema: ColumnSchema, finding: PiiFinding | None, ask: str | None) -> PiiTreatment | None:
    named = ask if ask in PII_KINDS else schema.pii
    kind = named or (finding.kind if finding is not None else "other" if ask == "fake" else None)
    if kind is None:
        if ask != "drop":
            return None
        kind = "other"
    direct = kind not in QUASI_KINDS
    if ask in _ASKS:
        treatment = cast(Treatment, ask)
    else:
        sure = named is not None or (finding is not None and finding.confidence >= CONFIDENT)
        treatment = "fake" if direct and sure else "keep"
    if treatment == "fake" and kind in _NO_FAKES:
        raise InvalidInput(
            f"there are no fakes for the kind '{kind}'", field=f"pii.{schema.name}", hint="keep it, which draws new values, or drop it"
        )
    found = finding is not None and finding.kind == kind
    return PiiTreatment(
        column=schema.name,
        kind=cast(PiiKind, kind),
        treatment=treatment,
        direct=direct,
        automatic=ask is None and schema.pii is None,
        share=finding.share if finding is not None and found else None,
        confidence=finding.confidence if finding is not None and found else None,
    )


def _marked(table: Table, name: str, kind: str | None, locale: str) -> ColumnSchema:
    """The schema of a column; a faked one is an id where its values are unique, else text: never a level or a number to learn."""
    schema = table.schema[name]
    if kind is None:
        return schema.model_copy(update={"pii": None})
    series = table.frame[name]
    present = series.dropna()
    unique = len(present) > 1 and bool(present.is_unique)
    return ColumnSchema(
        name=name,
        kind="id" if unique else "text",
        dtype=str(_plain(series.iloc[:1]).dtype),
        missing=schema.missing,
        decimals=None,
        pii=cast(PiiKind, kind),
        pii_locale=locale,
    )


def _plain(series: pd.Series) -> pd.Series:
    """A pandas categorical cannot hold new values, and lists the real ones in its type."""
    return series.astype(series.cat.categories.dtype) if isinstance(series.dtype, pd.CategoricalDtype) else series


def _names_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value, *_WORD.findall(value)}  # an expression names columns, too
    if isinstance(value, Mapping):
        return set().union(*(_names_in(part) for part in value.values())) if value else set()
    if isinstance(value, (list, tuple)):
        return set().union(*(_names_in(part) for part in value)) if value else set()
    return set()
