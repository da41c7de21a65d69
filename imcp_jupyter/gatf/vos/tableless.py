"""A report on what is no table: a model that nobody should load, an agent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from ...data.table import Table
from ...models.validation import ReportDocument, SubjectKind
from ..comparison import Comparison
from ..facts import Facts
from ..measure import Measure
from ..profile import Profile
from ..run import no_progress, run_checks, subjects, verdict, versions
from ..trust import trust_of


def report_on(
    rows: pd.DataFrame,
    kind: SubjectKind,
    name: str,
    measures: Sequence[Measure],
    profile: Profile,
    *,
    seed: int = 0,
    replicates: int = 200,
    facts: Facts | None = None,
) -> ReportDocument:
    """Judge a subject by `measures`; `rows`, at least one, are what they count: the calls of an agent, the file of a model."""
    started = time.perf_counter()
    table = Table.of(rows)
    comparison = Comparison(table, seed=seed, replicates=replicates, facts=facts)
    judged = run_checks(measures, comparison, profile, no_progress)
    trust = trust_of(judged, profile)
    return ReportDocument(
        kind="gatf",
        subject=kind,
        created=datetime.now(UTC),
        profile=profile.name,
        **subjects({"synthetic": table}, {"synthetic": name}),
        **verdict(trust, judged),
        replicates=replicates,
        seed=seed,
        seconds=round(time.perf_counter() - started, 3),
        versions=versions(),
    )
