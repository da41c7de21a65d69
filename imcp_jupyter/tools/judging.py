"""One run of GATF for the tools that judge a dataset: what a call names, made into a stored report."""

from __future__ import annotations

from collections.abc import Mapping

from ..data.table import Table
from ..models.validation import ReportDocument
from ..workspace.context import JobContext
from ..workspace.sources import Source
from .facts import GatfParams, facts_of
from .profiles import profile_of

ROLES = ("synthetic", "real", "holdout")


def sources_of(params: GatfParams, context: JobContext) -> dict[str, Source]:
    """What the call names, by role."""
    return {role: context.source(reference, role) for role in ROLES if (reference := getattr(params, role)) is not None}


def judged(
    params: GatfParams,
    context: JobContext,
    sources: Mapping[str, Source],
    tables: Mapping[str, Table],
    share: tuple[float, float],
    seed: int,
) -> ReportDocument:
    """The report on `tables`, which stand for `sources`; it is kept when the job succeeds. `share` is the part of the job that it takes."""
    from ..gatf.run import run_gatf

    document = run_gatf(
        tables["synthetic"],
        tables.get("real"),
        tables.get("holdout"),
        profile=profile_of(params.profile, context),
        target=params.target,
        names={role: source.title for role, source in sources.items()},
        seed=seed,
        replicates=context.workspace.settings.bootstrap_replicates,
        facts=facts_of(params, sources["synthetic"]),
        progress=context.part(*share),
    )
    return context.stage_report(document)
