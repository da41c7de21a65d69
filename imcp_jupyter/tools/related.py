"""Learn several related tables and draw them anew: what `generate_tabular` does when its data is a table by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from ..data.preview import preview_of
from ..errors import InvalidInput, NotFound, did_you_mean
from ..models.constraints import CONSTRAINTS_SCHEMA, ConstraintOutcome
from ..models.dataset import DatasetInfo, Preview, dataset_name, name_from_path
from ..models.generation import DataCard
from ..models.pii import PiiTreatment
from ..models.relations import OnOrphans, Orphans, Relation
from ..synth.constraints.sdv_format import is_sdv_metadata, read_constraints
from ..synth.tabular.engine import TabularEngine
from ..synth.tabular.registry import find_engine, package_versions
from ..workspace.context import JobContext
from .datasets import dataset_link
from .tool import Link

if TYPE_CHECKING:
    from ..data.table import Table
    from ..synth.relational.tables_model import TablesModel

HMA = "sdv:hma"
_RULES = CONSTRAINTS_SCHEMA["anyOf"][0]
TABLE_CONSTRAINTS_SCHEMA = {"anyOf": [_RULES, {"type": "object", "additionalProperties": _RULES}, {"type": "null"}], "default": None}


class DrawnTable(BaseModel):
    """One of several tables that were drawn."""

    dataset: str = Field(description="reference of the new dataset, name@version")
    rows: int
    columns: list[str]
    constraints: list[ConstraintOutcome] = Field(default_factory=list, description="how each constraint was kept")
    card: DataCard
    preview: Preview


@dataclass(frozen=True)
class RelatedCall:
    """What is asked for. `parameters` are what the data cards tell of the call."""

    references: Mapping[str, str]
    rows: int | None
    engine: str
    engine_options: Mapping[str, Any] | None
    relations: Sequence[Relation] | None
    on_orphans: OnOrphans
    constraints: Mapping[str, Sequence[Any]]
    table_schema: Mapping[str, Any]
    name: str | None
    parameters: Mapping[str, Any]


@dataclass
class RelatedTables:
    """What came of it."""

    summary: str
    model: str
    engine: str
    rows: int
    relations: list[Relation]
    orphans: list[Orphans]
    tables: dict[str, DrawnTable] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    @property
    def datasets(self) -> dict[str, str]:
        return {name: table.dataset for name, table in self.tables.items()}


def read_rules(values: Any) -> Any:
    """Constraints of one table as specs, or by table. Raises `InvalidInput` naming table and position."""
    if not isinstance(values, Mapping):
        return read_constraints(values)
    found = {}
    for table, rules in values.items():
        try:
            found[table] = read_constraints(rules) or []
        except InvalidInput as error:
            raise InvalidInput(f"table '{table}': {error.message}", field=error.field, hint=error.hint) from None
    return found


def related_version(engine: str) -> str:
    """What decides, besides the engine of each table, which tables a seed gives."""
    if engine == HMA:
        return "hma"
    from ..synth.relational import RelationalModel

    return f"{RelationalModel.engine}={RelationalModel.version}"


def generate_related(call: RelatedCall, context: JobContext) -> RelatedTables:
    """Fit, draw and store all tables. Raises `ImcpError` naming the parameter, or the table and column as ``table.column``."""
    settings = context.workspace.settings
    kinds, given = _kinds(call)
    tables = _read(call, kinds, context)
    relations = _relations(tables, given)
    treated = _protected(call, tables, relations, context)
    tables = {name: table for name, (table, _) in treated.items()}
    names = _dataset_names(call)
    source = hashlib.sha256(json.dumps(list(context.inputs.items())).encode()).hexdigest()
    with closing(_fitted(call, tables, relations, context)) as model:
        scale = 1.0 if call.rows is None else model.scale_for(call.rows)
        _refuse_too_many(model, scale, settings.max_rows)
        save = partial(model.save_signed, signer=context.workspace.signer)
        stored = context.stage_model(model.engine, model.version, source, save)
        lineage = {"model": stored.id, "relations": [relation.model_dump() for relation in model.relations]}
        found: dict[str, DrawnTable] = {}
        infos: dict[str, DatasetInfo] = {}
        shown = max(settings.preview_rows // len(tables), 2)
        for table, frame in model.draw(context.seed, scale, context.part(0.6, 0.97)):
            card = _card(call, model, table, treated[table], kinds.get(table, {}), context)
            card = card.model_copy(update={"rows": len(frame), "constraints": model.outcomes(table)})
            own = {"card": card.model_dump(), "table": table}
            info = context.stage_dataset(names[table], frame, tables[table].schema, "synthetic", lineage | own, like=tables[table].frame)
            infos[table] = info
            found[table] = DrawnTable(
                dataset=info.reference,
                rows=info.rows,
                columns=tables[table].names,
                constraints=card.constraints,
                card=card,
                preview=preview_of(frame, shown),
            )
    rows = sum(info.rows for info in infos.values())
    drawn = RelatedTables(
        summary=f"{len(tables)} tables, {rows:,} synthetic rows and {len(model.relations)} relations by {model.engine}: "
        + ", ".join(f"{infos[table].reference} ({infos[table].rows:,})" for table in tables)
        + ".",
        model=stored.id,
        engine=model.engine,
        rows=rows,
        relations=model.relations,
        orphans=model.orphans,
        tables={table: found[table] for table in tables},
    )
    drawn.links = [dataset_link(infos[table]) for table in tables]
    drawn.links.append(Link(uri=f"imcp://models/{stored.id}", name=stored.id, title=f"{model.engine} model"))
    return drawn


def _read(call: RelatedCall, kinds: Mapping[str, Any], context: JobContext) -> dict[str, Table]:
    _refuse_unknown_tables(kinds, call, "table_schema")
    _refuse_unknown_tables(call.constraints, call, "constraints")
    tables = {}
    for number, (name, reference) in enumerate(call.references.items()):
        context.progress(0.01 + 0.04 * number / len(call.references), f"reading table '{name}'")
        source = context.source(reference, f"data.{name}")
        if source.is_sampled:
            message = (
                f"table '{name}' is too large to be read whole: {source.rows:,} rows; keys of a sample would name rows that are not in it"
            )
            raise InvalidInput(message, field=f"data.{name}", hint="see the setting whole_source_bytes, or cut the tables down together")
        tables[name] = source.table(kinds.get(name), min_rows=TabularEngine.min_rows)
    return tables


def _relations(tables: dict[str, Table], given: Sequence[Relation] | None) -> Sequence[Relation]:
    from ..synth.relational import detect_relations

    return detect_relations({name: table.frame for name, table in tables.items()}) if given is None else given


def _protected(
    call: RelatedCall, tables: dict[str, Table], relations: Sequence[Relation], context: JobContext
) -> dict[str, tuple[Table, list[PiiTreatment]]]:
    """Every table with its personal data marked for fakes. Keys are left alone: they are made new in any case."""
    from ..synth.tabular.pii.report import protected

    keep: dict[str, dict[str, str]] = {name: {} for name in tables}
    for relation in relations:
        for table, column in ((relation.parent, relation.key), (relation.child, relation.foreign_key)):
            if table in tables and column in tables[table].names:
                keep[table][column] = "keep"
    return {name: protected(table, keep[name], None, list(call.constraints.get(name, [])), context.log) for name, table in tables.items()}


def _kinds(call: RelatedCall) -> tuple[dict[str, Any], Sequence[Relation] | None]:
    """Overrides by table, and the relations: those that the caller names before those of the metadata."""
    if not is_sdv_metadata(call.table_schema):
        for table, kinds in call.table_schema.items():
            if not isinstance(kinds, Mapping):
                raise InvalidInput(
                    f"with several tables a schema is {{table: {{column: kind}}}}, got {kinds!r:.60} for '{table}'", field="table_schema"
                )
        return dict(call.table_schema), call.relations
    from ..synth.relational.sdv_metadata import tables_and_relations

    kinds, relations = tables_and_relations(call.table_schema)
    return kinds, relations if call.relations is None else call.relations


def _refuse_unknown_tables(named: Mapping[str, Any], call: RelatedCall, parameter: str) -> None:
    for table in named:
        if table not in call.references:
            raise NotFound(f"data has no table '{table}'", field=parameter, hint=did_you_mean(table, list(call.references)))


def _dataset_names(call: RelatedCall) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in call.references:
        plain = name_from_path(table)
        name = dataset_name(f"{call.name}-{plain}" if call.name else f"{plain}-synthetic")
        other = next((other for other, taken in found.items() if taken == name), None)
        if other is not None:
            raise InvalidInput(f"tables '{other}' and '{table}' would both be stored as '{name}'", field="data", hint="rename one of them")
        found[table] = name
    return found


def _fitted(call: RelatedCall, tables: dict[str, Table], relations: Sequence[Relation] | None, context: JobContext) -> TablesModel:
    settings, progress = context.workspace.settings, context.part(0.05, 0.6)
    rows = sum(table.n_rows for table in tables.values())
    context.log(f"engine {call.engine}, {len(tables)} tables, {rows:,} rows, seed {context.seed}")
    if call.engine != HMA:
        from ..synth.relational import fit_tables

        return fit_tables(
            tables,
            relations,
            engine=call.engine,
            on_orphans=call.on_orphans,
            engine_options=call.engine_options,
            constraints=call.constraints,
            seed=context.seed,
            settings=settings,
            progress=progress,
        )
    if call.constraints:
        raise InvalidInput(f"engine '{HMA}' does not support constraints of several tables", field="constraints", hint="use engine='auto'")
    from ..synth.relational.hma import fit_hma

    return fit_hma(
        tables,
        relations,
        on_orphans=call.on_orphans,
        engine_options=call.engine_options,
        seed=context.seed,
        settings=settings,
        progress=progress,
    )


def _refuse_too_many(model: TablesModel, scale: float, limit: int) -> None:
    for table, real in model.real_rows.items():
        if scale * real > limit:
            message = f"table '{table}' would get about {scale * real:,.0f} rows; at most {limit:,} are allowed"
            raise InvalidInput(message, field="rows", hint="see the setting max_rows")


def _card(
    call: RelatedCall,
    model: TablesModel,
    table: str,
    treated: tuple[Table, list[PiiTreatment]],
    kinds: Mapping[str, Any],
    context: JobContext,
) -> DataCard:
    from ..synth.tabular.pii.report import word_versions
    from .card import kinds_told

    source, treatments = treated
    engine = find_engine(model.engines[table], context.workspace.settings)
    parameters = {name: value for name, value in call.parameters.items() if name not in ("constraints", "table_schema")}
    if rules := (call.parameters.get("constraints") or {}).get(table):
        parameters["constraints"] = rules
    if kinds:
        parameters["table_schema"] = kinds_told(kinds)
    return DataCard(
        method=engine.title,
        engine=model.engine,
        engine_version=model.version if engine.name == model.engine else f"{model.version}, {engine.name} {engine.version}",
        engine_licence=engine.licence,
        parameters=parameters | {"table": table, "table_engine": engine.name},
        columns={column.name: column.kind for column in source.schema.columns},
        seed=context.seed,
        source_hash=context.inputs[f"data.{table}"],
        source_rows=source.n_rows,
        versions=context.versions | package_versions(engine) | (word_versions() if treatments else {}),
        pii=treatments,
    )
