"""The quick validation: is the table valid, and how alike is it by SDMetrics' numbers?"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from ..data.table import Table
from ..models.validation import ReportDocument
from .comparison import Comparison, Progress
from .distributions import distributions
from .pictures import pair_map
from .profile import find_profile
from .quality import ColumnPairs, ColumnShapes, DataStructure, DataValidity, Missingness, QualityScore, Structure, Validity
from .run import no_progress, run_checks, subjects, versions
from .trust import level_of, trust_of

MEASURES = (Structure, Validity, Missingness, ColumnShapes, ColumnPairs, QualityScore, DataValidity, DataStructure)


def validate_data(
    synthetic: Table,
    real: Table | None,
    *,
    names: dict[str, str] | None = None,
    seed: int = 0,
    replicates: int = 200,
    progress: Progress = no_progress,
) -> ReportDocument:
    """Validity checks, column shapes and column pair trends; the score (0 to 1) is SDMetrics' overall quality on all rows.

    Without `real` only keys can be judged and the score is 0. Raises `InvalidInput` for tables that share no column.
    """
    started = time.perf_counter()
    profile = find_profile("general")
    progress(0.0, "reading the tables")
    comparison = Comparison(synthetic, real, seed=seed, replicates=replicates)
    judged = run_checks([measure() for measure in MEASURES], comparison, profile, progress)
    overall = next(one.check for _, one in judged if one.check.id == QualityScore.id)
    score = overall.value or 0.0
    document = ReportDocument(
        kind="validation",
        created=datetime.now(UTC),
        profile=profile.name,
        **subjects({"synthetic": synthetic, "real": real}, names),
        score=score,
        interval=overall.interval or (0.0, 0.0),
        level=level_of(100 * score),
        badge="none",  # badges are for trust, which this does not measure
        dimensions=trust_of(judged, profile).dimensions,
        checks=[one.check for _, one in judged],
        replicates=replicates,
        seed=seed,
        versions=versions(),
        distributions=distributions(comparison),
        pair_map=pair_map(comparison),
        thresholds=profile.threshold_reasons(),
        seconds=round(time.perf_counter() - started, 3),
    )
    progress(1.0, "done")
    return document
