"""A model whose rows keep every constraint, around the model of any engine."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InvalidInput
from ...models.constraints import ConditionOutcome, ConstraintOutcome
from ..tabular.conditions import parse_conditions
from ..tabular.engine import BLOCK_ROWS, Progress, TabularEngine, TabularModel, block_generator, no_progress
from ..tabular.given import KEY
from ..tabular.plan import split
from ..tabular.registry import find_engine
from .blame import clash_of, out_of_reach
from .block import Free, OutOfReach, Press, Seen, Tally
from .completion import Completion
from .held import Held, require_conditions
from .layer import Layer

if TYPE_CHECKING:
    import pandas as pd

    from ...config import Settings
    from ...data.table import Table
    from ..signing import Signer

FORMAT = "imcp-constrained/2"
_HEAD, _INNER = "constraints.json", "model.bin"


class ConstrainedModel(TabularModel):
    """Draws from `inner`, rebuilds the real columns, and draws rows again that break a rule.

    `sample_block` alone keeps unique keys apart inside the block; `sample_batches` and `sample` over all blocks. Keys held by
    construction (ids, formats) are unique everywhere.
    """

    def __init__(self, inner: TabularModel, layer: Layer) -> None:
        self.engine = inner.engine  # type: ignore[misc]  # the wrapped engine's name, which differs by instance
        self.schema = layer.facts.schema
        self._inner = inner
        self._layer = layer
        self._tally = Tally()
        self._asked: list[ConditionOutcome] = []

    def outcomes(self) -> list[ConstraintOutcome]:
        """How each constraint was kept in all that was drawn so far."""
        return [
            ConstraintOutcome(
                kind=rule.spec.kind,
                columns=rule.columns,
                how=self._layer.how(rule),
                acceptance=round(self._tally.share(rule.index), 6),
                real_rows_dropped=self._layer.dropped.get(rule.index, 0),
            )
            for rule in self._layer.rules
        ]

    @property
    def rows_left_out(self) -> int:
        """Real rows that were not learned because they break a constraint; 0 of a stored model."""
        return self._layer.left_out

    def condition_outcomes(self) -> list[ConditionOutcome]:
        """How each condition of the last draw under conditions was held, once it has ended."""
        return self._asked

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        return self._block(Press(self._layer, Free(self._inner), self._tally), rows, rng, start, key, {})

    def sample_batches(self, rows: int, seed: int) -> Iterator[pd.DataFrame]:
        press, seen = Press(self._layer, Free(self._inner), self._tally), dict[int, Any]()
        for index, start in enumerate(range(0, rows, BLOCK_ROWS)):
            yield self._block(press, min(BLOCK_ROWS, rows - start), block_generator(seed, index), start, seed, seen)

    def sample_range(self, rows: int, seed: int, start: int, count: int) -> Iterator[pd.DataFrame]:
        """As the engines draw it. Raises `InvalidInput` also where a key is kept unique by rejection: that needs all rows before."""
        remembered = self._layer.remembered
        if remembered and (start, count) != (0, rows):
            rule = remembered[0]
            raise InvalidInput(
                f"{rule} is held by rejection, so a part of the rows cannot be drawn alone", field=rule.field, hint="draw all rows"
            )
        return self.sample_batches(rows, seed) if remembered else super().sample_range(rows, seed, start, count)

    def sample_given_batches(self, rows: int, seed: int, conditions: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        """Every row meets `conditions` and keeps the constraints; shares are exact over the whole draw.

        Raises as `TabularModel.sample_given`, and `InvalidInput` naming a condition and the constraint that it clashes with.
        """
        inner = require_conditions(self._inner, self.engine)
        asks = parse_conditions(conditions, self.schema.names)
        held = Held(inner, self._layer, asks)
        apart = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(KEY, 0))))
        counts = held.counts(rows, apart)
        if counts is None:
            raise clash_of(held, self._layer, self._tally)
        own = Tally()
        press, seen = Press(self._layer, held, own), dict[int, Any]()
        for index, (start, part) in enumerate(split(counts, BLOCK_ROWS, apart)):
            try:
                yield press.block(part, block_generator(seed, index), start, seed, seen)
            except OutOfReach:
                raise clash_of(held, self._layer, own) from None
        self._tally.add(own)
        self._asked = [ConditionOutcome(column=column, how=held.how(column), acceptance=round(own.share_met(column), 6)) for column in asks]

    def complete(self, partial: pd.DataFrame, seed: int) -> pd.DataFrame:
        """`partial` with its missing columns and cells drawn so that every constraint is kept; given cells stay as they are.

        Raises as `TabularModel.complete`, and `InvalidInput` naming the first row that cannot be completed and the constraint.
        """
        return Completion(require_conditions(self._inner, self.engine), self._layer).complete(partial, seed)

    def close(self) -> None:
        self._inner.close()

    def save(self, path: Path) -> None:
        self._save(path, self._inner.save)

    def save_signed(self, path: Path, signer: Signer) -> None:
        self._save(path, partial(self._inner.save_signed, signer=signer))

    def _save(self, path: Path, save_inner: Callable[[Path], None]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            inner = Path(folder) / "model"
            save_inner(inner)
            head = json.dumps({"format": FORMAT, "engine": self.engine, "layer": self._layer.state()}, sort_keys=True)
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(zipfile.ZipInfo(_HEAD), head, zipfile.ZIP_DEFLATED, 3)
                archive.writestr(zipfile.ZipInfo(_INNER), inner.read_bytes(), zipfile.ZIP_STORED)

    @classmethod
    def load(cls, path: Path) -> ConstrainedModel:
        return cls._load(path, lambda engine, inner: find_engine(engine).model.load(inner))

    @classmethod
    def load_signed(cls, path: Path, signer: Signer) -> ConstrainedModel:
        return cls._load(path, lambda engine, inner: find_engine(engine).model.load_signed(inner, signer))

    @classmethod
    def _load(cls, path: Path, load_inner: Callable[[str, Path], TabularModel]) -> ConstrainedModel:
        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
                head = json.loads(archive.read(_HEAD))
                if head["format"] != FORMAT:
                    raise InvalidInput(f"'{path.name}' has the unknown format '{head['format']}'", field="model")
                inner = Path(folder) / "model"
                inner.write_bytes(archive.read(_INNER))
                return cls(load_inner(head["engine"], inner), Layer.restore(head["layer"]))
        except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise InvalidInput(f"'{path.name}' is not a readable model file: {error}", field="model") from None

    def _block(self, press: Press, rows: int, rng: np.random.Generator, start: int, key: int, seen: Seen) -> pd.DataFrame:
        try:
            return press.block(np.array([rows]), rng, start, key, seen)
        except OutOfReach:
            raise out_of_reach(self._layer, self._tally) from None


def fit_constrained(
    engine: TabularEngine,
    table: Table,
    specs: Sequence[Any],
    progress: Progress = no_progress,
    conditions: Mapping[str, Any] | None = None,
) -> ConstrainedModel:
    """Learn `table` with `engine` under `specs`, for rows that meet `conditions`, which later draws need not have.

    Raises `InvalidInput` naming ``constraints[i]`` for one that cannot be kept, or a condition and the constraint that it clashes with.
    """
    layer, table = Layer.fit(table, specs, conditions)
    learned = layer.forward(table)
    first = [name for name in layer.learned_for(layer.held) if name in learned.names]
    # Codes of combinations are structure: without the rare ones, conditions on their columns would ask for codes that nothing has.
    coded = [name for name in learned.names if name not in table.names]
    return ConstrainedModel(engine.sparing(coded).fit_first(learned, first, progress), layer)


def load_model(name: str, path: Path, signer: Signer, settings: Settings) -> TabularModel:
    """The stored model in `path`, with its constraints if it has any. Raises `NotFound`, `MissingExtra` and `InvalidInput`."""
    return model_type(name, path, settings).load_signed(path, signer)


def model_type(name: str, path: Path, settings: Settings | None = None) -> type[TabularModel]:
    """What reads the model that engine `name` stored in `path`. Raises `NotFound`, `MissingExtra` and `InvalidInput`."""
    engine = find_engine(name, settings)
    engine.require()
    constrained = False
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            constrained = _HEAD in archive.namelist()
    return ConstrainedModel if constrained else engine.model
