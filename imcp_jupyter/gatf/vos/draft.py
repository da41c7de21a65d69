"""A table while it is mended: what was done to which row and cell is written down."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InvalidInput
from ...models.correction import Action, Change
from ..measure import ROWS_SHOWN

Mask = npt.NDArray[np.bool_]


class Draft:
    """A copy of `given` whose untouched cells stay as they are. `origin` (n_rows,): positions of its rows in `given`."""

    def __init__(self, given: pd.DataFrame) -> None:
        self.frame = given.reset_index(drop=True)
        self.origin = np.arange(len(given))
        self._given_rows = len(given)
        self._redrawn = np.zeros(len(given), dtype=bool)
        self._changed: dict[str, Mask] = {}
        self._notes: dict[tuple[str, str | None, Action], set[int]] = {}

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    @property
    def rows_dropped(self) -> int:
        return self._given_rows - self.n_rows

    @property
    def rows_redrawn(self) -> int:
        return int(self._redrawn.sum())

    @property
    def cells_changed(self) -> int:
        """Cells of rows that were not drawn anew."""
        return sum(int((mask & ~self._redrawn).sum()) for mask in self._changed.values())

    def note(self, check: str, column: str | None, action: Action, rows: Mask) -> None:
        """Write down what is done, for `check`, to the (n_rows,) `rows` as they are now."""
        if rows.any():
            self._notes.setdefault((check, column, action), set()).update(self.origin[rows].tolist())

    def changes(self) -> list[Change]:
        return [
            Change(check=check, column=column, action=action, count=len(rows), row_positions=sorted(rows)[:ROWS_SHOWN])
            for (check, column, action), rows in self._notes.items()
        ]

    def drop_rows(self, rows: Mask) -> None:
        before = self.frame
        self.frame = before[~rows].reset_index(drop=True)
        for name in self.frame.columns:
            self._forget_levels(name, before[name])
        self.origin, self._redrawn = self.origin[~rows], self._redrawn[~rows]
        self._changed = {name: mask[~rows] for name, mask in self._changed.items()}

    def replace_rows(self, rows: Mask, drawn: pd.DataFrame, kept: frozenset[str] = frozenset()) -> None:
        """Put `drawn` in the place of `rows`, but for the columns `kept`. Raises `InvalidInput` where columns or types differ."""
        lacking = [name for name in self.frame.columns if name not in drawn.columns]
        if lacking:
            raise InvalidInput(f"the model draws no column '{lacking[0]}'", field="model", hint="leave the model out: rows are dropped")
        for name in self.frame.columns:
            if name not in kept:
                self._put(name, rows, drawn[name])
        self._redrawn |= rows

    def put(self, name: str, rows: Mask, values: Any) -> None:
        """Set single cells; `values` has one for each row."""
        self._put(name, rows, values)
        self._changed[name] = self._changed.get(name, np.zeros(self.n_rows, dtype=bool)) | rows

    def _put(self, name: str, rows: Mask, values: Any) -> None:
        before = wider = self.frame[name]
        try:
            if isinstance(before.dtype, pd.CategoricalDtype):
                levels = pd.Series(values, dtype=object)
                new = [level for level in levels.dropna().unique() if level not in before.cat.categories]
                wider = before.cat.add_categories(new)
                cells = levels.astype(wider.dtype).array
            else:
                cells = pd.Series(values).astype(before.dtype).array
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"new values do not fit its type {before.dtype}: {error}", field=name) from None
        array = wider.array.copy()
        array[rows] = cells
        self.frame = self.frame.assign(**{name: pd.Series(array, index=self.frame.index)})
        self._forget_levels(name, before)

    def _forget_levels(self, name: str, before: pd.Series) -> None:
        """A categorical type lists its levels: what was taken out must not stand there."""
        now = self.frame[name]
        if not isinstance(now.dtype, pd.CategoricalDtype):
            return
        gone = set(before.cat.remove_unused_categories().cat.categories) - set(now.cat.remove_unused_categories().cat.categories)
        if gone:
            self.frame = self.frame.assign(**{name: now.cat.remove_categories(sorted(gone, key=str))})
