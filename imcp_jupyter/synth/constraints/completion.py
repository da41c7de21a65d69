"""Partial rows completed so that they keep every constraint.

The engine draws what is missing given what the cells say of its own columns. Cells that must follow from given ones (the
start of an interval whose end is given, the parts of a total) are set, and the rest is drawn again given these too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ..tabular.conditions import known_column
from ..tabular.engine import BLOCK_ROWS, block_generator
from ..tabular.features import Draw
from ..tabular.given import ConditionalModel
from ..tabular.lattice import NumericCodec
from ..tabular.levels import LevelCodec
from ..tabular.partial_rows import merged
from .block import Seen, kept_by
from .condition import PredicateRule
from .layer import Layer
from .numbers import Mask
from .presence import UniqueRule
from .rule import Rule

_TRIED = 256  # draws, over all open rows, in one go
_MOST_TRIES = 64  # of one row in one go
_IDLE = 5  # goes in a row without a single row completed, after which the given cells count as leaving no way


class Completion:
    """Completes rows by the model `inner` below `layer`."""

    def __init__(self, inner: ConditionalModel, layer: Layer) -> None:
        self._inner = inner
        self._layer = layer
        self._names = layer.facts.schema.names
        self._next = 0  # number of the first row of the next redraw: ids that are made do not repeat
        self._unique = [rule for rule in layer.rules if isinstance(rule, UniqueRule)]

    def complete(self, partial: pd.DataFrame, seed: int) -> pd.DataFrame:
        """Raises `NotFound` for a column or value that the model does not know, `InvalidInput` naming row and constraint."""
        if not len(partial):
            raise InvalidInput("there is no row to complete", field="partial")
        if not partial.columns.is_unique:
            raise InvalidInput("column names must differ from each other", field="partial")
        for name in partial.columns:
            known_column(name, self._names, "partial")
        self._check_values(partial)
        labels = partial.index
        plain = partial.reset_index(drop=True)
        self._refuse_broken(plain, labels)
        seen: Seen = {}
        self._next = len(plain)
        blocks = []
        for index, start in enumerate(range(0, len(plain), BLOCK_ROWS)):
            rng = block_generator(seed, index)
            block = plain.iloc[start : start + BLOCK_ROWS].reset_index(drop=True)
            blocks.append(self._block(block, rng, start, seed, seen, labels[start : start + BLOCK_ROWS]))
        whole = blocks[0] if len(blocks) == 1 else pd.concat(blocks, ignore_index=True)
        return whole.set_axis(labels)

    def _block(self, block: pd.DataFrame, rng: np.random.Generator, start: int, key: int, seen: Seen, labels: pd.Index) -> pd.DataFrame:
        open_rows = np.arange(len(block))
        witnesses = _witnesses(block)
        parts: list[pd.DataFrame] = []
        idle = 0
        while len(open_rows):
            first = not parts and not idle
            tries = 1 if first else int(np.clip(_TRIED // len(open_rows), 1, _MOST_TRIES))
            rows = open_rows if first else np.concatenate([np.repeat(open_rows, tries), witnesses])
            made = self._drawn(block.iloc[rows].reset_index(drop=True), rng, start if first else self._next, key)
            tried = made.head(len(open_rows) * tries)
            kept = kept_by(self._layer.rules, tried).reshape(len(open_rows), tries)
            chosen = np.arange(len(open_rows)) * tries + kept.argmax(axis=1)
            best = tried.iloc[chosen].reset_index(drop=True)
            good = self._apart(best, block.iloc[open_rows].reset_index(drop=True), np.asarray(kept.any(axis=1)), seen)
            if not first and good.any():
                self._next += int(chosen[good].max()) + 1
            parts.append(best[good].set_axis(open_rows[good]))
            idle = 0 if good.any() else idle + 1
            if idle == _IDLE:
                raise self._no_way(tried, str(labels[open_rows[0]]))
            open_rows = open_rows[~good]
        return parts[0] if len(parts) == 1 else pd.concat([part for part in parts if len(part)]).sort_index()

    def _no_way(self, tried: pd.DataFrame, row: str) -> InvalidInput:
        worst = min(self._layer.rules, key=lambda rule: int(rule.holds(tried).sum()))
        return InvalidInput(
            f"row {row}: its given cells leave no way to keep {worst}", field=worst.field, hint="give fewer of its cells, or other values"
        )

    def _drawn(self, given: pd.DataFrame, rng: np.random.Generator, start: int, key: int) -> pd.DataFrame:
        """One draw: `given` completed, whether or not it keeps the rules."""
        drawn, done = self._rebuilt(given, rng, start, key)
        extended, follows = given.copy(), False
        for step in reversed(self._layer.steps):
            for name, cells in step.implied(extended, drawn, done, rng).items():
                free = cells.notna().to_numpy() & (extended[name].isna().to_numpy() if name in extended else True)
                if not free.any():
                    continue
                follows = True
                extended[name] = extended[name].astype(object).where(~free, cells.astype(object)) if name in extended else cells
        if not follows:
            return merged(given, done)
        _, done = self._rebuilt(extended, rng, start, key)
        return merged(given, merged(extended, done)[self._names])

    def _rebuilt(self, given: pd.DataFrame, rng: np.random.Generator, start: int, key: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        direct = {str(name): given[name] for name in given if name not in self._layer.targets}
        for step in self._layer.steps:
            direct |= step.known(given)
        drawn = self._inner.filled(pd.DataFrame(direct, index=given.index), rng, start, key)
        return drawn, self._layer.backward(drawn, Draw(len(given), rng, start, key))[0]

    def _apart(self, made: pd.DataFrame, given: pd.DataFrame, candidates: Mask, seen: Seen) -> Mask:
        """Rows whose keys no accepted row has, and remembers those. Keys that are wholly given were compared before."""
        good = candidates.copy()
        hashed = [(rule, *rule.hashes(made), _given(rule, given)) for rule in self._unique]
        for rule, hashes, whole, fixed in hashed:
            own = np.flatnonzero(good & whole)
            own = own[np.argsort(~fixed[own], kind="stable")]  # a given key comes before one that was made
            taken = np.isin(hashes[own], seen.get(rule.index, np.empty(0, dtype=np.uint64)))
            clear = np.zeros(len(own), dtype=bool)
            clear[np.unique(hashes[own], return_index=True)[1]] = True
            good[own[~(clear & ~taken | fixed[own])]] = False
        for rule, hashes, whole, _ in hashed:
            seen[rule.index] = np.concatenate([seen.get(rule.index, np.empty(0, dtype=np.uint64)), hashes[good & whole]])
        return good

    def _check_values(self, partial: pd.DataFrame) -> None:
        """Refuse values of rebuilt columns that they cannot have; the engine checks its own."""
        for name in partial.columns:
            codec = self._layer.codecs.get(name)
            if isinstance(codec, (NumericCodec, LevelCodec)):
                codec.encode(partial[name])

    def _refuse_broken(self, partial: pd.DataFrame, labels: pd.Index) -> None:
        """Refuse rows whose given cells break a rule by themselves."""
        for rule in self._layer.rules:
            rows = np.flatnonzero(_given(rule, partial))
            if not len(rows):
                continue
            broken = rows[~rule.holds(partial.iloc[rows].reset_index(drop=True))]
            if len(broken):
                message = f"row {labels[broken[0]]}: its given cells break {rule}"
                raise InvalidInput(message, field=rule.field, hint="mend the row, or leave one of them open")


def _witnesses(block: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Rows that show, for each column, that cells are missing and that cells are there.

    With them every draw of the block has the same columns to fill, and the engine learns once how.
    """
    known = block.notna().to_numpy()
    rows = [np.flatnonzero(own)[:1] for column in known.T for own in (column, ~column)]
    return np.unique(np.concatenate(rows)) if rows else np.empty(0, dtype=np.int64)


def _given(rule: Rule, partial: pd.DataFrame) -> Mask:
    """(n_rows,) bool: where all cells that `rule` speaks of are given."""
    columns = rule.facts.schema.names if isinstance(rule, PredicateRule) and not rule.columns else rule.columns
    if not set(columns) <= set(partial):
        return np.zeros(len(partial), dtype=bool)
    return np.asarray(partial[list(columns)].notna().all(axis=1).to_numpy(), dtype=bool)
