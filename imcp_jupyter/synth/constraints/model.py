"""A model whose rows keep every constraint, around the model of any engine."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import ConstraintOutcome
from ..tabular.engine import BLOCK_ROWS, Progress, TabularEngine, TabularModel, block_generator, no_progress
from ..tabular.features import Draw
from ..tabular.registry import find_engine
from .layer import Layer
from .numbers import Mask
from .presence import UniqueRule
from .rule import Rule

if TYPE_CHECKING:
    from ...config import Settings
    from ...data.table import Table
    from ..signing import Signer

FORMAT = "imcp-constrained/1"
_HEAD, _INNER = "constraints.json", "model.bin"
_ROUNDS = 100  # redraws of one block before a constraint counts as out of reach
_IDLE = 10  # redraws in a row without a single usable one after which it does too
_RAREST = 1e-4  # acceptance that the size of a redraw is made for
_FEWEST = 256  # rows of one redraw
_MOST_KEYS = 50_000_000  # keys kept over all blocks for a unique constraint that is held by rejection, 8 bytes each

Seen = dict[int, npt.NDArray[np.uint64]]  # by rule: hashes of the keys of earlier rows


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
        self._drawn = 0
        self._kept = dict.fromkeys(range(len(layer.rules)), 0)
        self._remembered = [rule for rule in layer.rules if isinstance(rule, UniqueRule) and layer.how(rule) != "construction"]
        ids = {column.name for column in self.schema.columns if layer.is_id(column)}
        self._ids = sorted(ids)
        self._tied = any(ids & set(step.sources) for step in layer.steps)  # other columns follow from an id: rows keep their place

    def outcomes(self) -> list[ConstraintOutcome]:
        """How each constraint was kept in all that was drawn so far."""
        return [
            ConstraintOutcome(
                kind=rule.spec.kind,
                columns=rule.columns,
                how=self._layer.how(rule),
                acceptance=round(self._kept[rule.index] / self._drawn, 6) if self._drawn else 1.0,
                real_rows_dropped=self._layer.dropped.get(rule.index, 0),
            )
            for rule in self._layer.rules
        ]

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        return self._block(rows, rng, start, key, {})

    def sample_batches(self, rows: int, seed: int) -> Iterator[pd.DataFrame]:
        seen: Seen = {}
        for index, start in enumerate(range(0, rows, BLOCK_ROWS)):
            yield self._block(min(BLOCK_ROWS, rows - start), block_generator(seed, index), start, seed, seen)

    def sample_range(self, rows: int, seed: int, start: int, count: int) -> Iterator[pd.DataFrame]:
        """As the engines draw it. Raises `InvalidInput` also where a key is kept unique by rejection: that needs all rows before."""
        if self._remembered and (start, count) != (0, rows):
            rule = self._remembered[0]
            raise InvalidInput(
                f"{rule} is held by rejection, so a part of the rows cannot be drawn alone", field=rule.field, hint="draw all rows"
            )
        return self.sample_batches(rows, seed) if self._remembered else super().sample_range(rows, seed, start, count)

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

    def _block(self, rows: int, rng: np.random.Generator, start: int, key: int, seen: Seen) -> pd.DataFrame:
        frame, masks = self._draw(rows, rng, start, key)
        good = self._accepted(frame, masks, seen)
        rate = max(float(good.mean()), _RAREST)
        idle = 0
        self._remember(frame, np.flatnonzero(good), seen)
        for _ in range(_ROUNDS):
            bad = np.flatnonzero(~good)
            if not len(bad):
                return frame
            wanted = rows if self._tied else int(np.clip(1.2 * len(bad) / rate, _FEWEST, BLOCK_ROWS))
            fresh, masks = self._draw(wanted, rng, start, key)
            usable = self._accepted(fresh, masks, seen)
            rate = max((rate + float(usable.mean())) / 2, _RAREST)
            idle = 0 if usable.any() else idle + 1
            places = bad[usable[bad]] if self._tied else bad[: int(usable.sum())]
            chosen = places if self._tied else np.flatnonzero(usable)[: len(places)]
            if idle == _IDLE:
                break
            if len(places):
                frame = self._replaced(frame, places, fresh.iloc[chosen])
                good[places] = True
                if self._ids and not self._tied:  # rows keep their ids, which a rule may speak of
                    good[places] &= self._row_rules(frame.iloc[places].reset_index(drop=True))
                self._remember(frame, places[good[places]], seen)
        raise self._out_of_reach(frame)

    def _draw(self, rows: int, rng: np.random.Generator, start: int, key: int) -> tuple[pd.DataFrame, dict[int, Mask]]:
        """Rebuilt rows, and which of them keep each rule."""
        drawn = self._inner.sample_block(rows, rng, start, key)
        frame, before = self._layer.backward(drawn, Draw(rows, rng, start, key))
        masks = {rule.index: rule.holds(frame) for rule in self._layer.rules}
        self._drawn += rows
        for index, mask in masks.items():
            self._kept[index] += int((mask & before[index] if index in before else mask).sum())
        return frame, masks

    def _accepted(self, frame: pd.DataFrame, masks: dict[int, Mask], seen: Seen) -> Mask:
        """Rows that keep every rule, also beside the rows that were accepted before."""
        good = np.ones(len(frame), dtype=bool)
        remembered = {rule.index for rule in self._remembered}
        for index, mask in masks.items():
            if index not in remembered:
                good &= mask
        for rule in self._remembered:
            hashes, whole = rule.hashes(frame)
            earlier = seen.get(rule.index)
            if earlier is not None:
                good &= ~(np.isin(hashes, earlier) & whole)
            own = np.flatnonzero(good & whole)
            _, first = np.unique(hashes[own], return_index=True)
            again = np.setdiff1d(own, own[first])
            good[again] = False
        return good

    def _row_rules(self, frame: pd.DataFrame) -> Mask:
        masks = [rule.holds(frame) for rule in self._layer.rules if not isinstance(rule, UniqueRule)]
        return np.asarray(np.logical_and.reduce([np.ones(len(frame), dtype=bool), *masks]), dtype=bool)

    def _remember(self, frame: pd.DataFrame, places: npt.NDArray[np.int64], seen: Seen) -> None:
        for rule in self._remembered:
            hashes, whole = rule.hashes(frame.iloc[places])
            known = np.concatenate([seen.get(rule.index, np.empty(0, dtype=np.uint64)), hashes[whole]])
            if len(known) > _MOST_KEYS:
                raise InvalidInput(
                    f"{rule} is held by rejection, which remembers at most {_MOST_KEYS:,} keys", field=rule.field, hint="draw fewer rows"
                )
            seen[rule.index] = known

    def _replaced(self, frame: pd.DataFrame, places: npt.NDArray[np.int64], fresh: pd.DataFrame) -> pd.DataFrame:
        """`frame` with other rows at `places`; ids stay, they belong to the place."""
        order = np.arange(len(frame))
        order[places] = len(frame) + np.arange(len(places))
        both = {name: pd.concat([frame[name], fresh[name]], ignore_index=True).take(order).reset_index(drop=True) for name in frame.columns}
        if not self._tied:
            both |= {name: frame[name] for name in self._ids}
        return pd.DataFrame(both, copy=False)

    def _out_of_reach(self, frame: pd.DataFrame) -> InvalidInput:
        rejecting: Sequence[Rule] = [rule for rule in self._layer.rules if self._layer.how(rule) != "construction"] or self._layer.rules
        worst = min(rejecting, key=lambda rule: self._kept[rule.index])
        share = self._kept[worst.index] / max(self._drawn, 1)
        return InvalidInput(
            f"{worst} cannot be met: {share:.2%} of {self._drawn:,} drawn rows keep it, after all redraws",
            field=worst.field,
            hint="loosen it, ask for fewer rows, or fit on data with more rows that keep it",
        )


def fit_constrained(engine: TabularEngine, table: Table, specs: Sequence[Any], progress: Progress = no_progress) -> ConstrainedModel:
    """Learn `table` with `engine` under `specs`. Raises `InvalidInput` naming ``constraints[i]`` for one that cannot be kept."""
    layer, table = Layer.fit(table, specs)
    return ConstrainedModel(engine.fit(layer.forward(table), progress), layer)


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
