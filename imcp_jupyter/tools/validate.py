"""Judge synthetic data: a quick comparison, and the whole GATF."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..config import Settings
from ..models.validation import ReportDocument
from ..workspace.context import JobContext
from .facts import GatfParams
from .judging import judged, sources_of
from .profiles import profile_files
from .tool import Annotations, DataRef, Link, Params, Result, Tool


class CheckLine(BaseModel):
    id: str
    dimension: str
    verdict: str
    value: float | None
    score: float | None
    explanation: str


class ReportResult(Result):
    report: str = Field(description="id of the stored report")
    score: float
    interval: tuple[float, float]
    level: str
    badge: str
    gates_failed: list[str]
    dimensions: dict[str, float | None]
    checks: list[CheckLine]


class ValidateParams(Params):
    synthetic: DataRef = Field(description="the data to judge")
    real: DataRef = Field(description="the real data it should resemble")
    seed: int = Field(0, ge=0, description="seed of the bootstrap")


class ValidateData(Tool[ValidateParams, ReportResult]):
    name = "validate_data"
    title = "Validate data"
    description = (
        "Compare synthetic with real data: validity, column shapes and all column pairs (SDMetrics' definitions), "
        "with an interval. Score 0 to 1."
    )
    verb = "validate"
    example = "adult_synthetic --real demo:adult"
    icon = "validate"
    annotations = Annotations(idempotent=True)
    cacheable = True

    def run(self, params: ValidateParams, context: JobContext) -> ReportResult:
        from ..gatf.validate import validate_data

        real = context.source(params.real, "real")
        synthetic = context.source(params.synthetic, "synthetic")
        document = validate_data(
            synthetic.table(),
            real.table(),
            names={"synthetic": synthetic.title, "real": real.title},
            seed=context.seed,
            replicates=context.workspace.settings.bootstrap_replicates,
            progress=context.part(0.05, 0.98),
        )
        return report_result(context.stage_report(document), f"{document.score:.3f} of 1")


class RunGatfValidation(Tool[GatfParams, ReportResult]):
    name = "run_gatf_validation"
    title = "Run GATF validation"
    description = (
        "Judge quality, utility, privacy, security, fairness, compliance and grounding with evidence: a trust score 0 to 100 "
        "with interval, level and badge."
    )
    verb = "gatf"
    example = "adult_synthetic --real demo:adult --holdout demo:adult-holdout"
    icon = "validate"
    annotations = Annotations(idempotent=True)
    cacheable = True

    def files(self, params: GatfParams, settings: Settings) -> list[bytes]:
        return profile_files(params.profile, settings)

    def run(self, params: GatfParams, context: JobContext) -> ReportResult:
        sources = sources_of(params, context)
        tables = {role: source.table() for role, source in sources.items()}
        return trust_result(judged(params, context, sources, tables, (0.05, 0.98), context.seed))


def trust_result(document: ReportDocument) -> ReportResult:
    return report_result(document, f"{document.score:.1f} of 100, level {document.level}, badge {document.badge}")


def report_result(document: ReportDocument, verdict: str) -> ReportResult:
    failed = [check for check in document.checks if check.verdict == "fail"]
    worst = f" Failed: {', '.join(check.title for check in failed)}." if failed else " No check failed."
    report_id = str(document.id)
    return ReportResult(
        summary=f"{document.synthetic.name} scores {verdict} [{document.interval[0]:.4g}, {document.interval[1]:.4g}].{worst}",
        report=report_id,
        score=document.score,
        interval=document.interval,
        level=document.level,
        badge=document.badge,
        gates_failed=document.gates_failed,
        dimensions={dimension.name: dimension.score for dimension in document.dimensions},
        checks=[CheckLine.model_validate(check, from_attributes=True) for check in document.checks],
        links=[Link(uri=f"imcp://reports/{report_id}", name=report_id, title=f"{document.kind} report of {document.synthetic.name}")],
    )
