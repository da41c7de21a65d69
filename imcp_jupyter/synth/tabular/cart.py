"""Sequential trees: every column is drawn from the leaves of a tree over the columns before it.

Reiter 2005, "Using CART to generate partially synthetic public use microdata"; Nowok, Raab & Dibben 2016, "synthpop".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from ...config import fit_threads
from ...models.dataset import TableSchema
from ...models.generation import PrivacyLevel
from ..archive import load_archive, save_archive
from .blends import Blend, blend_of, covariance_of, one_blas_thread
from .codec import TableCodec
from .completion import POOL_ROWS, Completion, Pool
from .conditional import Conditional, TreeSettings, fit_conditional, look_up
from .dependencies import determined, visiting_order
from .dial import DIAL, STANDARD
from .engine import Progress, TabularEngine, no_progress
from .features import ATOM_ROWS, Discrete, Draw, Feature, Floats
from .given import ConditionalModel
from .leaves import LeafTable
from .options import EngineOptions
from .partial_rows import Given
from .particles import resampled
from .pieces import Pieces
from .predictors import Binning
from .ragged import pack, unpack
from .rare import protected
from .regions import Region, Spans, enforce
from .rulers import Ruler
from .scores import latent_scores
from .screening import information
from .seen import Seen
from .trees import FlatTree

if TYPE_CHECKING:
    import pandas as pd

    from ...data.table import Table


class CartModel(ConditionalModel):
    """Trees in drawing order, with what turns their draws back into columns."""

    engine: ClassVar[str] = "cart"

    def __init__(
        self,
        schema: TableSchema,
        codec: TableCodec,
        binnings: list[Binning],
        rulers: list[Ruler],
        gated: list[bool],
        steps: list[Conditional],
    ) -> None:
        self.schema = schema
        self._codec = codec
        self._binnings = binnings
        self._rulers = rulers
        self._gated = gated
        self._steps = steps
        self._completions: dict[tuple[frozenset[int], bool], Completion] = {}

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        return self._codec.decode(self.draw_cells([({}, rows)], rng), Draw(rows, rng, start, key))

    def draw_cells(self, cells: list[tuple[Region, int]], rng: np.random.Generator) -> list[npt.NDArray[Any]]:
        """The held features and those before them come weighted and resampled, cell by cell; the rest follows for all at once."""
        held = {place for region, _ in cells for place in region}
        prefix = max((turn + 1 for turn, step in enumerate(self._steps) if step.target in held), default=0)
        rows = sum(count for _, count in cells)
        drawn: list[npt.NDArray[Any]] = [np.empty(0)] * len(self._binnings)
        if prefix:
            parts = [resampled(partial(self._propose, region, prefix), count, rng) for region, count in cells]
            for turn, columns in enumerate(zip(*parts, strict=True)):
                drawn[self._steps[turn].target] = np.concatenate(columns)
        seen = self._seen()
        for turn, step in enumerate(self._steps):
            if turn >= prefix:
                drawn[step.target] = step.draw(seen, rows, rng)
            seen.settle(step.target, drawn)
        return drawn

    def region_mass(self, region: Region, rows: int, rng: np.random.Generator) -> float:
        prefix = max((turn + 1 for turn, step in enumerate(self._steps) if step.target in region), default=0)
        return float(self._propose(region, prefix, rows, rng)[1].mean())

    def fill(self, given: list[Given], rng: np.random.Generator) -> list[npt.NDArray[Any]]:
        gaps = frozenset(place for place, part in enumerate(given) if not part.known.all())
        if not gaps:
            return [part.cells for part in given]
        scattered = any(given[place].known.any() for place in gaps)
        completion = self._completions.get((gaps, scattered))
        if completion is None:
            completion = self._completions[gaps, scattered] = Completion.learn(self._pool, self._steps, gaps, scattered)
        return completion.fill(given, self._seen(), self._gated, rng)

    @cached_property
    def _pool(self) -> Pool:
        """The same for a model and its stored copy: gaps are filled alike by both."""
        rng = np.random.Generator(np.random.Philox(0))
        return Pool.of(self.draw_cells([({}, POOL_ROWS)], rng), self._binnings, self._rulers, self._gated)

    def _propose(self, region: Region, prefix: int, rows: int, rng: np.random.Generator) -> tuple[list[npt.NDArray[Any]], Floats]:
        """The features of the first `prefix` steps, in that order, the held ones within `region`; and (n_rows,) weights.

        A weight is the product of the probabilities, by leaf, of what each held feature was held to.
        """
        drawn: list[npt.NDArray[Any]] = [np.empty(0)] * len(self._binnings)
        seen = self._seen()
        weight = np.ones(rows)
        for step in self._steps[:prefix]:
            place = step.target
            part = region.get(place)
            if part is None:
                drawn[place] = step.draw(seen, rows, rng)
            else:
                leaf = step.leaf(seen, rows)
                whole = Pieces.of(step.table)
                held = whole.within(self._widened(place, part) if isinstance(part, Spans) else part)
                values = held.draw(leaf, rng)
                chance = held.mass()[leaf] / np.maximum(whole.mass()[leaf], 1e-300)
                if isinstance(part, Spans) and part.gated:
                    chance = np.where(drawn[place - 1] == 1, 1.0, chance)
                weight *= chance
                drawn[place] = values if isinstance(part, Spans) else values.astype(np.int32)
                enforce({place: part}, drawn)
            seen.settle(place, drawn)
        return [drawn[step.target] for step in self._steps[:prefix]], weight

    def _widened(self, place: int, part: Spans) -> Spans:
        """A single number of a continuous feature has no probability: what counts instead is that of its bin."""
        cuts = self._binnings[place].cuts
        if part.whole or cuts is None or (part.low < part.high).all():
            return part
        point = part.low == part.high
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        own = np.searchsorted(cuts, part.low)
        return Spans(np.where(point, edges[own], part.low), np.where(point, edges[own + 1], part.high), part.whole, part.gated)

    def _seen(self) -> Seen:
        return Seen(self._binnings, self._rulers, self._gated)

    def save(self, path: Path) -> None:
        steps, binnings = self._steps, self._binnings
        state = {
            "schema": self.schema.model_dump(mode="json"),
            "codec": self._codec.state(),
            "gated": self._gated,
            "reach": steps[0].table.reach if steps else 0.5,
            "n_bins": [binning.n_bins for binning in binnings],
            "discrete": [binning.cuts is None for binning in binnings],
        }
        no_cuts = np.empty(0)
        arrays = self._codec.arrays() | pack(
            "cuts", [no_cuts if binning.cuts is None else binning.cuts for binning in binnings], np.float64
        )
        arrays |= pack("knots", [no_cuts if ruler.knots is None else ruler.knots for ruler in self._rulers], np.float64)
        arrays |= pack("heights", [ruler.heights for ruler in self._rulers], np.float32)
        blends = [step.blend or _NO_BLEND for step in steps]
        arrays |= pack("blend.members", [blend.members for blend in blends], np.int32)
        arrays |= pack("blend.weights", [blend.weights for blend in blends], np.float32)
        arrays |= pack("blend.cuts", [blend.cuts for blend in blends], np.float32)
        arrays["target"] = np.array([step.target for step in steps], dtype=np.int32)
        arrays |= pack("given", [np.array(step.given) for step in steps], np.int32)
        arrays |= pack("order", [order for step in steps for order in step.orders], np.uint16)
        for name in ("predictor", "threshold", "child"):
            arrays |= pack(f"tree.{name}", [getattr(step.tree, name) for step in steps], np.int32)
        for name, dtype in _TABLE.items():
            arrays |= pack(f"leaf.{name}", [getattr(step.table, name) for step in steps], dtype)
        save_archive(path, self.engine, state, arrays)

    @classmethod
    def load(cls, path: Path) -> CartModel:
        state, arrays = load_archive(path, cls.engine)
        discrete = state["discrete"]
        cuts = unpack("cuts", arrays)
        binnings = [Binning(None if codes else cut, n_bins) for codes, cut, n_bins in zip(discrete, cuts, state["n_bins"], strict=True)]
        measures = zip(discrete, unpack("knots", arrays), unpack("heights", arrays), strict=True)
        rulers = [Ruler(None if codes else knots, heights) for codes, knots, heights in measures]
        blends = [
            Blend(*parts) for parts in zip(*(unpack(f"blend.{name}", arrays) for name in ("members", "weights", "cuts")), strict=True)
        ]
        orders = iter(unpack("order", arrays))
        trees = {name: unpack(f"tree.{name}", arrays) for name in ("predictor", "threshold", "child")}
        tables = {name: unpack(f"leaf.{name}", arrays) for name in _TABLE}
        steps = []
        for number, (target, given) in enumerate(zip(arrays["target"].tolist(), unpack("given", arrays), strict=True)):
            table = {name: parts[number] for name, parts in tables.items()}
            if discrete[target]:
                table["value"] = table["value"].astype(np.int32)
            steps.append(
                Conditional(
                    target,
                    given.tolist(),
                    [next(orders) for _ in given],
                    FlatTree(**{name: parts[number] for name, parts in trees.items()}),
                    LeafTable(**table, reach=state["reach"]),
                    blends[number] if len(blends[number].members) else None,
                )
            )
        codec = TableCodec.restore(state["codec"], arrays)
        return cls(TableSchema.model_validate(state["schema"]), codec, binnings, rulers, state["gated"], steps)


_NO_BLEND = Blend(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32))
_TABLE = {"start": np.int64, "value": np.float64, "cum": np.float64, "smooth": np.int32, "line": np.float64}


class CartOptions(EngineOptions):
    """The level sets what is left out."""

    privacy: PrivacyLevel = Field(STANDARD, description="fidelity, standard or high: how much is given up for privacy")
    min_leaf: int | None = Field(None, ge=1, description="smallest number of rows in a leaf: larger is more private, smaller more faithful")
    min_gain: float | None = Field(
        None, ge=0, description="rows' worth of impurity that a split must take away: larger gives smaller trees"
    )
    smoothing: float | None = Field(None, ge=0, le=1, description="how far of the way to its neighbour a number may be moved")
    rare_rows: int | None = Field(None, ge=1, description="what fewer rows have is protected; 1 protects nothing")
    max_predictors: int = Field(24, ge=1, description="largest number of earlier columns that a tree may split on, one by one")


class CartEngine(TabularEngine):
    name: ClassVar[str] = "cart"
    title: ClassVar[str] = "Sequential trees (CART)"
    version: ClassVar[str] = "2"
    supports: ClassVar[frozenset[str]] = frozenset({"conditions", "privacy"})
    options_type: ClassVar[type[EngineOptions]] = CartOptions
    model: ClassVar[type[ConditionalModel]] = CartModel
    spared: frozenset[str] = frozenset()

    def __init__(self, **options: Any) -> None:
        """`options` as in `CartOptions`."""
        own = CartOptions(**options)
        explicit = own.model_dump(include={"min_gain", "smoothing", "rare_rows"}, exclude_none=True)
        self.privacy_level = own.privacy
        self.dial = replace(DIAL[own.privacy], **explicit)
        if own.min_leaf is not None:
            self.dial = replace(self.dial, min_leaf=(own.min_leaf, own.min_leaf))
        self.max_predictors = own.max_predictors

    def with_options(self, options: EngineOptions, seed: int) -> CartEngine:
        return CartEngine(**options.model_dump())

    def sparing(self, columns: Collection[str]) -> CartEngine:
        other = copy(self)
        other.spared = frozenset(columns)
        return other

    def fit(self, table: Table, progress: Progress = no_progress) -> CartModel:
        return self.fit_first(table, (), progress)

    def fit_first(self, table: Table, first: Sequence[str], progress: Progress = no_progress) -> CartModel:
        """Draw the columns `first` before all others: rows under conditions on them then come exactly and at once."""
        progress(0.0, "reading columns")
        atoms = max(ATOM_ROWS, self.dial.rare_rows)
        settings = TreeSettings(self.dial.leaf(table.n_rows), self.dial.min_gain, self.max_predictors, self.dial.smoothing, atoms)
        table = protected(table, self.dial.rare_rows, self.dial.blunt, self.spared)
        codec, features = TableCodec.fit(table)
        binnings = [Binning.of(feature) for feature in features]
        bins = [binning.bins(*_content(feature)) for binning, feature in zip(binnings, features, strict=True)]
        gated = [not isinstance(feature, Discrete) and feature.gated for feature in features]
        steps: list[Conditional] = []
        rulers: list[Ruler] = []
        if features:
            progress(0.05, "ordering columns")
            scores, _ = latent_scores(features)
            rulers = [Ruler.of(feature, scores[:, place]) for place, feature in enumerate(features)]
            heights = [ruler.read(*_content(feature)) for ruler, feature in zip(rulers, features, strict=True)]
            owners = codec.owners()
            ahead = {place for place, owner in enumerate(owners) if owner in first}
            sources = determined(features, binnings, bins, ahead)
            order = visiting_order(binnings, gated, sources, ahead)
            covariance = covariance_of(heights)
            near = information(heights, covariance)

            def learn(turn: int) -> Conditional:
                place = order[turn]
                if place in sources:
                    return look_up(place, sources[place], features, bins, binnings, settings)
                earlier = [other for other in order[:turn] if not (gated[place] and other == place - 1)]
                given = near.best(place, earlier, settings.max_predictors)
                blend = blend_of(heights[place], earlier, heights, covariance, covariance[place])
                return fit_conditional(place, given, features, bins, binnings, heights, settings, blend)

            with one_blas_thread(), ThreadPoolExecutor(fit_threads()) as pool:
                # The costliest trees have the most predictors: begin with them so that no thread is left alone at the end.
                futures = {turn: pool.submit(learn, turn) for turn in reversed(range(len(order)))}
                try:
                    for done, turn in enumerate(reversed(range(len(order)))):
                        steps.append(futures[turn].result())
                        progress(0.1 + 0.9 * (done + 1) / len(order), f"learned column '{owners[order[turn]]}'")
                finally:
                    pool.shutdown(wait=True, cancel_futures=True)
            steps.reverse()
        return CartModel(table.schema, codec, binnings, rulers, gated, steps)


def _content(feature: Feature) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
    if isinstance(feature, Discrete):
        return feature.codes, None
    return feature.values, np.isnan(feature.values) if feature.gated else None
