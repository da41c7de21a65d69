"""Binned shares of each column, real beside synthetic, for plots."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .comparison import Comparison, Encoded, Field

Floats = npt.NDArray[np.float64]

TOP_LEVELS = 12
BINS = 20
TRIMMED = 0.005  # of real's rows lie beyond each open end, so that no plot shows who has the largest income
RARE = 5  # categories of real with fewer rows are folded into "other"
OTHER, MISSING = "(all other)", "(missing)"  # bracketed: a level may be called "other"
_NANOSECONDS_PER_DAY = 86_400 * 10**9


def distributions(comparison: Comparison) -> list[dict[str, Any]]:
    """Per column ``{"column", "kind", "bins": [labels], "real": [shares] or None, "synthetic": [shares]}``."""
    found = []
    for field in comparison.modelled:
        labels, shares = _numeric(field, comparison) if field.is_numeric else _discrete(field, comparison)
        found.append(
            {"column": field.name, "kind": field.kind, "bins": labels, "real": shares.get("real"), "synthetic": shares["synthetic"]}
        )
    return found


def _tables(comparison: Comparison) -> dict[str, Encoded]:
    base = {"real": comparison.real} if comparison.has_real else {}
    return base | {"synthetic": comparison.synthetic}


def _discrete(field: Field, comparison: Comparison) -> tuple[list[str], dict[str, list[float]]]:
    tables = _tables(comparison)
    counts = {role: np.bincount(table[field.name] + 1, minlength=field.n_levels + 1).astype(float) for role, table in tables.items()}
    first = counts["real" if comparison.has_real else "synthetic"][1:]
    named = first[: field.n_real]
    shown = [level for level in np.argsort(-named, kind="stable")[:TOP_LEVELS] if named[level] >= RARE or len(named) <= 2]
    names = comparison.level_names(field.name)
    labels = [str(names[level]) for level in shown]
    columns = {role: [count[1 + level] for level in shown] for role, count in counts.items()}
    rest = {role: count[1:].sum() - sum(columns[role]) for role, count in counts.items()}
    for label, extra in ((OTHER, rest), (MISSING, {role: count[0] for role, count in counts.items()})):
        if any(extra.values()):
            labels.append(label)
            for role, amount in extra.items():
                columns[role].append(amount)
    return labels, {role: _rounded(column, tables[role].n_rows) for role, column in columns.items()}


def _numeric(field: Field, comparison: Comparison) -> tuple[list[str], dict[str, list[float]]]:
    tables = _tables(comparison)
    base = tables["real" if comparison.has_real else "synthetic"]
    known = base[field.name][~base.missing(field.name)]
    edges = _round_edges(known, field)
    labels = _labels(edges, field)
    columns = {
        role: np.bincount(np.searchsorted(edges, table[field.name], side="right"), minlength=len(edges) + 1)
        for role, table in tables.items()
    }
    missing = {role: int(table.missing(field.name).sum()) for role, table in tables.items()}
    for role, amount in missing.items():
        columns[role][-1] -= amount  # NaN sorts last
    # The open ends are drawn only where there is something in them.
    first = 0 if any(column[0] for column in columns.values()) else 1
    last = len(labels) if any(column[-1] for column in columns.values()) else len(labels) - 1
    labels = labels[first:last]
    shares = {role: [float(count) for count in column[first:last]] for role, column in columns.items()}
    if any(missing.values()):
        labels.append(MISSING)
        for role, amount in missing.items():
            shares[role].append(float(amount))
    return labels, {role: _rounded(column, tables[role].n_rows) for role, column in shares.items()}


def _round_edges(known: Floats, field: Field) -> Floats:
    """At most `BINS` - 1 edges at round steps over the middle of the values; the two outer bins are open."""
    if not len(known):
        return np.array([0.0])
    low, high = (float(edge) for edge in np.quantile(known, [TRIMMED, 1 - TRIMMED]))
    if low == high:
        low, high = float(known.min()), float(known.max())
    step = _round_step((high - low) / (BINS - 2), field)
    first = math.ceil(low / step)
    return step * np.arange(first, max(first + 1, math.floor(high / step) + 1), dtype=np.float64)


def _round_step(least: float, field: Field) -> float:
    if field.kind == "datetime":
        days = max(least / _NANOSECONDS_PER_DAY, 1e-9)
        whole = next((length for length in (1, 7, 30, 91, 365) if days <= length), math.ceil(days / 365) * 365)
        return float(whole * _NANOSECONDS_PER_DAY)
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * (1 - 1e-9))
    return max(step, 1.0) if field.kind == "integer" else step


def _labels(edges: Floats, field: Field) -> list[str]:
    shown = [_shown(edge, field) for edge in edges]
    inner = [f"{low} – {high}" for low, high in pairwise(shown)]
    if field.kind == "integer":
        inner = [_shown(low, field) + (f" – {_shown(high - 1, field)}" if high - low > 1 else "") for low, high in pairwise(edges)]
    return [f"< {shown[0]}", *inner, f"≥ {shown[-1]}"]


def _shown(edge: float, field: Field) -> str:
    if field.kind == "datetime":
        return str(np.datetime64(int(edge // _NANOSECONDS_PER_DAY), "D"))
    return f"{edge:,.0f}" if float(edge).is_integer() and abs(edge) < 1e15 else f"{edge:.6g}"


def _rounded(counts: list[float], n_rows: int) -> list[float]:
    return [round(float(count) / n_rows, 6) for count in counts]
