"""Formats: ids and free text are made from the pattern, other columns keep their real levels, which all match."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from ...models.constraints import Format
from ...models.dataset import ColumnSchema
from ..tabular.features import Draw
from ..tabular.identifiers import _permuted
from ..tabular.levels import LevelCodec
from ..tabular.plan import Places
from ..tabular.regions import Levels
from .asked import Asked
from .numbers import Mask
from .regex import language_of
from .rule import Admitted, Latents, Limits, Rule, Step, fresh_name

if TYPE_CHECKING:
    from ...data.table import Table


class FormatRule(Rule):
    spec: Format

    def prepare(self) -> None:
        column = self.spec.column
        self.language = language_of(self.spec.pattern, self.field)
        self._pattern = re.compile(self.spec.pattern)
        self.made = self.facts.schema[column].kind in ("id", "text")
        dtype, _ = self.facts.dtype(column)
        if not (dtype == np.dtype(object) or isinstance(dtype, (pd.StringDtype, pd.CategoricalDtype))):
            raise InvalidInput(f"format: column '{column}' has dtype '{dtype}', not text", field=self.field)
        if self.made:
            self.facts.taken(column, self.language.numbers)
            self.facts.has_gaps(column)

    def holds(self, frame: pd.DataFrame) -> Mask:
        series = frame[self.spec.column]
        values, places = np.unique(series.astype(object).where(series.notna(), "").astype(str), return_inverse=True)
        fits = np.fromiter((self._pattern.fullmatch(value) is not None for value in values), dtype=bool, count=len(values))
        return np.asarray(fits[places] | series.isna().to_numpy())

    def needs(self) -> list[list[Step]]:
        return [[TextStep(self)]] if self.made else []


class TextStep(Step):
    """Text number π(row) of the pattern, π a permutation, keyed by the seed, of the numbers that no real text has.

    The texts are unique over all blocks, unless the pattern reads one text in several ways.
    """

    def __init__(self, rule: FormatRule) -> None:
        column = rule.spec.column
        self.targets = (column,)
        self._field = rule.field
        self._language = rule.language
        self._taken = rule.facts.taken(column, rule.language.numbers)
        self._dtype, self._mark = rule.facts.dtype(column)
        self._gated = rule.facts.has_gaps(column)
        self._name = fresh_name(f"missing {column}", rule.facts.schema.names)
        self.latent_names = (self._name,) if self._gated else ()

    def latents(self, table: Table) -> Latents:
        if not self._gated:
            return []
        missing = table[self.targets[0]].missing
        kind = "boolean" if not missing.all() else "constant"
        return [(ColumnSchema(name=self._name, kind=kind, dtype="bool", missing=False, decimals=None), pd.Series(missing))]

    def rebuild(self, drawn: pd.DataFrame, done: dict[str, pd.Series], draw: Draw, limits: dict[str, Limits]) -> dict[str, pd.Series]:
        missing = drawn[self._name].to_numpy(dtype=bool) if self._gated else np.zeros(draw.rows, dtype=bool)
        cells = np.empty(draw.rows, dtype=object)
        cells[:] = self._texts(draw)
        cells[missing] = self._mark
        return {self.targets[0]: pd.Series(cells, dtype=self._dtype)}

    def admit(self, asked: Asked, inner: Places) -> Admitted:
        """Of texts that are made only their absence can be asked, or their presence."""
        gate = asked.region.get(asked.places[self.targets[0]][1])
        codec, place = inner.get(self._name, (None, 0))
        if not isinstance(gate, Levels) or not isinstance(codec, LevelCodec) or not codec.n_features:
            return Admitted({}, exact=True)
        return Admitted({place: Levels(gate.allowed[np.array(codec.levels, dtype=np.int64)])}, exact=True)

    def known(self, given: pd.DataFrame) -> dict[str, pd.Series]:
        return {self._name: pd.Series(np.zeros(len(given), dtype=bool))} if self._gated and self.targets[0] in given else {}

    def _texts(self, draw: Draw) -> list[str]:
        rows = np.arange(draw.start, draw.start + draw.rows, dtype=np.int64)
        room = self._language.size - len(self._taken)
        if draw.start + draw.rows > room:
            raise InvalidInput(
                f"format: the pattern of column '{self.targets[0]}' leaves {max(room, 0):,} new texts, fewer than the rows asked for",
                field=self._field,
                hint="widen the pattern, or ask for fewer rows",
            )
        free = _permuted(rows, room, draw.key)
        # The k-th free number is k plus the real ones below it.
        numbers = free + np.searchsorted(self._taken - np.arange(len(self._taken)), free, side="right")
        return [self._language.text(number) for number in numbers.tolist()]
