"""Judge what is no dataset yet, or none at all: a stored model, a way to generate, an agent."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pydantic import Field

from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.validation import ReportDocument
from ..workspace.context import JobContext
from .profiles import profile_of
from .tool import Annotations, DataRef, Params, Tool
from .validate import ReportResult, trust_result

if TYPE_CHECKING:
    import pandas as pd

    from ..data.table import Table
    from ..gatf.comparison import Progress
    from ..gatf.measure import Measure
    from ..synth.tabular.engine import TabularModel

MOST_DRAWN = 20_000  # rows that are drawn of a model when the caller names no number


class SubjectParams(Params):
    subject: str = Field(
        min_length=1,
        description="what to judge: model:ID of a stored model, generator:ENGINE, agent:NAME as jobs record it, or a dataset reference",
        json_schema_extra={"examples": ["model:cart-1f6c0e5a9d2b", "generator:cart", "agent:jupyter-token", "adult_synthetic"]},
    )
    real: DataRef | None = Field(
        None, description="the real data; needed for a generator. Of a model, the dataset it was fitted on where the workspace has it"
    )
    holdout: DataRef | None = Field(None, description="real data that the model never saw; a generator is judged with its own halves")
    profile: str = Field("general", description="which dimensions count and how much; agents have a profile of their own")
    target: str | None = Field(None, description="column to predict in the utility checks; picked when left out")
    rows: int | None = Field(
        None, ge=20, description=f"rows to draw of a model; as many as real has, at most {MOST_DRAWN:,}, when left out"
    )
    repeats: int = Field(3, ge=1, le=50, description="runs of a generator, each with other halves of the real data and another seed")
    task_tools: list[str] | None = Field(None, description="names of the tools that an agent's task needs; others count as off task")
    seed: int = Field(0, ge=0, description="seed of draws, halves, resampling and classifiers")


class GatfValidate(Tool[SubjectParams, ReportResult]):
    name = "gatf_validate"
    title = "Judge a model, generator or agent"
    description = (
        "A GATF trust report on a stored model (its file, and rows drawn from it), on a generator (learned on halves of the real data, "
        "with mean and spread over repeated seeds), on an agent (by the trail of its calls) or on a dataset."
    )
    verb = "gatf validate"
    example = "generator:cart --real demo:adult --repeats 3"
    icon = "validate"
    annotations = Annotations(idempotent=True)

    def run(self, params: SubjectParams, context: JobContext) -> ReportResult:
        kind, colon, name = params.subject.partition(":")
        if colon and kind == "model":
            document = _model(name, params, context)
        elif colon and kind == "generator":
            document = _generator(name, params, context)
        elif colon and kind == "agent":
            document = _agent(name, params, context)
        elif colon and kind == "document":
            raise InvalidInput(
                "documents cannot be judged: no check looks at them", field="subject", hint="judge the table of their records"
            )
        else:
            document = _dataset(params, context)
        return trust_result(context.stage_report(document))


def _dataset(params: SubjectParams, context: JobContext) -> ReportDocument:
    source = context.source(params.subject, "subject")
    return _judged(
        params, context, source.table(), _table(params.real, "real", context), _table(params.holdout, "holdout", context), source.title
    )


def _model(model_id: str, params: SubjectParams, context: JobContext) -> ReportDocument:
    """Look at the file before it is loaded; a file with faults, or one that is refused, is judged by that alone."""
    import pandas as pd

    from ..data.table import Table
    from ..gatf.security.model_file import scan_model_file
    from ..gatf.vos.model_check import ModelFile
    from ..gatf.vos.tableless import report_on

    info = context.workspace.models[model_id]
    path = context.workspace.models.path(model_id)
    name = f"model {model_id}"
    faults = scan_model_file(path)
    model, refusal = (None, None) if faults else _loaded(info.engine, model_id, context)
    check = ModelFile(faults, refusal)
    if model is None:
        file = pd.DataFrame({"file": [path.name]})
        return report_on(file, "model", name, [check], profile_of(params.profile, context), seed=context.seed,
                         replicates=context.workspace.settings.bootstrap_replicates)  # fmt: skip
    real_reference = params.real or _source_of(info.dataset, context)
    real = _table(real_reference, "real", context)
    rows = params.rows or min(MOST_DRAWN, real.n_rows if real is not None else MOST_DRAWN)
    with closing(model):
        drawn = model.sample(rows, context.seed, context.part(0.05, 0.2))
    table = Table.of(drawn, model.schema, field="synthetic")
    document = _judged(params, context, table, real, _table(params.holdout, "holdout", context), name, check)
    return document.model_copy(update={"subject": "model"})


def _loaded(engine: str, model_id: str, context: JobContext) -> tuple[TabularModel | None, str | None]:
    """The model, or why its file is refused. Raises `MissingExtra` and the like, which say nothing of the file."""
    from ..synth.constraints.model import load_model
    from ..synth.relational.stored import holds_tables

    workspace = context.workspace
    path = workspace.models.path(model_id)
    try:
        if holds_tables(path):
            raise InvalidInput(
                "a model of several tables is judged by the datasets it draws", field="subject", hint="sample it, and judge each"
            )
        return load_model(engine, path, workspace.signer, workspace.settings), None
    except InvalidInput as error:
        if error.field != "model":
            raise
        return None, error.message


def _source_of(content_hash: str, context: JobContext) -> str | None:
    """The dataset of the workspace that a model was fitted on."""
    found = (info for info in context.workspace.datasets.list(all_versions=True, samples=True) if info.content_hash == content_hash)
    return next((info.reference for info in found), None)


def _generator(engine_name: str, params: SubjectParams, context: JobContext) -> ReportDocument:
    from ..gatf.vos.generator import judge_generator
    from ..synth.tabular.options import read_options
    from ..synth.tabular.pii.report import protected
    from ..synth.tabular.registry import find_engine, pick_engine

    if params.real is None:
        raise InvalidInput("a generator is judged by what it makes of a real table", field="real", hint="give real")
    if params.holdout is not None:
        raise InvalidInput("a generator is judged with the half of real that it did not learn", field="holdout", hint="leave holdout out")
    settings = context.workspace.settings
    source = context.source(params.real, "real")
    real = source.table()
    engine = (
        pick_engine(engine_name, real.n_rows // 2, len(real.names), settings)
        if engine_name == "auto"
        else find_engine(engine_name, settings)
    )
    if engine.private_only:
        raise InvalidInput(f"engine '{engine.name}' learns only under a privacy budget, which judging must not spend", field="subject",
                           hint="judge a dataset that it made")  # fmt: skip
    engine.require()

    def fit_and_draw(part: Table, rows: int, seed: int, progress: Progress) -> pd.DataFrame:
        """As ``generate_tabular`` does it without further parameters."""
        learned, _ = protected(part, None, None, [], context.log)
        engine.check(learned)
        ready = engine.with_options(read_options(engine.name, engine.options_type, None), seed)
        with closing(ready.fit(learned, progress)) as model:
            return model.sample(rows, seed)

    def judge(synthetic: Table, part: Table, rest: Table, seed: int, progress: Progress) -> ReportDocument:
        return _judged(params, context, synthetic, part, rest, f"generator {engine.name} on {source.title}", seed=seed, progress=progress)

    return judge_generator(fit_and_draw, judge, real, repeats=params.repeats, seed=context.seed, progress=context.part(0.02, 0.98))


def _agent(name: str, params: SubjectParams, context: JobContext) -> ReportDocument:
    from ..gatf.vos.agent import judge_agent
    from .registry import find_tool

    for tool in params.task_tools or ():
        find_tool(tool)
    # This very call is under way, so it says nothing yet.
    calls = [call for call in context.workspace.trail.of(name) if call.job_id != context.job_id]
    if not calls:
        known = list(context.workspace.trail.subjects())
        raise NotFound(f"nobody called '{name}' made a call", field="subject", hint=did_you_mean(name, known))
    replicates = context.workspace.settings.bootstrap_replicates
    return judge_agent(name, calls, params.task_tools, seed=context.seed, replicates=replicates)


def _judged(
    params: SubjectParams,
    context: JobContext,
    synthetic: Table,
    real: Table | None,
    holdout: Table | None,
    name: str,
    *more: Measure,
    seed: int | None = None,
    progress: Progress | None = None,
) -> ReportDocument:
    from ..gatf.run import run_gatf

    names = {
        role: context.source(reference, role).title for role in ("real", "holdout") if (reference := getattr(params, role)) is not None
    }
    return run_gatf(
        synthetic,
        real,
        holdout,
        profile=profile_of(params.profile, context),
        target=params.target,
        names=names | {"synthetic": name},
        seed=context.seed if seed is None else seed,
        replicates=context.workspace.settings.bootstrap_replicates,
        more=more,
        progress=context.part(0.2, 0.98) if progress is None else progress,
    )


def _table(reference: str | None, role: str, context: JobContext) -> Table | None:
    return None if reference is None else context.source(reference, role).table()
