"""Learn a table and draw new rows."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..data.preview import preview_of
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.dataset import Preview
from ..models.generation import DataCard
from ..synth.tabular.conditions import condition_columns
from ..synth.tabular.engine import TabularEngine
from ..synth.tabular.registry import engine_names, find_engine, pick_engine
from ..workspace.context import JobContext
from .datasets import DatasetName, dataset_link
from .tool import Annotations, DataRef, Link, Params, Result, Tool

_SEED_LIMIT = 2**63 - 1


class GenerateTabularParams(Params):
    data: DataRef = Field(description="the real table to learn from")
    rows: int | None = Field(None, ge=1, description="rows to draw; as many as the data has when left out")
    engine: str = Field(
        "auto", description="cart (most faithful), copula (fastest) or auto", json_schema_extra={"examples": ["auto", "cart", "copula"]}
    )
    seed: int | None = Field(None, ge=0, le=_SEED_LIMIT, description="the same seed gives the same rows; drawn and recorded when left out")
    conditions: dict[str, Any] | None = Field(
        None,
        description='what rows must have, by column: a value, null, {"min": 30, "max": 40}, {"in": [...]}, {"distribution": {"a": 0.5}} '
        'or short {"a": 0.5}, {"independent_of": "column"}',
        json_schema_extra={"examples": [{"income": {">50K": 0.5}}, {"sex": "Female", "age": {"min": 30, "max": 40}}]},
    )
    constraints: list[dict[str, Any]] | None = Field(None, description="rules that every row must keep, for engines that support it")
    epsilon: float | None = Field(None, gt=0, description="differential-privacy budget, for engines that support it")
    columns: list[str] | None = Field(None, description="columns to learn, all when left out")
    table_schema: dict[str, Any] | None = Field(None, description='kinds that override inferred ones, by column: {"zip": "categorical"}')
    name: DatasetName | None = Field(None, description="name of the new dataset; made from the data's name when left out")


class GenerateTabularResult(Result):
    dataset: str = Field(description="reference of the new dataset, name@version")
    model: str = Field(description="id of the fitted model")
    engine: str
    rows: int
    seed: int
    columns: list[str]
    card: DataCard
    preview: Preview


class GenerateTabular(Tool[GenerateTabularParams, GenerateTabularResult]):
    name = "generate_tabular"
    title = "Generate tabular data"
    description = (
        "Learn a real table and draw synthetic rows with the same columns, types, missing values and relations. "
        "Keeps the model and the data in the workspace."
    )
    verb = "generate tabular"
    example = "demo:adult --rows 1000 --engine cart --seed 7 --name adult_synthetic"
    icon = "generate"
    annotations = Annotations()
    cacheable = True

    def run(self, params: GenerateTabularParams, context: JobContext) -> GenerateTabularResult:
        settings = context.workspace.settings
        if params.rows is not None and params.rows > settings.max_rows:
            raise InvalidInput(f"must be at most {settings.max_rows:,}, got {params.rows:,}", field="rows", hint="see the setting max_rows")
        source = context.source(params.data, "data")
        context.progress(0.01, f"reading {source.label}")
        table = source.table(params.table_schema, min_rows=TabularEngine.min_rows)
        if params.columns is not None:
            table = table.select_columns(_known_columns(params.columns, table.names))
        engine = pick_engine(params.engine, table.n_rows, len(table.names), settings)
        _refuse_unsupported(engine, params)
        context.log(f"engine {engine.name} {engine.version}, {table.n_rows:,} rows × {len(table.names)} columns, seed {context.seed}")
        rows = params.rows or table.n_rows
        if params.conditions:
            model = engine.fit_first(table, condition_columns(params.conditions, table.names), context.part(0.05, 0.6))
            context.progress(0.6, f"drawing {rows:,} rows under conditions")
            frame = model.sample_given(rows, context.seed, params.conditions)
        else:
            model = engine.fit(table, context.part(0.05, 0.6))
            context.progress(0.6, f"drawing {rows:,} rows")
            frame = model.sample(rows, context.seed)
        context.progress(0.9, "storing")
        stored = context.stage_model(engine.name, engine.version, context.inputs["data"], model.save)
        card = DataCard(
            engine=engine.name,
            engine_version=engine.version,
            engine_licence=engine.licence,
            parameters=params.model_dump(mode="json", exclude={"data", "name", "seed"}, exclude_none=True),
            seed=context.seed,
            source_hash=context.inputs["data"],
            source_rows=table.n_rows,
            versions=context.versions,
        )
        name = params.name or f"{source.label}-synthetic"
        info = context.stage_dataset(name, frame, table.schema, "synthetic", {"card": card.model_dump(), "model": stored.id})
        return GenerateTabularResult(
            summary=f"{info.reference}: {rows:,} synthetic rows × {len(table.names)} columns by {engine.name} from {source.label}.",
            dataset=info.reference,
            model=stored.id,
            engine=engine.name,
            rows=rows,
            seed=context.seed,
            columns=table.names,
            card=card,
            preview=preview_of(frame, settings.preview_rows),
            links=[dataset_link(info), Link(uri=f"imcp://models/{stored.id}", name=stored.id, title=f"{engine.name} model")],
        )

    def cache_version(self, params: GenerateTabularParams) -> str:
        """Engines change what a seed gives with their own version."""
        engine_versions = {name: find_engine(name).version for name in engine_names() if name != "auto"}
        return f"{self.version}:{engine_versions.get(params.engine, sorted(engine_versions.items()))}"


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
    for feature in ("conditions", "constraints", "epsilon"):
        if getattr(params, feature) is not None and feature not in engine.supports:
            raise InvalidInput(f"engine '{engine.name}' does not support {feature}", field=feature, hint=f"leave {feature} out")
