"""A column of fakes, as the engines see it: nothing but a gate where cells are missing."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....data.table import Column
from ....errors import InvalidInput
from ..dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from ..features import Discrete, Draw, Feature
from .account import AccountMaker
from .checked import CheckedMaker
from .maker import Maker
from .network import IpMaker
from .numbering import salted
from .pattern import PatternMaker
from .person import NameMaker
from .places import AddressMaker, TownMaker
from .profile import Profile

MAKERS: dict[str, Any] = {
    kind.name: kind for kind in (NameMaker, AccountMaker, PatternMaker, CheckedMaker, IpMaker, AddressMaker, TownMaker)
}


class FakeCodec:
    """Row i speaks of person `people`(i), who has value `values`(person) of the column, which the maker writes.

    All three are functions of the number of the row and the key of the draw, so that columns of one person agree without knowing of one
    another, and blocks can be drawn in any order. `person`: the salt that the columns of a person share.
    """

    kind = "fake"

    def __init__(self, state: dict[str, Any], maker: Maker) -> None:
        self.name: str = state["name"]
        self._state = state
        self._maker = maker
        self._people = Profile(state["people"])
        self._values = Profile(state["values"]) if state["values"] is not None else None

    @classmethod
    def fit(cls, column: Column, maker: Maker, person: str, people: Profile, values: Profile | None) -> tuple[FakeCodec, list[Feature]]:
        """The codec, and a gate as its feature where cells are missing. At least one cell must be present."""
        name, missing = column.schema.name, column.missing
        state: dict[str, Any] = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "mark": value_state(missing_mark(column.series), name),
            "gated": bool(missing.any()),
            "type": _type_of(column.series[~missing].iloc[0], name),
            "maker": maker.name,
            "person": person,
            "people": people.classes,
            "values": None if values is None else values.classes,
            "made": maker.state(),
        }
        gates: list[Feature] = [Discrete(missing.astype(np.int32), 2)] if state["gated"] else []
        return cls(state, maker), gates

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> FakeCodec:
        return cls(state, MAKERS[state["maker"]].restore(state["made"], arrays))

    @property
    def n_features(self) -> int:
        return int(self._state["gated"])

    def decode(self, parts: list[npt.NDArray[Any]], draw: Draw) -> Any:
        """The column as an array with its dtype. Raises `InvalidInput` where there is no valid new number left."""
        state = self._state
        key = salted(draw.key, state["person"])
        numbers = self._people.number(draw.start + np.arange(draw.rows, dtype=np.int64), key)
        if self._values is not None:
            key = salted(key, self.name)
            numbers = self._values.number(numbers, key)
        cells = self._maker.write(numbers, key)
        if state["type"] != "str":
            cells[:] = [_number(cell, state["type"]) for cell in cells]
        if parts:
            cells[parts[0] == 1] = value_of(state["mark"])
        try:
            return pd.Series(cells, dtype=dtype_of(state["dtype"])).array
        except (OverflowError, ValueError, TypeError):
            raise InvalidInput(
                f"column '{self.name}' of type '{state['dtype']['name']}' cannot hold the new values",
                field=self.name,
                hint="store it as text or in a wider type, such as int64",
            ) from None

    def state(self) -> dict[str, Any]:
        return self._state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return self._maker.arrays()


def text_of(value: Any) -> str:
    """A cell as the text that fakes are made like."""
    if isinstance(value, (float, np.floating)) and math.isfinite(value) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _type_of(value: Any, name: str) -> str:
    if isinstance(value, str):
        return "str"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, Decimal, np.integer, np.floating)):
        raise InvalidInput(
            f"column '{name}' holds {type(value).__name__}, for which there are no fakes",
            field=name,
            hint="convert it to text, or treat it with pii={'" + name + "': 'keep'} or 'drop'",
        )
    if isinstance(value, (float, np.floating)) and not float(value).is_integer():
        raise InvalidInput(f"column '{name}' holds fractions, for which there are no fakes", field=name, hint="use 'keep' or 'drop'")
    return "int" if isinstance(value, (int, np.integer)) else "decimal" if isinstance(value, Decimal) else "float"


def _number(cell: str, kind: str) -> Any:
    digits = int("".join(char for char in cell if char.isdigit()) or 0)
    return digits if kind == "int" else Decimal(digits) if kind == "decimal" else float(digits)
