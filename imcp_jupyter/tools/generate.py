"""Learn a table and draw new rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from ..data.preview import preview_of
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.constraints import ConditionOutcome, ConstraintOutcome
from ..models.dataset import Preview
from ..models.generation import DataCard, PrivacyLevel
from ..models.pii import PiiTreatment
from ..models.relations import OnOrphans, Orphans, Relation
from ..synth.constraints.sdv_format import is_sdv_metadata, schema_overrides
from ..synth.tabular.conditions import condition_columns
from ..synth.tabular.engine import Progress, TabularEngine, TabularModel
from ..synth.tabular.options import read_options
from ..synth.tabular.registry import engine_names, engine_version, package_versions, pick_engine, private_name
from ..workspace.context import JobContext
from ..workspace.sources import Source
from .datasets import DatasetName, dataset_link
from .private_release import PrivateRelease, refuse_misplaced, reserved_release, told_of
from .related import TABLE_CONSTRAINTS_SCHEMA, DrawnTable, RelatedCall, generate_related, read_rules, related_version
from .tool import Annotations, DataRefs, Link, Params, Result, Tool

if TYPE_CHECKING:
    import pandas as pd

    from ..data.table import Table

_SEED_LIMIT = 2**63 - 1
_NOT_IN_CARD = {"data", "name", "seed", "on_orphans"}  # what the card says elsewhere, or what is no parameter of the method


def _name_engines(schema: dict[str, Any]) -> None:
    """Which engines there are depends on settings and installed packages, so the schema asks when it is drawn."""
    names = engine_names()
    others = [name for name in names if name not in ("auto", "cart", "copula", "marginals")]
    schema["examples"] = names
    if others:
        schema["description"] += "; also " + ", ".join(others)


class GenerateTabularParams(Params):
    data: DataRefs = Field(description="the real table to learn from; or related ones by name: {customers: c.csv, orders: o.csv}")
    rows: int | None = Field(
        None, ge=1, description="rows to draw (of several tables: of the largest without a parent); as many as the data has when left out"
    )
    engine: str = Field(
        "auto",
        description="cart (most faithful), copula (fastest), marginals (private, with epsilon) or auto",
        json_schema_extra=_name_engines,
    )
    seed: int | None = Field(None, ge=0, le=_SEED_LIMIT, description="the same seed gives the same rows; drawn and recorded when left out")
    conditions: dict[str, Any] | None = Field(
        None,
        description='what rows must have, by column: a value, null, {"min": 30, "max": 40}, {"in": [...]}, {"distribution": {"a": 0.5}} '
        'or short {"a": 0.5}, {"independent_of": "column" or several}',
        json_schema_extra={"examples": [{"income": {">50K": 0.5}}, {"sex": "Female", "age": {"min": 30, "max": 40}}]},
    )
    constraints: Annotated[list[Any] | dict[str, Any] | None, BeforeValidator(read_rules), WithJsonSchema(TABLE_CONSTRAINTS_SCHEMA)] = (
        Field(
            None,
            description="rules that every row keeps, exactly; objects with a kind, or SDV's constraint JSON (docs/constraints.md); "
            "by table where there are several",
        )
    )
    epsilon: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="differential privacy: ε of this release, taken from the dataset's budget (docs/privacy.md)",
    )
    delta: float | None = Field(None, gt=0, lt=1, description="δ beside epsilon; the setting privacy_budget_delta when left out")
    bounds: dict[str, list[Any]] | None = Field(
        None,
        description="what everybody may know of a column, so that epsilon is not spent on it: [lowest, highest], or all levels",
        json_schema_extra={"examples": [{"age": [17, 90], "sex": ["Female", "Male"]}]},
    )
    public_rows: bool = Field(False, description="with epsilon: everybody may know how many rows the data has")
    privacy: PrivacyLevel | None = Field(
        None, description="how much is given up for privacy: fidelity, standard (the default) or high (docs/engines.md has what each costs)"
    )
    engine_options: dict[str, Any] | None = Field(None, description='options of the engine: {"epochs": 10} (docs/engines.md lists them)')
    columns: list[str] | None = Field(None, description="columns to learn, all when left out")
    table_schema: dict[str, Any] | None = Field(
        None,
        description='kinds that override inferred ones, by column: {"zip": "categorical"}; of several tables by table; or SDV metadata',
    )
    pii: dict[str, str] | None = Field(
        None,
        description="how columns of personal data are treated: fake, keep, drop, or a kind (email, phone …); by default docs/pii.md",
        json_schema_extra={"examples": [{"contact": "phone", "notes": "drop", "city": "keep"}]},
    )
    locale: str | None = Field(None, description="where fakes are from, such as de_DE; told from the data when left out")
    name: DatasetName | None = Field(
        None, description="name of the new dataset, name-table of several; made from the data's names when left out"
    )
    relations: list[Relation] | None = Field(
        None, description='foreign keys between several tables, as objects or "orders.customer_id=customers.id"; detected when left out'
    )
    on_orphans: OnOrphans = Field("refuse", description="what becomes of rows whose foreign key names no parent")


class GenerateTabularResult(Result):
    dataset: str | None = Field(None, description="reference of the new dataset, name@version; null of several tables")
    model: str = Field(description="id of the fitted model")
    engine: str
    rows: int = Field(description="rows drawn, over all tables")
    seed: int
    columns: list[str] = Field(default_factory=list)
    constraints: list[ConstraintOutcome] = Field(default_factory=list, description="how each constraint was kept")
    conditions: list[ConditionOutcome] = Field(default_factory=list, description="how each condition was held")
    pii: list[PiiTreatment] = Field(default_factory=list, description="columns of personal data, and what was done with each")
    card: DataCard | None = None
    preview: Preview | None = None
    datasets: dict[str, str] = Field(default_factory=dict, description="of several tables: reference of each new dataset, by table")
    tables: dict[str, DrawnTable] = Field(default_factory=dict, description="of several tables: what was drawn of each")
    relations: list[Relation] = Field(default_factory=list, description="of several tables: the foreign keys that were kept")
    orphans: list[Orphans] = Field(default_factory=list, description="of several tables: real rows whose foreign key named no parent")


class GenerateTabular(Tool[GenerateTabularParams, GenerateTabularResult]):
    name = "generate_tabular"
    title = "Generate tabular data"
    description = (
        "Learn a real table, or several related ones, and draw synthetic rows with the same columns, types, missing values and relations. "
        "Keeps the model and the data in the workspace."
    )
    verb = "generate tabular"
    example = "demo:adult --rows 1000 --engine cart --seed 7 --name adult_synthetic"
    icon = "generate"
    annotations = Annotations()
    version = "2"
    cacheable = True

    def run(self, params: GenerateTabularParams, context: JobContext) -> GenerateTabularResult:
        settings = context.workspace.settings
        if params.rows is not None and params.rows > settings.max_rows:
            raise InvalidInput(f"must be at most {settings.max_rows:,}, got {params.rows:,}", field="rows", hint="see the setting max_rows")
        refuse_misplaced(params)
        if isinstance(params.data, dict):
            return _several(params, params.data, context)
        if params.relations or isinstance(params.constraints, dict):
            field = "relations" if params.relations else "constraints"
            raise InvalidInput("speaks of several tables, but data is one", field=field, hint="data = {name: reference, …}")
        source = context.source(params.data, "data")
        context.progress(0.01, f"reading {source.label}")
        if params.epsilon is None:
            return self._generate(params, context, source, None)
        with reserved_release(params, source, context) as release:
            return self._generate(params, context, source, release)

    def _generate(
        self, params: GenerateTabularParams, context: JobContext, source: Source, release: PrivateRelease | None
    ) -> GenerateTabularResult:
        from ..synth.tabular.pii.report import protected, word_versions
        from .card import card_parameters, told_of_draw

        settings = context.workspace.settings
        schema = params.table_schema
        table = source.table(schema_overrides(schema) if schema and is_sdv_metadata(schema) else schema, min_rows=TabularEngine.min_rows)
        if params.columns is not None:
            table = table.select_columns(_known_columns(params.columns, table.names))
        # Looking for personal data reads single rows, which a budget would have to pay for: a private engine has its own ways.
        treatments: list[PiiTreatment] = []
        if release is None:
            table, treatments = protected(table, params.pii, params.locale, list(params.constraints or []), context.log)
        engine = release.engine if release else pick_engine(params.engine, table.n_rows, len(table.names), settings)
        _refuse_unsupported(engine, params)
        engine.require()
        options = read_options(engine.name, engine.options_type, _options(params))
        engine = engine.with_options(options, context.seed)
        size = f"{table.n_rows:,} of {source.rows:,} rows × {len(table.names)} columns"
        if release:
            size = f"{len(table.names)} columns"
        context.log(f"engine {engine.name} {engine.version}, fitted on {size}, seed {context.seed}")
        engine.check(table)
        if release is not None:
            release.reservation.begin()
        name = params.name or f"{source.label}-synthetic"
        with closing(_fitted(engine, table, params, context.part(0.05, 0.6))) as model:
            told = told_of(model, table, context.inputs)
            # What is private tells its noisy size only.
            whole, origin = (told.source_rows, source.label) if release else (source.rows, _origin(source))
            rows = params.rows or min(whole, settings.max_rows)
            card = DataCard(
                method=engine.title,
                engine=engine.name,
                engine_version=engine.version,
                engine_licence=engine.licence,
                parameters=card_parameters(params, _NOT_IN_CARD | (set() if release else {"public_rows"})),
                engine_options=options.model_dump(mode="json"),
                columns={column.name: column.kind for column in told.schema.columns},
                seed=context.seed,
                source_hash=told.source_hash,
                source_rows=whole,
                fitted_rows=table.n_rows if source.is_sampled and not release else None,
                versions=context.versions | package_versions(engine) | (word_versions() if treatments else {}),
                privacy=told.privacy,
                privacy_level=engine.privacy_level,
                pii=treatments,
            )
            save = partial(model.save_signed, signer=context.workspace.signer)
            stored = context.stage_model(engine.name, engine.version, told.source_hash, save)
            blocks = _blocks(model, rows, context.seed, params.conditions)
            drawn = _Drawn(blocks, rows, settings.preview_rows, context.part(0.6, 0.97))

            def final_card() -> DataCard:
                return told_of_draw(card, model, params.conditions, rows)

            def lineage() -> dict[str, Any]:
                return {"card": final_card().model_dump(mode="json"), "model": stored.id, "inputs": dict(told.inputs)}

            info = context.stage_dataset(name, drawn, told.schema, "synthetic", lineage, like=told.like)
            outcome = final_card()
        if release is not None:
            context.publish_with(partial(release.reservation.record, model=stored.id, dataset=info.reference))
        return GenerateTabularResult(
            summary=f"{info.reference}: {rows:,} synthetic rows × {len(table.names)} columns by {engine.name} from {origin}.",
            dataset=info.reference,
            model=stored.id,
            engine=engine.name,
            rows=rows,
            seed=context.seed,
            columns=table.names,
            constraints=outcome.constraints,
            conditions=outcome.conditions,
            pii=treatments,
            card=outcome,
            preview=drawn.preview,
            links=[dataset_link(info), Link(uri=f"imcp://models/{stored.id}", name=stored.id, title=f"{engine.name} model")],
        )

    def cache_version(self, params: GenerateTabularParams) -> str:
        """Engines change what a seed gives with their own version, names of people with Faker's."""
        from ..synth.tabular.pii.report import word_versions

        related = f"{related_version(params.engine)}:" if isinstance(params.data, dict) else ""
        engine = engine_version(params.engine if params.epsilon is None else private_name(params.engine))
        return f"{self.version}:{related}{engine}:{word_versions()}"


def _several(params: GenerateTabularParams, references: dict[str, str], context: JobContext) -> GenerateTabularResult:
    for feature in ("columns", "conditions", "epsilon", "pii", "locale"):
        if getattr(params, feature) is not None:
            raise InvalidInput(f"{feature} cannot be combined with several tables", field=feature, hint=f"leave {feature} out")
    if isinstance(params.constraints, list):
        hint = 'constraints = {"orders": [{"kind": …}]}'
        raise InvalidInput("with several tables constraints are given by table", field="constraints", hint=hint)
    call = RelatedCall(
        references=references,
        rows=params.rows,
        engine=params.engine,
        engine_options=_options(params),
        relations=params.relations,
        on_orphans=params.on_orphans,
        constraints=params.constraints or {},
        table_schema=params.table_schema or {},
        name=params.name,
        parameters=params.model_dump(mode="json", exclude={"data", "name", "seed", "public_rows"}, exclude_none=True),
    )
    drawn = generate_related(call, context)
    return GenerateTabularResult(seed=context.seed, datasets=drawn.datasets, **vars(drawn))


def _fitted(engine: TabularEngine, table: Table, params: GenerateTabularParams, progress: Progress) -> TabularModel:
    if not params.constraints:
        return engine.fit_first(table, condition_columns(params.conditions, table.names) if params.conditions else (), progress)
    from ..synth.constraints.model import fit_constrained

    return fit_constrained(engine, table, list(params.constraints), progress, params.conditions)


def _blocks(model: TabularModel, rows: int, seed: int, conditions: dict[str, Any] | None) -> Iterator[pd.DataFrame]:
    return model.sample_given_batches(rows, seed, conditions) if conditions else model.sample_batches(rows, seed)


class _Drawn:
    """Blocks as they are drawn: keeps the preview of the first, tells of progress, holds no block back."""

    def __init__(self, blocks: Iterator[pd.DataFrame], rows: int, preview_rows: int, progress: Progress) -> None:
        self._blocks = blocks
        self._rows = rows
        self._preview_rows = preview_rows
        self._progress = progress
        self.preview = Preview(columns=[], rows=[], total_rows=rows)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        done = 0
        for block in self._blocks:
            if done == 0:
                self.preview = preview_of(block, self._preview_rows).model_copy(update={"total_rows": self._rows})
            done += len(block)
            yield block
            self._progress(done / self._rows, f"drew {done:,} of {self._rows:,} rows")


def _origin(source: Source) -> str:
    return f"{source.label}, fitted on {len(source.frame):,} of {source.rows:,} rows" if source.is_sampled else source.label


def _options(params: GenerateTabularParams) -> dict[str, Any] | None:
    """The engine's options, with the dial among them."""
    own = (params.engine_options or {}).get("privacy", params.privacy)
    if params.privacy is None or own == params.privacy:
        return params.engine_options if params.privacy is None else {**(params.engine_options or {}), "privacy": params.privacy}
    raise InvalidInput(f"privacy is '{params.privacy}', and {own!r} in engine_options", field="privacy", hint="leave one of the two out")


def _known_columns(wanted: list[str], names: list[str]) -> list[str]:
    if not wanted:
        raise InvalidInput("must name at least one column", field="columns")
    for column in wanted:
        if column not in names:
            raise NotFound(f"there is no column '{column}'", field="columns", hint=did_you_mean(column, names))
        if wanted.count(column) > 1:
            raise InvalidInput(f"column '{column}' is named more than once", field="columns")
    return wanted


def _refuse_unsupported(engine: TabularEngine, params: GenerateTabularParams) -> None:
    if params.conditions is not None and "conditions" not in engine.supports:
        raise InvalidInput(f"engine '{engine.name}' does not support conditions", field="conditions", hint="leave conditions out")
    if params.epsilon is None and engine.private_only:
        raise InvalidInput(f"engine '{engine.name}' needs a privacy budget", field="epsilon", hint="for example epsilon=1")
    if params.privacy is not None and "privacy" not in engine.supports:
        raise InvalidInput(f"engine '{engine.name}' does not support privacy", field="privacy", hint="leave privacy out")
