"""Mend a synthetic table by its validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ..config import Settings
from ..data.preview import preview_of
from ..data.table import Table
from ..errors import ImcpError, InvalidInput, NotFound, did_you_mean
from ..models.correction import Change, Leftover
from ..models.dataset import Preview
from ..models.validation import ReportDocument
from ..workspace.context import JobContext
from ..workspace.sources import Source
from .datasets import DatasetName, dataset_link
from .facts import GatfParams, facts_of
from .judging import judged, sources_of
from .profiles import profile_files
from .tool import Annotations, Link, Result, Tool

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..gatf.measure import Affected, Measure
    from ..gatf.vos.correct import Redraw
    from ..synth.tabular.engine import TabularModel


class Places(BaseModel):
    """Rows that a check objects to; only their cells in `columns` where that is given."""

    model_config = ConfigDict(extra="ignore")  # the evidence of a report says more than where

    row_positions: list[int] = Field(description="positions of rows, from 0")
    columns: list[str] | dict[str, Any] | None = None


class CorrectParams(GatfParams):
    report: str | None = Field(None, description="id of a report on this table, whose failed checks are heeded; judged first when left out")
    checks: list[str] | None = Field(
        None, description="ids of the checks to heed; those that failed or warned, and clearly wrong cells, when left out"
    )
    evidence: dict[str, Places] | None = Field(
        None,
        description="more rows or cells that must go, by a check's id or any name",
        json_schema_extra={"examples": [{"reviewer": {"row_positions": [3, 17]}, "typing": {"row_positions": [5], "columns": ["age"]}}]},
    )
    model: str | None = Field(
        None, description="stored model that draws new rows in the place of bad ones; the one that made the dataset when left out"
    )
    redraw: bool = Field(True, description="draw bad rows anew where there is a model; without, they are dropped")
    name: DatasetName | None = Field(None, description="name of the corrected dataset; NAME-corrected when left out")


class CorrectResult(Result):
    dataset: str | None = Field(None, description="the corrected dataset; null where nothing was to be mended")
    rows: int
    rows_dropped: int = 0
    rows_redrawn: int = 0
    cells_changed: int = 0
    changes: list[Change] = Field(default_factory=list, description="what was done, by check, column and action")
    left: list[Leftover] = Field(default_factory=list, description="what could not be mended, with the reason")
    heeded: list[str] = Field(description="ids of the checks whose objections were heeded")
    score_before: float
    score_after: float
    report_before: str
    report_after: str | None = None
    preview: Preview | None = None


class GatfCorrect(Tool[CorrectParams, CorrectResult]):
    name = "gatf_correct"
    title = "Correct by validation"
    description = (
        "Mend what a GATF validation objects to with the smallest edit: drop or draw anew rows that leak or break rules, replace or "
        "neutralise bad cells, leave all others as they are. Gives a new dataset, what changed, and the score before and after."
    )
    verb = "gatf correct"
    example = "adult_synthetic --real demo:adult --holdout demo:adult-holdout"
    icon = "validate"
    annotations = Annotations(idempotent=True)
    cacheable = True

    def files(self, params: CorrectParams, settings: Settings) -> list[bytes]:
        return profile_files(params.profile, settings)

    def run(self, params: CorrectParams, context: JobContext) -> CorrectResult:
        from ..gatf.vos.correct import correct

        sources = sources_of(params, context)
        source = sources["synthetic"]
        if source.is_sampled:
            size = f"{source.rows:,} rows, of which only a sample is looked at"
            raise InvalidInput(f"a table can only be corrected as a whole, this one has {size}", field="synthetic",
                               hint="raise the setting whole_source_bytes, or correct it in parts")  # fmt: skip
        tables = {role: given.table() for role, given in sources.items()}
        before = self._before(params, context, sources, tables)
        measures = _heeded(params.checks, before)
        evidence = {name: _affected(name, places, tables["synthetic"]) for name, places in (params.evidence or {}).items()}
        with _drawing(params, context, source) as redraw:
            done = correct(
                **tables,
                measures=measures,
                evidence=evidence,
                target=params.target,
                facts=facts_of(params, source),
                seed=context.seed,
                redraw=redraw,
                progress=context.part(0.4, 0.6),
            )
        heeded = [measure.id for measure in measures] + list(evidence)
        common = {"heeded": heeded, "left": done.left, "score_before": before.score, "report_before": str(before.id)}
        if not done.changes:
            said = (
                "Nothing could be mended." if done.left else f"Nothing to mend: the {len(heeded)} checks heeded object to no row or cell."
            )
            return CorrectResult(summary=said, rows=source.rows, score_after=before.score, **common)
        table = Table.of(done.frame, tables["synthetic"].schema, field="synthetic")
        after = judged(params, context, sources, tables | {"synthetic": table}, (0.6, 0.95), context.seed)
        lineage = _lineage(source, before, done.changes)
        info = context.stage_dataset(
            params.name or f"{source.label}-corrected", done.frame, table.schema, "synthetic", lineage, like=source.like
        )
        return CorrectResult(
            summary=f"{info.reference}: {_counted(done.rows_dropped, 'row')} dropped, {_counted(done.rows_redrawn, 'row')} drawn anew, "
            f"{_counted(done.cells_changed, 'cell')} changed; trust {before.score:.1f} before, {after.score:.1f} after.",
            dataset=info.reference,
            rows=info.rows,
            rows_dropped=done.rows_dropped,
            rows_redrawn=done.rows_redrawn,
            cells_changed=done.cells_changed,
            changes=done.changes,
            score_after=after.score,
            report_after=after.id,
            preview=preview_of(done.frame, context.workspace.settings.preview_rows),
            links=[dataset_link(info), Link(uri=f"imcp://reports/{after.id}", name=str(after.id), title="report after the correction")],
            **common,
        )

    def _before(
        self, params: CorrectParams, context: JobContext, sources: Mapping[str, Source], tables: Mapping[str, Table]
    ) -> ReportDocument:
        if params.report is None:
            return judged(params, context, sources, tables, (0.02, 0.4), context.seed)
        document = context.workspace.reports.document(params.report)
        if document.kind != "gatf":
            raise InvalidInput(f"report '{params.report}' is a {document.kind} report, not one of GATF", field="report")
        if document.synthetic.content_hash != tables["synthetic"].content_hash:
            raise InvalidInput(
                f"report '{params.report}' is about other rows: '{document.synthetic.name}'", field="report", hint="leave report out"
            )
        return document


def _heeded(checks: list[str] | None, document: ReportDocument) -> list[Measure]:
    from ..gatf.run import all_measures
    from ..gatf.vos.correct import objecting

    if checks is None:
        return objecting(document)
    known = {measure.id: measure for measure in all_measures()}
    for check in checks:
        if check not in known:
            raise NotFound(f"there is no check '{check}'", field="checks", hint=did_you_mean(check, known))
    return [known[check] for check in dict.fromkeys(checks)]


def _affected(name: str, places: Places, table: Table) -> Affected:
    """The places as masks. Raises `InvalidInput` for a row, and `NotFound` for a column, that the table does not have."""
    import numpy as np

    from ..gatf.measure import Affected

    mask: npt.NDArray[np.bool_] = np.zeros(table.n_rows, dtype=bool)
    for position in places.row_positions:
        if not 0 <= position < table.n_rows:
            raise InvalidInput(f"there is no row {position}: the table has {table.n_rows:,} rows", field=f"evidence.{name}.row_positions")
        mask[position] = True
    for column in places.columns or ():
        if column not in table.names:
            raise NotFound(f"there is no column '{column}'", field=f"evidence.{name}.columns", hint=did_you_mean(column, table.names))
    return Affected(cells=dict.fromkeys(places.columns, mask)) if places.columns else Affected(mask)


@contextmanager
def _drawing(params: CorrectParams, context: JobContext, source: Source) -> Iterator[Redraw | None]:
    """What draws rows in the place of bad ones, under the conditions that the dataset was drawn under; None without a model."""
    asked = (params.model or source.lineage.get("model")) if params.redraw else None
    model = None if asked is None else _loaded(str(asked), params, context)
    if model is None:
        yield None
        return
    conditions = (source.lineage.get("card") or {}).get("parameters", {}).get("conditions")
    with closing(model):
        yield lambda rows, seed: model.sample_given(rows, seed, conditions) if conditions else model.sample(rows, seed)


def _loaded(model_id: str, params: CorrectParams, context: JobContext) -> TabularModel | None:
    from ..synth.constraints.model import load_model

    workspace = context.workspace
    try:
        engine = workspace.models[model_id].engine
        return load_model(engine, workspace.models.path(model_id), workspace.signer, workspace.settings)
    except ImcpError as error:
        if params.model is not None:
            raise
        context.log(f"bad rows are dropped, for the model that made the dataset cannot be used: {error.message}")
        return None


def _lineage(source: Source, before: ReportDocument, changes: list[Change]) -> dict[str, Any]:
    """How the source came about, and what was done to it since."""
    told = {name: source.lineage[name] for name in ("card", "model") if name in source.lineage}
    done = [change.model_dump(mode="json", exclude={"row_positions"}) for change in changes]
    return told | {"correction": {"of": source.content_hash, "report": before.id, "changes": done}}


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
