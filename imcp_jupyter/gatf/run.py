"""Run all checks on a synthetic table and make the report document."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from .._version import __version__
from ..data.table import Table
from ..models.validation import ReportDocument, SubjectInfo
from . import compliance, fairness, grounding, privacy, quality, security, utility
from .comparison import Comparison, Progress
from .compliance import controls_of
from .distributions import distributions
from .facts import Facts
from .measure import Judged, Measure, judge
from .pictures import distance_plot, pair_map
from .profile import Profile, find_profile
from .trust import Trust, trust_of

DIMENSION_PACKAGES = (quality, utility, privacy, security, fairness, compliance, grounding)
ALTERNATIVES = tuple({check, "dcr_quantile"} for check in privacy.WITH_HOLDOUT)  # with and without a holdout


def no_progress(share: float, message: str) -> None:
    """The progress callback of callers that do not care."""


def run_gatf(
    synthetic: Table,
    real: Table | None = None,
    holdout: Table | None = None,
    *,
    profile: str | Profile = "general",
    target: str | None = None,
    names: dict[str, str] | None = None,
    seed: int = 0,
    replicates: int = 200,
    facts: Facts | None = None,
    more: Sequence[Measure] = (),
    progress: Progress = no_progress,
) -> ReportDocument:
    """Judge `synthetic` against the `real` table it was made from and `holdout` rows its generator has not seen.

    `names` are display names for 'synthetic', 'real' and 'holdout', `facts` what is known besides the tables, `more` checks of what
    made them. Without `real` or `holdout` the checks that need them are skipped with their reason. Raises `NotFound` for an unknown
    profile or target, `InvalidInput` for tables that share no column.
    """
    started = time.perf_counter()
    chosen = find_profile(profile) if isinstance(profile, str) else profile
    measures = [*all_measures(), *more]
    chosen.refuse_unknown_checks(measure.id for measure in measures)
    progress(0.0, "reading the tables")
    comparison = Comparison(synthetic, real, holdout, target=target, seed=seed, replicates=replicates, facts=facts)
    judged = run_checks(measures, comparison, chosen, progress)
    trust = trust_of(judged, chosen, ALTERNATIVES)
    tables = {"synthetic": synthetic, "real": real, "holdout": holdout}
    document = ReportDocument(
        kind="gatf",
        created=datetime.now(UTC),
        profile=chosen.name,
        **subjects(tables, names),
        **verdict(trust, judged),
        controls=controls_of(chosen.base, [one.check for _, one in judged]),
        replicates=replicates,
        seed=seed,
        versions=versions(),
        distributions=distributions(comparison),
        pair_map=pair_map(comparison),
        distances=distance_plot(comparison),
        weights=chosen.weight_reasons(),
        thresholds=chosen.threshold_reasons(),
        seconds=round(time.perf_counter() - started, 3),
    )
    progress(1.0, "done")
    return document


def all_measures() -> list[Measure]:
    """Every check, dimension by dimension."""
    return [measure() for part in DIMENSION_PACKAGES for measure in part.MEASURES]


def run_checks(measures: Sequence[Measure], comparison: Comparison, profile: Profile, progress: Progress) -> list[tuple[Measure, Judged]]:
    """Run `measures` in order, reporting before each."""
    judged = []
    for position, measure in enumerate(measures):
        progress(0.02 + 0.96 * position / len(measures), measure.title)
        judged.append((measure, judge(measure, comparison, profile.limits(measure.id))))
    return judged


def verdict(trust: Trust, judged: Sequence[tuple[Measure, Judged]]) -> dict[str, Any]:
    """What a report says of its subject as a whole, and the checks behind it."""
    names = ("score", "interval", "level", "badge", "gates_failed", "dimensions")
    return {name: getattr(trust, name) for name in names} | {"checks": [one.check for _, one in judged]}


def subjects(tables: dict[str, Table | None], names: dict[str, str] | None) -> dict[str, SubjectInfo | None]:
    """What the report says of each table: its name, size and content hash."""
    named = names or {}
    return {
        role: SubjectInfo(name=named.get(role, role), rows=table.n_rows, columns=len(table.names), content_hash=table.content_hash)
        if table is not None
        else None
        for role, table in tables.items()
    }


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn", "pandas")}
    return {"imcp_jupyter": __version__, "python": platform.python_version()} | packages
