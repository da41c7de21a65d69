"""SDV's HMASynthesizer (BUSL-1.1) for related tables: our keys and codecs around it, SDV in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Table
from ...errors import InvalidInput
from ...models.dataset import TableSchema
from ...models.relations import OnOrphans, Orphans, Relation
from ..archive import load_archive, save_archive
from ..signing import Signer
from ..tabular.codec import TableCodec
from ..tabular.engine import Progress, TabularModel, no_progress
from ..tabular.features import Draw, Feature
from ..tabular.isolated.model import drawn_feature, feature_frame, feature_name, levels_of, seed_of
from ..tabular.isolated.process import EngineProcess
from ..tabular.options import read_options
from ..tabular.registry import find_engine
from ..tabular.sdv.engine import HmaEngine, HmaModel
from ..tabular.sdv.model import SDV, purpose_of, sdtypes_of
from .fit import linked_tables
from .graph import Graph
from .inner import bytes_of, model_of
from .places import fit_keys, key_columns, looked_up, place_of
from .plan import Ints, Place
from .tables_model import TablesModel

if TYPE_CHECKING:
    from ...config import Settings

ARCHIVE = "sdv:hma/tables"
_KEY = "key"  # of every table as SDV sees it: the number of the row
_KEYS_BY = "cart"  # the engine whose id codecs make new keys
_WAY_OUT = "engine='auto' is ours: it takes any number of tables, any depth, and tables that refer to themselves"
_FIT, _SAMPLE, _DECODE, _MAKE_KEYS = range(4)  # streams of one seed


@dataclass(frozen=True)
class _Plan:
    """What our side keeps of one table: `levels` of SDV's features, 0 for numbers."""

    places: list[Place]
    codec: TableCodec
    levels: list[int]
    keys: TabularModel | None


class HmaTables(TablesModel):
    """What `fit_hma` returns. `content` is what SDV's `save` wrote; it is read only where its signature holds."""

    engine: ClassVar[str] = HmaModel.engine
    version: ClassVar[str] = HmaEngine.version

    def __init__(
        self,
        graph: Graph,
        names: list[str],
        schemas: dict[str, TableSchema],
        real_rows: dict[str, int],
        plans: dict[str, _Plan],
        content: bytes,
        process: EngineProcess | None = None,
    ) -> None:
        super().__init__(graph, names, schemas, real_rows)
        self._plans = plans
        self._content = content
        self._process = process

    @property
    def engines(self) -> dict[str, str]:
        return dict.fromkeys(self.names, self.engine)

    def close(self) -> None:
        """End the process; the model starts another when it draws again."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _draw(self, seed: int, scale: float, progress: Progress) -> Iterator[tuple[str, pd.DataFrame]]:
        from pyarrow.feather import read_feather

        process = self._started(progress)
        paths = {_table_name(number): process.folder / f"drawn{number}" for number in range(len(self._graph.order))}
        files = {name: str(path) for name, path in paths.items()}
        process.ask(progress, do="sample_tables", scale=scale, seed=seed_of(seed, _SAMPLE, 0), data=files)
        found: dict[str, pd.DataFrame] = {}
        rows_of: dict[str, pd.Index] = {}
        for number, name in enumerate(self._graph.order):
            path = paths[_table_name(number)]
            drawn = read_feather(path, memory_map=False)
            path.unlink()
            rows_of[name] = pd.Index(drawn[_KEY])
            frame = self._assembled(name, number, drawn, rows_of, found, seed)
            found[name] = frame[list(dict.fromkeys(self._graph.relations[child].key for child in self._graph.children(name)))]
            yield name, frame

    def _started(self, progress: Progress) -> EngineProcess:
        if self._process is None or not self._process.alive:
            process = EngineProcess(self.engine, SDV)
            path = process.folder / "model"
            path.write_bytes(self._content)
            process.ask(progress, do="load", synthesizer=HmaModel.synthesizer, model=str(path))
            path.unlink()
            self._process = process
        return self._process

    def _assembled(
        self, name: str, number: int, drawn: pd.DataFrame, rows_of: Mapping[str, pd.Index], found: Mapping[str, pd.DataFrame], seed: int
    ) -> pd.DataFrame:
        plan, rows = self._plans[name], len(drawn)
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(_DECODE, number))))
        features = [drawn_feature(drawn[feature_name(at)].to_numpy(), n_levels) for at, n_levels in enumerate(plan.levels)]
        decoded = plan.codec.decode(features, Draw(rows, rng, 0, seed_of(seed, _DECODE, number)))
        columns: dict[str, Any] = {place.name: decoded[place.name].array for place in plan.places if place.role == "attribute"}
        if plan.keys is not None:
            keys = plan.keys.sample(max(rows, 1), seed_of(seed, _MAKE_KEYS, number)).iloc[:rows]
            for place in plan.places:
                if place.role == "key":
                    columns[place.name] = keys[place.name].astype(place.pandas_dtype).array
        for position in self._graph.parents(name):
            relation = self._graph.relations[position]
            place = next(place for place in plan.places if place.name == relation.foreign_key)
            wanted = drawn[_parent_name(position)]
            positions: Ints = np.asarray(rows_of[relation.parent].get_indexer(pd.Index(wanted)), dtype=np.int64)
            columns[relation.foreign_key] = looked_up(place, found[relation.parent][relation.key].to_numpy(object), positions)
        return pd.DataFrame({place.name: columns[place.name] for place in plan.places}, index=pd.RangeIndex(rows), copy=False)

    def save_signed(self, path: Path, signer: Signer) -> None:
        state: dict[str, Any] = {
            "names": self.names,
            "order": self._graph.order,
            "relations": [relation.model_dump() for relation in self.relations],
            "real_rows": self.real_rows,
            "schemas": {name: schema.model_dump(mode="json") for name, schema in self.schemas.items()},
            "orphans": [orphans.model_dump() for orphans in self.orphans],
            "plans": {},
            "signature": signer.sign(purpose_of(ARCHIVE), self._content),
        }
        arrays: dict[str, npt.NDArray[Any]] = {"content": np.frombuffer(self._content, dtype=np.uint8)}
        for number, name in enumerate(self._graph.order):
            plan = self._plans[name]
            places = [vars(place) for place in plan.places]
            state["plans"][name] = {"places": places, "codec": plan.codec.state(), "levels": plan.levels}
            arrays |= {f"table{number}.{key}": array for key, array in plan.codec.arrays().items()}
            if plan.keys is not None:
                arrays[f"keys{number}"] = bytes_of(plan.keys, signer)
        save_archive(path, ARCHIVE, state, arrays)

    @classmethod
    def load_signed(cls, path: Path, signer: Signer) -> HmaTables:
        state, arrays = load_archive(path, ARCHIVE)
        content = arrays["content"].tobytes()
        signer.check(purpose_of(ARCHIVE), content, state.get("signature"))
        plans: dict[str, _Plan] = {}
        for number, name in enumerate(state["order"]):
            item, prefix = state["plans"][name], f"table{number}."
            own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
            keys = model_of(_KEYS_BY, arrays[f"keys{number}"], signer) if f"keys{number}" in arrays else None
            plans[name] = _Plan([Place(**place) for place in item["places"]], TableCodec.restore(item["codec"], own), item["levels"], keys)
        graph = Graph(state["order"], [Relation(**item) for item in state["relations"]])
        schemas = {name: TableSchema.model_validate(schema) for name, schema in state["schemas"].items()}
        model = cls(graph, state["names"], schemas, state["real_rows"], plans, content)
        model.orphans = [Orphans(**item) for item in state["orphans"]]
        return model


def fit_hma(
    tables: Mapping[str, Table],
    relations: Sequence[Relation] | None = None,
    *,
    on_orphans: OnOrphans = "refuse",
    engine_options: Mapping[str, Any] | None = None,
    seed: int = 0,
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> HmaTables:
    """Learn related tables with SDV's HMA (Patki et al. 2016, "The synthetic data vault").

    SDV sees numbered tables of numbered features, rows by their number and parents by theirs: no name, key or level. Arguments and
    errors as `fit_tables`, but no table may refer to itself; what SDV refuses (more than five tables, a depth above two) is an
    `InvalidInput` in its words.
    """
    from pyarrow.feather import write_feather

    engine = find_engine(HmaEngine.name, settings)
    engine.require()
    options = read_options(engine.name, engine.options_type, engine_options)
    graph, linked, typed = linked_tables(tables, relations, on_orphans)
    for number in (number for name in graph.order for number in graph.own(name)):
        message = f"engine '{engine.name}' does not learn a table that refers to itself: {graph.relations[number]}"
        raise InvalidInput(message, field="relations", hint=_WAY_OUT)
    plans: dict[str, _Plan] = {}
    process = EngineProcess(engine.name, SDV)
    model = process.folder / "model"
    try:
        asked: dict[str, dict[str, Any]] = {}
        for number, name in enumerate(graph.order):
            progress(0.0, f"reading table '{name}'")
            plans[name], features = _plan(name, typed[name], graph)
            frame = feature_frame(features, seed_of(seed, _FIT, number)) if features else pd.DataFrame(index=range(typed[name].n_rows))
            frame[_KEY] = np.arange(typed[name].n_rows)
            parents = graph.parents(name)
            for position in parents:
                frame[_parent_name(position)] = _parent_numbers(linked.positions[position])
            data = process.folder / f"data{number}"
            write_feather(frame, data, compression="uncompressed")
            ids = dict.fromkeys([_KEY, *map(_parent_name, parents)], "id")
            asked[_table_name(number)] = {"sdtypes": sdtypes_of(plans[name].levels) | ids, "key": _KEY, "data": str(data)}
        process.ask(
            progress,
            do="fit",
            synthesizer=HmaModel.synthesizer,
            options=options.model_dump(),
            tables=asked,
            relationships=[_relationship(position, relation, graph) for position, relation in enumerate(graph.relations)],
            model=str(model),
            seed=seed_of(seed, _FIT, len(graph.order)),
        )
    except InvalidInput as error:
        process.close()
        if error.field != "engine":
            raise
        raise InvalidInput(error.message, field="engine", hint=_WAY_OUT) from None
    except BaseException:
        process.close()
        raise
    content = model.read_bytes()
    model.unlink()
    real_rows = {name: typed[name].n_rows for name in graph.order}
    schemas = {name: table.schema for name, table in tables.items()}
    fitted = HmaTables(graph, list(tables), schemas, real_rows, plans, content, process)
    fitted.orphans = linked.orphans
    return fitted


def _plan(name: str, table: Table, graph: Graph) -> tuple[_Plan, list[Feature]]:
    keys, foreign = key_columns(table, graph, name), graph.foreign_keys(name)
    places = [place_of(table[column], keys, foreign) for column in table.names]
    try:
        codec, features = TableCodec.fit(table.select_columns([place.name for place in places if place.role == "attribute"]))
        made = fit_keys(find_engine(_KEYS_BY), table, keys)
    except InvalidInput as error:
        field = f"{name}.{error.field}" if error.field else name
        raise InvalidInput(f"table '{name}': {error.message}", field=field, hint=error.hint) from None
    return _Plan(places, codec, levels_of(features), made), features


def _table_name(number: int) -> str:
    return f"table_{number}"


def _parent_name(position: int) -> str:
    return f"parent_{position}"


def _parent_numbers(positions: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    return np.where(positions < 0, np.nan, positions) if (positions < 0).any() else positions


def _relationship(position: int, relation: Relation, graph: Graph) -> dict[str, str]:
    return {
        "parent_table_name": _table_name(graph.order.index(relation.parent)),
        "parent_primary_key": _KEY,
        "child_table_name": _table_name(graph.order.index(relation.child)),
        "child_foreign_key": _parent_name(position),
    }
