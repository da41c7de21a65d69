"""The Python face: every tool as a function, results as frames and reports."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .config import Settings
from .errors import InvalidInput, did_you_mean
from .models.generation import DataCard
from .models.job import Principal
from .models.relations import Relation
from .models.validation import Dimension, ReportDocument, ReportInfo
from .tools.execute import run_inline
from .tools.generate import GenerateTabularResult
from .tools.registry import AnyTool, all_tools
from .tools.tool import Result
from .tools.validate import ReportResult
from .workspace.datasets import Dataset
from .workspace.sources import FRAME_PREFIX
from .workspace.stored_reports import StoredReports
from .workspace.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from .synth.relational.tables_model import TablesModel
    from .synth.tabular.engine import TabularModel


class Model:
    """A fitted model of the workspace."""

    def __init__(self, workspace: Workspace, model_id: str) -> None:
        self._workspace = workspace
        self.id = model_id

    def sample(self, rows: int, seed: int, conditions: Mapping[str, Any] | None = None) -> Any:
        """`rows` new rows as a frame; the same seed gives the same rows. `conditions` as for `generate_tabular`.

        A model of several tables gives a frame by table, with `rows` rows of the largest table without a parent.
        """
        if rows < 1:
            raise InvalidInput(f"must be at least 1, got {rows}", field="rows")
        if self._several is not None:
            return self._sample_tables(self._several, rows, seed, conditions)
        model = self._fitted
        try:
            return model.sample_given(rows, seed, conditions) if conditions else model.sample(rows, seed)
        finally:
            model.close()

    def sample_range(self, rows: int, seed: int, start: int, count: int) -> Iterator[pd.DataFrame]:
        """Rows `start` to `start + count` of ``sample(rows, seed)``, in blocks: parts of one draw may be drawn by different workers."""
        try:
            yield from self._fitted.sample_range(rows, seed, start, count)
        finally:
            self._fitted.close()

    def complete(self, partial: pd.DataFrame, seed: int) -> pd.DataFrame:
        """`partial` with the columns it lacks and its missing cells drawn given the rest; given cells stay as they are."""
        return self._fitted.complete(partial, seed)

    @staticmethod
    def _sample_tables(model: TablesModel, rows: int, seed: int, conditions: Mapping[str, Any] | None) -> dict[str, pd.DataFrame]:
        if conditions:
            raise InvalidInput("conditions cannot be combined with several tables", field="conditions", hint="leave conditions out")
        try:
            return model.sample(seed, model.scale_for(rows))
        finally:
            model.close()

    @cached_property
    def _several(self) -> TablesModel | None:
        """The model, where it is one of several tables."""
        from .synth.relational.stored import holds_tables, load_tables

        path = self._workspace.models.path(self.id)
        return load_tables(path, self._workspace.signer, self._workspace.settings) if holds_tables(path) else None

    @cached_property
    def _fitted(self) -> TabularModel:
        from .synth.constraints.model import load_model

        if self._several is not None:
            raise InvalidInput("this needs a model of one table; this one is of several", field="model")
        engine = self._workspace.models[self.id].engine
        return load_model(engine, self._workspace.models.path(self.id), self._workspace.signer, self._workspace.settings)

    def __repr__(self) -> str:
        return f"<Model {self.id}>"


class Generated:
    """A new dataset: `data` is the frame, `dataset` its reference, `model` what drew it."""

    def __init__(self, workspace: Workspace, result: GenerateTabularResult) -> None:
        self._workspace = workspace
        self.result = result

    @cached_property
    def data(self) -> pd.DataFrame:
        return self._workspace.datasets[self.dataset].to_pandas()

    @property
    def dataset(self) -> str:
        assert self.result.dataset is not None
        return self.result.dataset

    @cached_property
    def model(self) -> Model:
        return Model(self._workspace, self.result.model)

    @property
    def card(self) -> DataCard:
        assert self.result.card is not None
        return self.result.card

    @property
    def seed(self) -> int:
        return self.result.seed

    def __repr__(self) -> str:
        return f"<Generated {self.result.summary}{' (from cache)' if self.result.cached else ''}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.result.summary)}</p>{self.data.head(5).to_html(index=False, escape=True)}"


class GeneratedTables:
    """New related datasets: `data` is a frame by table, `datasets` their references, `model` what drew them all."""

    def __init__(self, workspace: Workspace, result: GenerateTabularResult) -> None:
        self._workspace = workspace
        self.result = result

    @cached_property
    def data(self) -> dict[str, pd.DataFrame]:
        return {table: self._workspace.datasets[reference].to_pandas() for table, reference in self.datasets.items()}

    @property
    def datasets(self) -> dict[str, str]:
        return self.result.datasets

    @property
    def relations(self) -> list[Relation]:
        return self.result.relations

    @cached_property
    def model(self) -> Model:
        return Model(self._workspace, self.result.model)

    @property
    def cards(self) -> dict[str, DataCard]:
        return {table: drawn.card for table, drawn in self.result.tables.items()}

    @property
    def seed(self) -> int:
        return self.result.seed

    def __repr__(self) -> str:
        return f"<GeneratedTables {self.result.summary}{' (from cache)' if self.result.cached else ''}>"

    def _repr_html_(self) -> str:
        from html import escape

        heads = (f"<p><b>{escape(name)}</b></p>{frame.head(5).to_html(index=False, escape=True)}" for name, frame in self.data.items())
        return f"<p>{escape(self.result.summary)}</p>{''.join(heads)}"


class Report:
    """A validation: score with its interval, verdict by dimension, checks with evidence."""

    def __init__(self, document: ReportDocument, cached: bool = False) -> None:
        self.document = document
        self.cached = cached

    @property
    def id(self) -> str | None:
        return self.document.id

    @property
    def score(self) -> float:
        """0 to 100 for GATF, 0 to 1 for `validate_data`."""
        return self.document.score

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of the score."""
        return self.document.interval

    @property
    def level(self) -> str:
        return self.document.level

    @property
    def badge(self) -> str:
        return self.document.badge

    @property
    def gates_failed(self) -> list[str]:
        return self.document.gates_failed

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        return {dimension.name: dimension for dimension in self.document.dimensions}

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row per check."""
        import pandas as pd

        return pd.DataFrame([check.model_dump() for check in self.document.checks])

    def to_dict(self) -> dict[str, Any]:
        return self.document.model_dump(mode="json")

    def to_html(self, path: str | Path | None = None) -> str:
        """One self-contained page; also written to `path` when given."""
        from .gatf.report import render_html

        page = render_html(self.document)
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def to_markdown(self, path: str | Path | None = None) -> str:
        """A summary for a pull request; also written to `path` when given."""
        from .gatf.report import render_markdown

        text = render_markdown(self.document)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_pdf(self, path: str | Path) -> Path:
        """The report as A4 pages. Raises `MissingExtra` without the extra 'documents'."""
        from .gatf.report import render_pdf

        target = Path(path)
        target.write_bytes(render_pdf(self.document))
        return target

    def to_json(self, path: str | Path | None = None) -> str:
        text = self.document.model_dump_json(indent=2)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def show(self) -> None:
        """Draw the interactive report below the cell."""
        from IPython.display import display

        from .widgets import TrustReport

        display(TrustReport(self))  # type: ignore[no-untyped-call]  # IPython has no annotations

    def __repr__(self) -> str:
        low, high = self.interval
        return f"<Report {self.document.kind} {self.score:.4g} [{low:.4g}, {high:.4g}] level={self.level} badge={self.badge}>"

    def _repr_html_(self) -> str:
        from html import escape

        cells = [
            (escape(name), "–" if dimension.score is None else f"{dimension.score:.1f}", dimension.verdict)
            for name, dimension in self.dimensions.items()
        ]
        rows = "".join(f"<tr><td>{name}</td><td>{score}</td><td>{verdict}</td></tr>" for name, score, verdict in cells)
        low, high = self.interval
        head = f"<b>{self.score:.4g}</b> [{low:.4g}, {high:.4g}] · level {self.level} · badge {self.badge}"
        return f"<p>{head}</p><table><tr><th>dimension</th><th>score</th><th>verdict</th></tr>{rows}</table>"


class Reports(StoredReports):
    """``reports["id"]`` is a `Report`."""

    def __getitem__(self, report_id: str) -> Report:  # type: ignore[override]  # richer here than in the floor below
        return Report(self.document(report_id))

    def __iter__(self) -> Iterator[ReportInfo]:
        return iter(self.list())


class LocalWorkspace(Workspace):
    """The workspace as Python shows it."""

    reports: Reports
    reports_type = Reports


@cache
def _workspace(settings: Settings) -> LocalWorkspace:
    return LocalWorkspace.open(settings)


def workspace(home: str | Path | None = None) -> LocalWorkspace:
    """The workspace in `home`, by default the one that ``IMCP_HOME`` or the Jupyter data folder names."""
    return _workspace(Settings.load(home=home))


@cache
def tool_function(name: str) -> Callable[..., Any]:
    """The tool called `name` as a function. Raises `AttributeError` naming the nearest tool."""
    known = {tool.name: tool for tool in all_tools()}
    if name not in known:
        hint = did_you_mean(name, known) if len(name) > 3 else None
        raise AttributeError(f"imcp_jupyter has no tool '{name}'" + (f"; {hint}" if hint and hint.startswith("did") else ""))
    tool = known[name]
    signature = _signature(tool)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = _bind(signature, args, kwargs)
        return call_tool(tool.name, bound)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = _docstring(tool)
    call.__signature__ = signature  # type: ignore[attr-defined]  # what help() and completion read
    return call


def call_tool(name: str, arguments: dict[str, Any], face: str = "python", on_progress: Callable[[float, str], None] | None = None) -> Any:
    """Run a tool here, as a job. Data parameters take frames, Arrow tables, datasets, results and references, or these by table."""
    here = workspace()
    plain, frames = _split_frames(arguments)
    result = run_inline(here, name, plain, Principal(face=face), frames, on_progress)
    return view_of(here, result)


def view_of(here: Workspace, result: Result) -> Any:
    """What Python hands out for a result."""
    if isinstance(result, GenerateTabularResult):
        return GeneratedTables(here, result) if result.tables else Generated(here, result)
    if isinstance(result, ReportResult):
        return Report(here.reports.document(result.report), result.cached)
    return result


def _split_frames(arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Frames cannot stand in parameters: put references there and pass the frames beside them."""
    frames: dict[str, pd.DataFrame] = {}
    plain: dict[str, Any] = {}
    for name, value in arguments.items():
        given = value.datasets if isinstance(value, GeneratedTables) else value
        if isinstance(given, Mapping):  # a table by name, or some other object that holds no frame
            plain[name] = {table: _plain(f"{name}.{table}", item, frames) for table, item in given.items()}
        else:
            plain[name] = _plain(name, given, frames)
    return plain, frames


def _plain(name: str, value: Any, frames: dict[str, pd.DataFrame]) -> Any:
    """What stands for `value` in parameters; a frame is put into `frames` as `name`."""
    if isinstance(value, (Generated, Dataset)):
        return value.dataset if isinstance(value, Generated) else value.reference
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "to_pandas") and not isinstance(value, str):  # Arrow and polars tables
        frames[name] = value.to_pandas()
    elif type(value).__module__.startswith("pandas.") and hasattr(value, "columns"):
        frames[name] = value
    return FRAME_PREFIX + name if name in frames else value


def _bind(signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name; wrong names are left for the tool, which knows the nearest right one."""
    names = list(signature.parameters)
    if len(args) > len(names):
        raise InvalidInput(f"takes at most {len(names)} arguments, got {len(args)}")
    twice = [name for name in names[: len(args)] if name in kwargs]
    if twice:
        raise InvalidInput("given twice", field=twice[0])
    return dict(zip(names, args, strict=False)) | kwargs


def _signature(tool: AnyTool) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = []
    for name, field in tool.params_type.model_fields.items():
        default = inspect.Parameter.empty if field.is_required() else field.get_default(call_default_factory=True)
        parameters.append(inspect.Parameter(name, kind, default=default, annotation=field.annotation))
    return inspect.Signature(parameters)


def _docstring(tool: AnyTool) -> str:
    lines = [f"    {name}: {field.description or field.annotation}" for name, field in tool.params_type.model_fields.items()]
    return "\n".join([tool.description, "", "Parameters", *lines, "", "Raises `ImcpError` naming the parameter or column at fault."])
