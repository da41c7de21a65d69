"""Run a suite of validations and hold their scores against a baseline."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ..errors import ImcpError, InvalidInput
from ..models.dataset import Reference
from ..models.suite import Baseline, CaseOutcome, MetricLine
from ..models.validation import ReportDocument
from ..workspace.baselines import store_baseline
from ..workspace.context import JobContext
from .facts import GatfParams
from .judging import ROLES, judged, sources_of
from .tool import Link, Params, Result, Tool

Scores = dict[str, float]


class SuiteCase(GatfParams):
    """One validation of a suite: the parameters of ``run_gatf_validation``, and what is expected of it."""

    name: str = Field(min_length=1, max_length=200, description="unique in the suite")
    metrics: list[str] = Field(default_factory=list, description="'trust', dimensions or check ids; trust and all dimensions when left out")
    minimum: dict[str, float] = Field(default_factory=dict, description="least score by metric, 0 to 100")
    tolerance: float | None = Field(None, ge=0, description="points that a score may fall below its baseline; the suite's when left out")


class Suite(Params):
    suite: str = Field(min_length=1, max_length=200, description="name that the baseline is kept under")
    tolerance: float = Field(2.0, ge=0, description="points that a score may fall below its baseline")
    cases: list[SuiteCase] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> Suite:
        names = [case.name for case in self.cases]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"two cases are called '{twice[0]}'")
        return self


def _read_suite(value: Any) -> Any:
    """A suite as it is, or from a YAML file; paths in a file are taken from its folder."""
    if not isinstance(value, (str, Path)):
        return value
    path = Path(value).expanduser()
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise InvalidInput(f"'{value}' is no suite: a .yaml or .json file, or an object", field="suite")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"'{value}' cannot be read: {error.strerror}", field="suite") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"'{value}' is not YAML: {error}", field="suite") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"'{value}' holds no suite: it must be an object with cases", field="suite")
    cases = [_beside(case, path.parent) for case in found.get("cases") or ()]
    return {"suite": path.stem} | found | {"cases": cases}


def _beside(case: Any, folder: Path) -> Any:
    if not isinstance(case, dict):
        return case
    found = dict(case)
    for role in ROLES:
        given = found.get(role)
        if isinstance(given, str) and Reference.parse(given, role).kind == "path" and not Path(given).expanduser().is_absolute():
            found[role] = str(folder / given)
    return found


class SubmitParams(Params):
    suite: Annotated[
        Suite,
        BeforeValidator(_read_suite),
        WithJsonSchema({"anyOf": [{"type": "string", "description": "path of a YAML file"}, {"type": "object"}]}),
    ] = Field(description="cases with their data, metrics and minima: a YAML file, or an object (docs/gatf.md)")
    baseline: dict[str, dict[str, float]] | None = Field(
        None, description="earlier scores by case and metric; those that the workspace keeps under the suite's name when left out"
    )
    update_baseline: bool = Field(False, description="keep the scores of this run as the new baseline, whatever they are")


class SubmitResult(Result):
    suite: str
    passed: bool
    cases: list[CaseOutcome]
    metrics: list[MetricLine]
    scores: dict[str, dict[str, float]] = Field(description="of this run, by case and metric: the baseline of later ones")
    baseline: str = Field(description="'given', 'stored', 'extended' by cases it did not have, or 'compared'")
    junit: str = Field(description="the outcome as JUnit XML")


class GatfSubmit(Tool[SubmitParams, SubmitResult]):
    name = "gatf_submit"
    title = "Submit a regression suite"
    description = (
        "Run a suite of GATF validations and hold every score against its minimum and against a stored baseline: what fell, by how much, "
        "and JUnit XML for continuous integration. The first run stores the baseline."
    )
    verb = "gatf submit"
    example = "suite.yaml"
    icon = "validate"

    def run(self, params: SubmitParams, context: JobContext) -> SubmitResult:
        from ..gatf.vos.junit import suite_junit
        from ..gatf.vos.regression import held_against, metrics_of, scores_of

        suite = params.suite
        stored = None if params.baseline is not None else context.workspace.baselines.find(suite.suite)
        earlier = params.baseline if params.baseline is not None else stored.scores if stored is not None else {}
        outcomes: list[CaseOutcome] = []
        lines: list[MetricLine] = []
        scores: dict[str, Scores] = {}
        for position, case in enumerate(suite.cases):
            share = (position / len(suite.cases), (position + 1) / len(suite.cases))
            started = time.perf_counter()
            try:
                document = _judged(case, context, share)
            except ImcpError as error:
                outcomes.append(CaseOutcome(case=case.name, passed=False, error=str(error), seconds=time.perf_counter() - started))
                continue
            found = scores_of(document)
            for metric in [*case.metrics, *case.minimum]:
                if metric not in found:
                    raise InvalidInput(f"'{metric}' is neither trust nor a dimension nor a check", field=f"suite.cases.{case.name}.metrics")
            tolerance = suite.tolerance if case.tolerance is None else case.tolerance
            watched = case.metrics or metrics_of(document)
            held = held_against(case.name, found, watched, earlier.get(case.name, {}), case.minimum, tolerance)
            scores[case.name] = {line.metric: line.value for line in held if line.value is not None}
            gates = document.gates_failed
            passed = not gates and all(line.verdict != "fail" for line in held)
            outcomes.append(
                CaseOutcome(case=case.name, passed=passed, report=document.id, gates_failed=gates, seconds=round(document.seconds, 3))
            )
            lines += held
        kept, told = self._baseline(params, stored, scores)
        if kept is not None:
            context.publish_with(partial(store_baseline, kept))
        failed = [outcome.case for outcome in outcomes if not outcome.passed]
        return SubmitResult(
            summary=f"{suite.suite}: {len(outcomes) - len(failed)} of {len(outcomes)} cases passed; baseline {told}."
            + (f" Failed: {', '.join(failed[:5])}." if failed else ""),
            suite=suite.suite,
            passed=not failed,
            cases=outcomes,
            metrics=lines,
            scores=scores,
            baseline=told,
            junit=suite_junit(suite.suite, outcomes, lines),
            links=[
                Link(uri=f"imcp://reports/{one.report}", name=one.report, title=f"report of {one.case}") for one in outcomes if one.report
            ],
        )

    def _baseline(self, params: SubmitParams, stored: Baseline | None, scores: dict[str, Scores]) -> tuple[Baseline | None, str]:
        """What to keep from now on, and a word for it. Known scores stay unless the caller says otherwise; new metrics join them."""
        name, moment = params.suite.suite, datetime.now(UTC)
        if params.baseline is not None and not params.update_baseline:
            return None, "given"
        if stored is None or params.update_baseline:
            return Baseline(suite=name, scores=(stored.scores if stored else {}) | scores, updated=moment), "stored"
        joined = {case: scores.get(case, {}) | stored.scores.get(case, {}) for case in {**stored.scores, **scores}}
        if joined == stored.scores:
            return None, "compared"
        return Baseline(suite=name, scores=joined, updated=moment), "extended"


def _judged(case: SuiteCase, context: JobContext, share: tuple[float, float]) -> ReportDocument:
    sources = sources_of(case, context)
    context.inputs.update({f"{case.name}.{role}": source.content_hash for role, source in sources.items()})
    return judged(case, context, sources, {role: source.table() for role, source in sources.items()}, share, case.seed)
