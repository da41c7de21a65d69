"""Draw one table of a related set: rows, keys, and the parent of every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.table import Column
from ...errors import InvalidInput
from .contexts import NO_PARENT
from .graph import Graph
from .hierarchy import without_gaps
from .matching import Codes, Ints, assigned, like_real, like_reference, rows_for, with_total
from .places import looked_up
from .plan import Link, TablePlan

if TYPE_CHECKING:
    import pandas as pd

_ROWS, _KEYS, _MATCHES = range(3)  # what a seed is for


class TableDraw:
    """One table while its set is drawn. After `run`, `frame` is the table; its children ask for `counts` and `contexts`."""

    frame: pd.DataFrame

    def __init__(self, plan: TablePlan, graph: Graph, links: Mapping[int, Link], number: int, seed: int) -> None:
        self._plan = plan
        self._graph = graph
        self._links = links
        self._stream = (seed, number)
        self._rng = np.random.Generator(np.random.Philox(self._sequence(_MATCHES)))
        self._drawn: pd.DataFrame
        self.counts: dict[int, Ints] = {}
        self.contexts: dict[int, Codes] = {}

    def run(self, tables: Mapping[str, TableDraw], scale: float) -> None:
        """Draw it; the tables of its parents are there already."""
        main = self._plan.main
        owners: dict[str, tuple[Link, Ints]] = {}
        if main is None:
            self._drawn = self._draw(max(round(scale * self._plan.real_rows), 1), 0)
        else:
            owners[self._links[main].relation.foreign_key] = (self._links[main], self._below(tables, main))
        for number in self._graph.parents(self._plan.name):
            if number != main:
                link = self._links[number]
                owners[link.relation.foreign_key] = (link, self._beside(tables[link.relation.parent], number))
        for number in self._graph.children(self._plan.name):
            link = self._links[number]
            wishes = self._drawn[link.count_column].to_numpy(np.float64)
            if link.reference:
                scores = np.zeros(len(wishes)) if link.score_column is None else self._drawn[link.score_column].to_numpy(np.float64)
                self.counts[number], self.contexts[number] = like_reference(wishes, scores, link.counts, link.childless, self._rng)
                continue
            columns = {name: Column(self._plan.rows.schema[name], self._drawn[name]) for name in (s.name for s in link.context.scales)}
            self.contexts[number] = link.context.codes(columns, len(self._drawn))
            if link.relation.child == self._plan.name:
                owners[link.relation.foreign_key] = (link, self._among(number))
            else:
                self.counts[number] = like_real(wishes, link.counts, self._rng)
        self.frame = self._assemble(tables, owners)

    def release(self) -> None:
        """Keep of the table only what its children look up."""
        self.frame = self.frame[list(dict.fromkeys(self._links[number].relation.key for number in self._graph.children(self._plan.name)))]
        del self._drawn

    def _sequence(self, *purpose: int) -> np.random.SeedSequence:
        seed, number = self._stream
        return np.random.SeedSequence(seed, spawn_key=(number, *purpose))

    def _seed(self, *purpose: int) -> int:
        return int(self._sequence(*purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))

    def _draw(self, rows: int, turn: int) -> pd.DataFrame:
        return self._plan.rows.sample(rows, self._seed(_ROWS, turn))

    def _below(self, tables: Mapping[str, TableDraw], number: int) -> Ints:
        """Rows by the number of children of the main parent. Returns (n_rows,) the parent of each, -1 for none."""
        link = self._links[number]
        parent = tables[link.relation.parent]
        counts = parent.counts[number]
        places = np.repeat(np.arange(len(counts)), counts)
        places = self._rng.permutation(np.append(places, np.full(round(len(places) * link.missing), -1)))
        wanted = np.append(parent.contexts[number], NO_PARENT)[places].astype(np.int32)
        drawn = rows_for(wanted, self._draw, lambda frame: _codes(frame, link))
        self._drawn = drawn.reset_index(drop=True).assign(**{link.code_column: wanted})
        return places

    def _beside(self, parent: TableDraw, number: int) -> Ints:
        """The further parent of every row: of the context that the row was drawn with, as often as the parent has children."""
        link = self._links[number]
        codes = _codes(self._drawn, link)
        rows = np.flatnonzero(codes != NO_PARENT)
        if len(rows) and not len(parent.contexts[number]):
            raise InvalidInput(f"table '{link.relation.parent}' comes out empty", field="scale", hint="use a larger scale")
        counts = with_total(parent.counts[number], len(rows), int(link.counts.max(initial=0)), self._rng)
        found = np.full(len(codes), -1, dtype=np.int64)
        found[rows] = assigned(codes[rows], parent.contexts[number], counts, self._rng)
        return found

    def _among(self, number: int) -> Ints:
        """The row of the same table that every row refers to, one level above it where the real rows have levels."""
        link, drawn = self._links[number], self._drawn
        wishes = drawn[link.count_column].to_numpy(np.float64)
        if link.depth_column is None:
            self.counts[number] = like_real(wishes, np.sort(link.counts), self._rng)
            return self._beside(self, number)
        depth = without_gaps(like_real(drawn[link.depth_column].to_numpy(np.float64), link.depths, self._rng))
        codes = _codes(drawn, link)
        found = np.full(len(drawn), -1, dtype=np.int64)
        for level in range(1, int(depth.max(initial=0)) + 1):
            rows, above = np.flatnonzero(depth == level), np.flatnonzero(depth == level - 1)
            real = link.counts[link.depths == min(level - 1, int(link.depths[-1]))]
            counts = with_total(like_real(wishes[above], real, self._rng), len(rows), int(real[-1]), self._rng)
            found[rows] = above[assigned(codes[rows], self.contexts[number][above], counts, self._rng)]
        return np.where(found < 0, np.arange(len(found)), found) if link.to_itself else found

    def _assemble(self, tables: Mapping[str, TableDraw], owners: Mapping[str, tuple[Link, Ints]]) -> pd.DataFrame:
        """The table with its own columns in their order. Keys come before the foreign keys that may point at them."""
        import pandas as pd

        plan, rows = self._plan, len(self._drawn)
        columns: dict[str, Any] = {name: self._drawn[name].array for name in plan.attributes}
        if plan.keys is not None:
            keys = plan.keys.sample(max(rows, 1), self._seed(_KEYS)).iloc[:rows]
            for place in plan.places:
                if place.role == "key":
                    columns[place.name] = keys[place.name].astype(place.pandas_dtype).array
        own = {name for name, (link, _) in owners.items() if link.relation.parent == plan.name}
        for name in sorted(owners, key=lambda name: name in own):
            link, positions = owners[name]
            keys_of = columns[link.relation.key] if name in own else tables[link.relation.parent].frame[link.relation.key].array
            place = next(place for place in plan.places if place.name == name)
            columns[name] = looked_up(place, np.asarray(keys_of, dtype=object), positions)
        return pd.DataFrame({place.name: columns[place.name] for place in plan.places}, index=pd.RangeIndex(rows), copy=False)


def _codes(frame: pd.DataFrame, link: Link) -> Codes:
    return frame[link.code_column].to_numpy(np.int32)
