"""Fitted tables: draw them all, keep them in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy.typing as npt

from ...models.constraints import ConstraintOutcome
from ...models.dataset import TableSchema
from ...models.relations import Orphans, Relation
from ..archive import load_archive, save_archive
from ..constraints.model import ConstrainedModel
from ..signing import Signer
from ..tabular.engine import Progress
from .contexts import Context
from .draw import TableDraw
from .graph import Graph
from .inner import bytes_of, model_of
from .plan import Link, Place, TablePlan
from .tables_model import TablesModel

if TYPE_CHECKING:
    import pandas as pd


class RelationalModel(TablesModel):
    """What `fit_tables` returns: a tabular model per table, and how their rows find each other."""

    engine: ClassVar[str] = "relational"
    version: ClassVar[str] = "2"

    def __init__(self, graph: Graph, plans: list[TablePlan], links: list[Link], names: list[str], orphans: list[Orphans]) -> None:
        """`plans` parents first, `links` in any order, `names` of the tables as they were given."""
        super().__init__(graph, names, {plan.name: plan.schema for plan in plans}, {plan.name: plan.real_rows for plan in plans})
        self._plans = plans
        self._links = {graph.relations.index(link.relation): link for link in links}
        self.orphans = orphans

    @property
    def engines(self) -> dict[str, str]:
        return {plan.name: plan.rows.engine for plan in self._plans}

    def outcomes(self, table: str) -> list[ConstraintOutcome]:
        rows = next(plan.rows for plan in self._plans if plan.name == table)
        return rows.outcomes() if isinstance(rows, ConstrainedModel) else []

    def close(self) -> None:
        for plan in self._plans:
            plan.rows.close()

    def _draw(self, seed: int, scale: float, progress: Progress) -> Iterator[tuple[str, pd.DataFrame]]:
        drawn: dict[str, TableDraw] = {}
        whole = sum(self.real_rows.values())
        done = 0
        for number, plan in enumerate(self._plans):
            progress(done / whole, f"drawing table '{plan.name}'")
            drawn[plan.name] = TableDraw(plan, self._graph, self._links, number, seed)
            drawn[plan.name].run(drawn, scale)
            yield plan.name, drawn[plan.name].frame
            drawn[plan.name].release()
            done += plan.real_rows
        progress(1.0, "drew every table")

    def save(self, path: Path) -> None:
        """Write one zip: plans and relations as JSON, numbers as arrays, the file of every table's models as bytes.

        Raises `InvalidInput` for tables whose engine stores models only with a signature.
        """
        self._save(path, None)

    def save_signed(self, path: Path, signer: Signer) -> None:
        self._save(path, signer)

    def _save(self, path: Path, signer: Signer | None) -> None:
        arrays: dict[str, npt.NDArray[Any]] = {}
        for number, plan in enumerate(self._plans):
            arrays[f"rows{number}"] = bytes_of(plan.rows, signer)
            if plan.keys is not None:
                arrays[f"keys{number}"] = bytes_of(plan.keys, signer)
        for number, link in self._links.items():
            arrays |= {f"counts{number}": link.counts, f"depths{number}": link.depths}
            arrays |= {f"context{number}.{name}": array for name, array in link.context.arrays().items()}
        state = {
            "names": self.names,
            "order": self._graph.order,
            "plans": [_plan_state(plan) for plan in self._plans],
            "links": [_link_state(self._links[number]) for number in range(len(self._links))],
            "orphans": [orphans.model_dump() for orphans in self.orphans],
        }
        save_archive(path, self.engine, state, arrays)

    @classmethod
    def load(cls, path: Path) -> RelationalModel:
        """Read what `save` wrote. Raises `InvalidInput` for another engine's or a broken file."""
        return cls._load(path, None)

    @classmethod
    def load_signed(cls, path: Path, signer: Signer) -> RelationalModel:
        return cls._load(path, signer)

    @classmethod
    def _load(cls, path: Path, signer: Signer | None) -> RelationalModel:
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
            keys = model_of(engine, arrays[f"keys{number}"], signer) if f"keys{number}" in arrays else None
            parts = {"places": [Place(**place) for place in item["places"]], "schema": TableSchema(**item["schema"])}
            plans.append(TablePlan(**(item | parts), rows=model_of(engine, arrays[f"rows{number}"], signer), keys=keys))
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
