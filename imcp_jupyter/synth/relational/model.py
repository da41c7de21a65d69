"""Fitted tables: draw them all, keep them in one file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...errors import InvalidInput
from ...models.dataset import TableSchema
from ...models.relations import Orphans, Relation
from ..archive import load_archive, save_archive
from ..tabular.engine import TabularModel
from ..tabular.registry import find_engine
from .contexts import Context
from .draw import TableDraw
from .graph import Graph
from .plan import Link, Place, TablePlan

if TYPE_CHECKING:
    import pandas as pd


class RelationalModel:
    """What `fit_tables` returns."""

    engine: ClassVar[str] = "relational"
    version: ClassVar[str] = "1"  # part of the cache key: raise it when the same seed gives other data

    def __init__(self, graph: Graph, plans: list[TablePlan], links: list[Link], names: list[str], orphans: list[Orphans]) -> None:
        """`plans` parents first, `links` in any order, `names` of the tables as they were given."""
        self._graph = graph
        self._plans = plans
        self._links = {graph.relations.index(link.relation): link for link in links}
        self._names = names
        self.orphans = orphans

    @property
    def relations(self) -> list[Relation]:
        return self._graph.relations

    @property
    def engines(self) -> dict[str, str]:
        """The tabular engine of every table."""
        return {plan.name: plan.rows.engine for plan in self._plans}

    @property
    def schemas(self) -> dict[str, TableSchema]:
        return {plan.name: plan.schema for plan in self._plans}

    def scale_for(self, rows: int) -> float:
        """The `scale` that gives the largest table without a parent `rows` rows."""
        return rows / max(plan.real_rows for plan in self._plans if plan.main is None)

    def sample(self, seed: int, scale: float = 1.0) -> dict[str, pd.DataFrame]:
        """All tables anew, those without a parent with `scale` times their real rows, the others as their parents ask for.

        Every foreign key is missing or names one row of its parent. The same seed gives byte-identical frames. Raises
        `InvalidInput` for a scale that is not positive.
        """
        if not 0 < scale < float("inf"):
            raise InvalidInput(f"must be positive, got {scale}", field="scale")
        drawn: dict[str, TableDraw] = {}
        for number, plan in enumerate(self._plans):
            drawn[plan.name] = TableDraw(plan, self._graph, self._links, number, seed)
            drawn[plan.name].run(drawn, scale)
        return {name: drawn[name].frame for name in self._names}

    def save(self, path: Path) -> None:
        """Write one zip: plans and relations as JSON, numbers as arrays, the file of every table's models as bytes."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for number, plan in enumerate(self._plans):
            arrays[f"rows{number}"] = _bytes_of(plan.rows)
            if plan.keys is not None:
                arrays[f"keys{number}"] = _bytes_of(plan.keys)
        for number, link in self._links.items():
            arrays |= {f"counts{number}": link.counts, f"depths{number}": link.depths}
            arrays |= {f"context{number}.{name}": array for name, array in link.context.arrays().items()}
        state = {
            "names": self._names,
            "order": self._graph.order,
            "plans": [_plan_state(plan) for plan in self._plans],
            "links": [_link_state(self._links[number]) for number in range(len(self._links))],
            "orphans": [orphans.model_dump() for orphans in self.orphans],
        }
        save_archive(path, self.engine, state, arrays)

    @classmethod
    def load(cls, path: Path) -> RelationalModel:
        """Read what `save` wrote. Raises `InvalidInput` for another engine's or a broken file."""
        state, arrays = load_archive(path, cls.engine)
        links = []
        for number, item in enumerate(state["links"]):
            prefix = f"context{number}."
            tree = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            parts = {"relation": Relation(**item["relation"]), "context": Context.restore(item["context"], tree)}
            links.append(Link(**(item | parts | {"counts": arrays[f"counts{number}"], "depths": arrays[f"depths{number}"]})))
        plans = []
        for number, item in enumerate(state["plans"]):
            engine = item.pop("engine")
            keys = _model_of(engine, arrays[f"keys{number}"]) if f"keys{number}" in arrays else None
            parts = {"places": [Place(**place) for place in item["places"]], "schema": TableSchema(**item["schema"])}
            plans.append(TablePlan(**(item | parts), rows=_model_of(engine, arrays[f"rows{number}"]), keys=keys))
        graph = Graph(state["order"], [link.relation for link in links])
        return cls(graph, plans, links, state["names"], [Orphans(**item) for item in state["orphans"]])


def _plan_state(plan: TablePlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "places": [vars(place) for place in plan.places],
        "schema": plan.schema.model_dump(mode="json"),
        "real_rows": plan.real_rows,
        "main": plan.main,
        "engine": plan.rows.engine,
    }


def _link_state(link: Link) -> dict[str, Any]:
    return {
        "relation": link.relation.model_dump(),
        "context": link.context.state(),
        "count_column": link.count_column,
        "code_column": link.code_column,
        "depth_column": link.depth_column,
        "missing": link.missing,
        "to_itself": link.to_itself,
        "score_column": link.score_column,
        "reference": link.reference,
        "childless": link.childless,
    }


def _bytes_of(model: TabularModel) -> npt.NDArray[np.uint8]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.zip"
        model.save(file)
        return np.frombuffer(file.read_bytes(), dtype=np.uint8)


def _model_of(engine: str, content: npt.NDArray[np.uint8]) -> TabularModel:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.zip"
        file.write_bytes(content.tobytes())
        return find_engine(engine).model.load(file)
